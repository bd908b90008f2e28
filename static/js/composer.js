/* What is written: the count and the preview as it is typed, templates, what a check offers to add.
   The server counts and saves; what is here shows at once what it can, and never loses a word. */

import * as keys from "./keys.js";
import { announce, toast } from "./toasts.js";
import { LIMIT, weigh } from "./weight.js";

export const field = () => document.getElementById("reply-text");

/** Which candidate the page shows, for requests that answer with something of it. */
export function shown() {
    const draft = document.getElementById("draft");
    return draft ? { draft: draft.value } : {};
}

function onX(text) {
    const parts = document.createDocumentFragment();
    let at = 0;
    for (const found of text.matchAll(/https?:\/\/\S+|(?<![\p{L}\p{N}_])[@#][\p{L}\p{N}_]+/gu)) {
        parts.append(text.slice(at, found.index));
        const link = document.createElement("bdi");
        link.className = "x-link";
        link.textContent = found[0].replace(/^https?:\/\/(www\.)?/, "");
        parts.append(link);
        at = found.index + found[0].length;
    }
    parts.append(text.slice(at));
    return parts;
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

let written = "";
/** Where the keys go: to the shelf until a clip is chosen (so that C, 1, Ctrl ↵ is an answer), then
    into the text, with the caret at its end. A text that has the focus keeps it, if it is the same
    tweet's: htmx gives the focus on to whatever has the same id. */
export function begin(mention) {
    count();
    const text = field();
    const same = written === mention;
    written = mention;
    if (!text || matchMedia("(width < 48rem)").matches) return;
    if (same && document.activeElement === text) return;
    if (!("paired" in document.getElementById("pane").dataset)) {
        document.querySelector(".work").focus({ preventScroll: true });
        return;
    }
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
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
        type(template.dataset.template, { whole: true });
    } else if (adds) add(adds.dataset.adds);
    else if (copies) copy(document.querySelector(copies.dataset.copies).value, copies.querySelector("[data-copied]"));
    else if (copied) copy(copied.dataset.copy);
});

document.addEventListener("input", (event) => {
    if (event.target !== field()) return;
    count();
    const saved = document.querySelector("#draft-saved");
    if (saved) saved.textContent = "Writing";
});

function failed(event) {
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
