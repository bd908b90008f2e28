/* Words that the server has not got yet stay in this browser: over a lost connection, a closed tab, an
   expired session. They go as soon as the server has them. One entry a draft and person. */

const name = (draft) => `draft:${document.body.dataset.user}:${draft}`;

/** `base` is the server's text that the words were typed upon. */
export function keep(draft, text, base) {
    try {
        localStorage.setItem(name(draft), JSON.stringify({ text, base }));
    } catch {
        // A full or forbidden store: the server still saves.
    }
}

/** `{text, base}`, or null. */
export function kept(draft) {
    try {
        return JSON.parse(localStorage.getItem(name(draft)));
    } catch {
        return null;
    }
}

/** The server has this text. Newer words stay. */
export function forget(draft, text) {
    if (kept(draft)?.text === text) localStorage.removeItem(name(draft));
}
