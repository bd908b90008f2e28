/* Everything that counts down: rings, "4:12 left", the lease's ink line. One timer for all.

   [data-until] is a time of the server. In a ring the number and the arc follow it; elsewhere
   [data-left] says how to write what is left. At the end `left:over` bubbles from the element. */

import { now } from "./clock.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");

function clockFace(seconds) {
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const WRITE = {
    clock: (left) => clockFace(Math.ceil(left)),
    seconds: (left) => `${Math.ceil(left)} s`,
    number: (left) => String(Math.ceil(left)),
};

function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
}

function drawRing(element, left) {
    const total = Number(element.dataset.total) || 10;
    const shown = calm.matches ? Math.ceil(left) : left;
    const arc = element.querySelector(".ring-left");
    arc?.setAttribute("stroke-dasharray", `${Math.min(100, (100 * shown) / total).toFixed(1)} 100`);
    const number = element.querySelector(".ring-number");
    if (number) setText(number, String(Math.ceil(left)));
}

function drawLine(element, left) {
    const total = Number(element.dataset.total) || 300;
    element.style.setProperty("inline-size", `${Math.min(100, (100 * left) / total).toFixed(2)}%`);
}

function draw(element) {
    const left = Math.max(0, (Date.parse(element.dataset.until) - now()) / 1000);
    if (Number.isNaN(left)) return;
    if (element.classList.contains("ring")) drawRing(element, left);
    else if (element.hasAttribute("data-line")) drawLine(element, left);
    else setText(element, (WRITE[element.dataset.left] ?? WRITE.clock)(left));
    if (left === 0 && element.dataset.over !== element.dataset.until) {
        element.dataset.over = element.dataset.until;
        element.dispatchEvent(new CustomEvent("left:over", { bubbles: true }));
    }
}

function tick() {
    for (const element of document.querySelectorAll("[data-until]:not([data-until=''])")) {
        draw(element);
    }
    for (const element of document.querySelectorAll("[data-since]:not([data-since=''])")) {
        const seconds = Math.max(0, (now() - Date.parse(element.dataset.since)) / 1000);
        setText(element, `${element.dataset.before ?? ""}${words(seconds)}${element.dataset.after ?? ""}`);
    }
}

/** 40 s, 6 min, 2 h, 3 d: as the server writes it. */
export function words(seconds) {
    if (seconds < 60) return `${Math.floor(seconds)} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
    return `${Math.floor(seconds / 86_400)} d`;
}

tick();
setInterval(tick, 250);
