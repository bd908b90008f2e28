/* What is written: the count and the preview as it is typed, templates, what a check offers to add.
   The server counts and saves; what is here shows at once what it can, and never loses a word. */

import { onX } from "./composer-text.js";
import { forget, keep, kept } from "./keep.js";
import * as keys from "./keys.js";
import { announce, toast } from "./toasts.js";
import { LIMIT, weigh } from "./weight.js";

export const field = () => document.getElementById("reply-text");

/** Which candidate the page shows, for requests that answer with something of it. */
export function shown() {
    const draft = document.getElementById("draft");
    return draft ? { draft: draft.value } : {};
}

function count() {
    const text = field();
    if (!text) return;
    const units = weigh(text.value);
    const place = document.querySelector("#draft-count [data-count]");
    if (place) place.textContent = units;
    const ring = document.querySelector("#draft-count .ring");
    ring?.classList.toggle("is-over", units > LIMIT);
    const share = Math.min(100, (100 * units) / LIMIT).toFixed(1);
    ring?.querySelector(".ring-left").setAttribute("stroke-dasharray", `${share} 100`);
    document.getElementById("x-text")?.replaceChildren(onX(text.value));
}

/** Into the text as if it were typed, so that the browser's own undo takes it back. */
function type(text, { whole = false } = {}) {
    const target = field();
    target.focus();
    if (whole) target.select();
    else target.setSelectionRange(target.value.length, target.value.length);
    if (!document.execCommand("insertText", false, text)) {
        if (whole) target.value = text;
        else target.value += text;
        target.dispatchEvent(new Event("input", { bubbles: true }));
    }
}

function add(text) {
    const value = field().value;
    if (text.startsWith("@")) {
        field().focus();
        field().setSelectionRange(0, 0);
        document.execCommand("insertText", false, `${text} `);
        return;
    }
    type(`${value && !/\s$/.test(value) ? " " : ""}${text}`);
}

/** The server's own text, as this page last knew it. */
const base = new WeakMap();

/** Words that never reached the server come back, where nobody has written since. */
function restore(text) {
    if (base.has(text)) return;
    base.set(text, text.value);
    const lost = kept(text.dataset.draft);
    if (!lost || lost.text === text.value) return forget(text.dataset.draft, text.value);
    if (lost.base === text.value) {
        use(text, lost.text);
        toast("What you typed before is here again.");
    } else offer(text, lost.text);
}

/** Puts the words in and saves them at once: htmx may not have seen this field yet. */
function use(text, words) {
    text.value = words;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    const [address, target] = [text.getAttribute("hx-post"), text.getAttribute("hx-target")];
    htmx.ajax("POST", address, { source: text, target, swap: "outerHTML" }).catch(() => {});
}

function offer(text, words) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = "Another text of yours was not saved. Use it";
    button.addEventListener("click", () => use(text, words));
    document.getElementById("draft-saved")?.replaceChildren(button);
}

document.body.addEventListener("htmx:afterRequest", (event) => {
    const text = event.detail.elt;
    if (text?.id !== "reply-text" || event.detail.xhr.status !== 200) return;
    const sent = event.detail.requestConfig.formData?.get("text") ?? event.detail.requestConfig.parameters.text;
    base.set(text, sent);
    forget(text.dataset.draft, sent);
});

let written = "";
/** Where the keys go: to the shelf until a clip is chosen (so that C, 1, Ctrl ↵ is an answer), then
    into the text, with the caret at its end. A text that has the focus keeps it, if it is the same
    tweet's: htmx gives the focus on to whatever has the same id. */
export function begin(mention) {
    count();
    const text = field();
    const same = written === mention;
    written = mention;
    if (text) restore(text);
    if (!text || matchMedia("(width < 48rem)").matches) return;
    if (same && document.activeElement === text) return;
    if (!("paired" in document.getElementById("pane").dataset)) {
        document.querySelector(".work").focus({ preventScroll: true });
        return;
    }
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
}

/** The reply is in the template's language from now on. */
function speak(template) {
    const { language, direction } = template.dataset;
    const text = field();
    document.getElementById("reply-language").value = language;
    Object.assign(text, { lang: language, dir: direction });
    const shown = document.getElementById("x-text");
    if (shown) shown.lang = language;
    const name = new Intl.DisplayNames(["en"], { type: "language" }).of(language);
    for (const place of document.querySelectorAll("[data-language-name]")) place.textContent = name;
}

async function copy(text, place) {
    await navigator.clipboard.writeText(text);
    if (place) place.textContent = "Copied";
    else toast("Copied.");
}

/** True if there was something to approve, ready or not. */
export function approve() {
    const button = document.querySelector("[data-approve]");
    if (!button) return false;
    if (button.disabled) announce(button.textContent.trim(), { now: true });
    else button.click();
    return true;
}

keys.on("#", () => {
    const missing = document.querySelector('[data-adds^="#"]');
    if (!missing) return false;
    add(missing.dataset.adds);
    return true;
});
keys.on("t", () => {
    const menu = document.getElementById("templates-menu");
    if (!menu) return false;
    menu.open = true;
    menu.querySelector(".menu-item")?.focus();
    return true;
});

document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    const template = on("[data-template]");
    const adds = on("[data-adds]");
    const copies = on("[data-copies]");
    const copied = on("[data-copy]");
    if (template) {
        template.closest("details").open = false;
        speak(template);
        type(template.dataset.template, { whole: true });
    } else if (adds) add(adds.dataset.adds);
    else if (copies) copy(document.querySelector(copies.dataset.copies).value, copies.querySelector("[data-copied]"));
    else if (copied) copy(copied.dataset.copy);
});

document.addEventListener("input", (event) => {
    if (event.target !== field()) return;
    count();
    keep(field().dataset.draft, field().value, base.get(field()) ?? field().defaultValue);
    const saved = document.querySelector("#draft-saved");
    if (saved) saved.textContent = "Writing";
});

function failed(event) {
    if (event.detail?.xhr?.status === 401) return; // app.js says so, with the way back
    const place = document.querySelector("#draft-saved");
    const words = navigator.onLine
        ? "That did not reach us. Your text is kept here; try again."
        : "Offline. Your text is kept here and saved when we are back.";
    if (place) place.textContent = words;
    announce(words, { now: true });
    event.detail?.elt?.removeAttribute?.("disabled");
}
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.body.addEventListener(name, failed);
}
