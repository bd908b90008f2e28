/* Single keys. Silent while somebody types, while a dialog is open, and when switched off.

   A page says `on("j", move)`; "Mod+Enter" and "Alt+1" work while typing too. Two in a row: "g d". */

const STORE = "single-keys";
const bound = new Map();
let before = "";
let beforeAt = 0;

export function enabled() {
    return localStorage.getItem(STORE) !== "off";
}

export function enable(yes) {
    localStorage.setItem(STORE, yes ? "on" : "off");
    document.documentElement.classList.toggle("keys-off", !yes);
}

export function on(key, act) {
    bound.set(key, act);
}

/** Whether keys belong to what is being written. */
export function isTyping(element = document.activeElement) {
    return (
        element instanceof HTMLElement &&
        (element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio])"))
    );
}

function nameOf(event) {
    if (event.altKey) return event.code.startsWith("Digit") ? `Alt+${event.code.slice(5)}` : "";
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    return event.metaKey || event.ctrlKey ? `Mod+${name}` : name;
}

document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const name = nameOf(event);
    const always = /^(Mod|Alt)\+/.test(name) || name === "Escape";
    if (!always && (!enabled() || isTyping(event.target))) return;
    if (document.querySelector("dialog[open]")) return;
    const pair = Date.now() - beforeAt < 1000 ? `${before} ${name}` : "";
    before = name;
    beforeAt = Date.now();
    const act = bound.get(pair) ?? bound.get(name);
    if (!act || (event.repeat && !["j", "k"].includes(name))) return;
    // An answer of false says that the key was not for the page after all.
    if (act(event) !== false) event.preventDefault();
});

document.documentElement.classList.toggle("keys-off", !enabled());
