/* Many cards at once: chosen with X or their boxes, dismissed with one reason, back with Undo. */

import * as keys from "./keys.js";
import { toast } from "./toasts.js";

const bar = document.getElementById("sweep");
const dialog = document.getElementById("sweep-dialog");
const MOST = 60;
const chosen = new Set();

function show() {
    for (const place of document.querySelectorAll("[data-chosen]")) place.textContent = chosen.size;
    for (const box of document.querySelectorAll("[data-choose]")) {
        box.checked = chosen.has(box.dataset.choose);
        box.closest("[data-card]").classList.toggle("card-chosen", box.checked);
    }
    bar.hidden = chosen.size === 0;
}

function choose(box, yes = !chosen.has(box.dataset.choose)) {
    if (yes && chosen.size < MOST) chosen.add(box.dataset.choose);
    else chosen.delete(box.dataset.choose);
    show();
}

function none() {
    chosen.clear();
    show();
}

function send(address, values, { again } = {}) {
    htmx.ajax("POST", `${address}${location.search}`, { target: "#swept", swap: "none", values })
        .then(() => again?.())
        .catch(() => {});
}

function dismiss(reason) {
    const ids = [...chosen].join(",");
    dialog.close();
    none();
    send(bar.dataset.dismiss, { ids, reason });
}

document.body.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.target.id !== "swept") return;
    const told = event.target.querySelector("template");
    if (!told) return;
    told.remove(); // the event comes once for each of the nodes
    const ids = told.dataset.swept;
    toast(told.dataset.words, ids ? { undo: () => send(bar.dataset.restore, { ids }) } : {});
});

document.addEventListener("click", (event) => {
    const reason = event.target.closest("[data-sweep]");
    if (reason) dismiss(reason.dataset.sweep);
    else if (event.target.closest("[data-choose-none]")) none();
});
document.addEventListener("change", (event) => {
    if (event.target.matches("[data-choose]")) choose(event.target, event.target.checked);
});
document.addEventListener("keydown", (event) => {
    if (dialog.open && /^[1-9]$/.test(event.key)) dialog.querySelector(`[data-number="${event.key}"]`)?.click();
});
document.body.addEventListener("htmx:afterSwap", show);
document.body.addEventListener("htmx:oobAfterSwap", show);

keys.on("x", () => {
    const box = document.querySelector("[data-card][aria-current] [data-choose]");
    if (!box) return false;
    choose(box);
    return true;
});

/** True if cards are chosen, and the key was for them. */
export function sweeping() {
    if (!chosen.size) return false;
    dialog.showModal();
    return true;
}

export function letGo() {
    if (!chosen.size) return false;
    none();
    return true;
}
