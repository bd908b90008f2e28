/* Cutting a clip: I sets where it begins, O where it ends, at the moment that the film shows. */

import { on } from "./keys.js";

const form = document.querySelector("[data-trim]");
const film = document.querySelector("[data-film]");
const bar = form?.querySelector("[data-trim-bar]");

function number(name) {
    const value = Number.parseFloat(form.elements[name].value.replace(",", "."));
    return Number.isFinite(value) ? value : null;
}

function draw() {
    const whole = film.duration || Number(form.dataset.duration) || 1;
    const start = number("start") ?? 0;
    const end = number("end") ?? whole;
    const kept = bar.querySelector("[data-trim-kept]");
    kept.style.insetInlineStart = `${(100 * start) / whole}%`;
    kept.style.inlineSize = `${Math.max(0, (100 * (end - start)) / whole)}%`;
    bar.querySelector("[data-trim-now]").style.insetInlineStart = `${(100 * film.currentTime) / whole}%`;
}

function mark(name) {
    form.elements[name].value = film.currentTime.toFixed(2);
    form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
}

if (form && film) {
    for (const button of form.querySelectorAll("[data-mark]")) {
        button.addEventListener("click", () => mark(button.dataset.mark));
    }
    on("i", () => mark("start"));
    on("o", () => mark("end"));
    form.addEventListener("input", draw);
    film.addEventListener("timeupdate", draw);
    film.addEventListener("loadedmetadata", draw);
    // A second look at exactly what is kept: the film stops where the clip will end.
    film.addEventListener("timeupdate", () => {
        const end = number("end");
        if (end && !film.paused && film.currentTime >= end && film.currentTime < end + 0.3) film.pause();
    });
    draw();
}
