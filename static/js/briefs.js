/* The board's own ways: keys, clocks that tick, and the open brief kept true. The server decides
   which rows there are; between its news only time passes here. */

import { now } from "./clock.js";
import * as keys from "./keys.js";

const TICK = 1000;
const detail = () => document.getElementById("brief-detail");
const page = document.getElementById("briefs");

function span(seconds) {
    const whole = Math.max(0, Math.floor(seconds));
    const minutes = Math.floor(whole / 60);
    if (minutes < 60) return `${minutes}:${String(whole % 60).padStart(2, "0")}`;
    if (minutes < 2880) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")}`;
    return `${Math.floor(minutes / 1440)} d`;
}

function roughly(seconds) {
    if (seconds < 60) return `${Math.floor(seconds)} s`;
    return seconds < 3600 ? `${Math.floor(seconds / 60)} min` : span(seconds);
}

function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
}

function tick() {
    const at = now();
    const since = (text) => (at - Date.parse(text)) / 1000;
    for (const one of document.querySelectorAll("[data-clock]")) write(one, span(since(one.dataset.clock)));
    for (const bar of document.querySelectorAll("[data-grows]")) bar.value = since(bar.dataset.grows);
    for (const one of document.querySelectorAll("[data-due]")) {
        const late = since(one.dataset.due);
        write(one, late > 0 ? `${roughly(late)} late` : `in ${roughly(-late)}`);
        if (late > 0) one.closest("[data-brief]")?.classList.add("board-bad");
    }
    for (const one of document.querySelectorAll("[data-zone]")) {
        const there = { timeZone: one.dataset.zone, hour: "2-digit", minute: "2-digit", hour12: false };
        write(one, new Intl.DateTimeFormat("en-GB", there).format(at));
    }
}

function mark() {
    const open = detail()?.dataset.brief;
    for (const row of document.querySelectorAll(".board-row")) {
        if (row.dataset.brief === open) row.setAttribute("aria-current", "true");
        else row.removeAttribute("aria-current");
    }
    if (open) page.dataset.open = open;
    else delete page.dataset.open;
}

function move(step) {
    const rows = [...document.querySelectorAll(".board-row")];
    const at = rows.findIndex((row) => row.dataset.brief === detail()?.dataset.brief);
    const row = at < 0 ? rows[0] : rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    if (!row || row.hasAttribute("aria-current")) return;
    row.scrollIntoView({ block: "nearest" });
    row.querySelector(".board-what").click();
}

function press(key) {
    const found = document.querySelector(`[data-key="${key}"]:not(:disabled)`);
    found?.click();
    return Boolean(found);
}

/** The open brief changed: all of it anew, but never under somebody's words. */
function refresh(event) {
    const open = detail()?.dataset.brief;
    if (!open || (event.detail?.ids && !event.detail.ids.includes(open))) return;
    const text = document.getElementById("brief-text");
    const writing = text && (text.value || text === document.activeElement);
    const part = writing ? "#brief-lines" : "#brief-detail";
    htmx.ajax("GET", detail().dataset.address, {
        source: page,
        target: part,
        select: part,
        swap: "outerHTML",
    }).catch(() => {});
}

keys.on("j", () => move(1));
keys.on("k", () => move(-1));
for (const key of ["a", "b", "p"]) keys.on(key, () => press(key));
keys.on("r", () => {
    const text = document.getElementById("brief-text");
    text?.focus();
    return Boolean(text);
});
keys.on("Escape", () => {
    if (!keys.isTyping()) return false;
    document.activeElement.blur();
    return true;
});

document.body.addEventListener("live:brief", refresh);
document.body.addEventListener("live:resync", refresh);
document.body.addEventListener("htmx:afterSwap", () => {
    mark();
    tick();
});
document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status !== 409) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
});
mark();
tick();
setInterval(tick, TICK);
