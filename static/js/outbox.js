/* The outbox and the approvals: parts fetched anew when news comes, rings that end, keys.

   A part in which somebody writes or has a dialog open is left alone until they have left it: rows
   never move under a hand. */

import * as keys from "./keys.js";
import { announce } from "./toasts.js";

const board = document.getElementById("outbox");
const htmx = window.htmx;
const WAIT = 400;
const late = new Set();
const timers = new Map();

const parts = () => [...board.querySelectorAll("[data-part]")];

function inUse(part) {
    if (part.querySelector("dialog[open]")) return true;
    const written = [...part.querySelectorAll("input:not([type=hidden]), textarea:not([readonly])")];
    return written.some((field) => field === document.activeElement || field.value !== field.defaultValue);
}

function fetchPart(part) {
    if (inUse(part)) {
        late.add(part);
        return;
    }
    late.delete(part);
    const focused = part.contains(document.activeElement) ? document.activeElement.closest("[data-row]")?.id : "";
    const url = `${board.dataset.outbox}?part=${part.dataset.part}`;
    htmx.ajax("GET", url, { target: part, swap: "innerHTML" }).then(() => {
        if (focused && !inUse(part)) document.getElementById(focused)?.focus();
    });
}

/** News comes in bursts: each part is fetched at most every 400 ms. */
function refresh(part) {
    if (timers.has(part)) return;
    timers.set(
        part,
        setTimeout(() => {
            timers.delete(part);
            fetchPart(part);
        }, WAIT),
    );
}

function refreshAll() {
    parts().forEach(refresh);
    const counts = document.getElementById("bar-counts");
    if (counts) htmx.ajax("GET", board.dataset.counts, { target: counts, swap: "outerHTML" });
}

for (const kind of ["reply", "pause", "account", "resync"]) {
    document.body.addEventListener(`live:${kind}`, refreshAll);
}
board.addEventListener("left:over", refreshAll);
board.addEventListener("focusout", () => setTimeout(() => [...late].filter((part) => !inUse(part)).forEach(fetchPart)));
board.addEventListener("close", () => late.forEach(refresh), { capture: true });
document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = event.detail;
    if (requestConfig.verb !== "get" || !target.matches("[data-part]") || !inUse(target)) return;
    event.detail.shouldSwap = false; // they began to write while it was on its way
    late.add(target);
});
document.body.addEventListener("htmx:afterSwap", (event) => {
    late.delete(event.target); // what an action answered is as new as can be
    const told = event.target.querySelector?.(".notice[role]");
    if (told) announce(told.textContent.trim(), { now: told.getAttribute("role") === "alert" });
});

/* Keys ------------------------------------------------------------------------------------ */

const rows = () => [...board.querySelectorAll("[data-row]")];

function move(step) {
    const all = rows();
    const at = all.indexOf(document.activeElement.closest?.("[data-row]"));
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
}

function undoNewest() {
    const forms = [...board.querySelectorAll("[data-undo]")];
    const newest = forms.sort((one, other) => other.dataset.undo - one.dataset.undo)[0];
    if (!newest) return false;
    newest.requestSubmit();
    return true;
}

function openOnX() {
    const row = document.activeElement.closest?.("[data-row]") ?? board.querySelector("article[data-row]");
    if (!row?.dataset.link) return false;
    window.open(row.dataset.link, "_blank", "noopener,noreferrer");
    return true;
}

keys.on("j", () => move(1));
keys.on("k", () => move(-1));
keys.on("z", undoNewest);
keys.on("o", openOnX);
