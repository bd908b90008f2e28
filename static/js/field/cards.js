/* Shows the films of this phone: on this phone, sending, safely in London. What London shows of the
   same film stands in the list below; a film is shown once. */

import * as keep from "./keep.js";
import { prepareAgain } from "./london.js";
import * as network from "./network.js";
import { forget, now, nudge, pause } from "./sender.js";
import { clock, number, percent, say, size } from "./words.js";

const list = document.getElementById("films");
const model = document.getElementById("film-card");
let drawing = false;
let again = false;
let known = []; // what was drawn last

/** Draw what is kept; calls while drawing are gathered into one. */
export async function draw() {
    if (!list) return;
    if (drawing) {
        again = true;
        return;
    }
    drawing = true;
    try {
        const films = (await keep.films()).filter((film) => film.state !== "draft");
        const paused = (await keep.fact("paused")) ?? false;
        place(films);
        for (const film of films) fill(card(film), film, paused);
        known = films;
        mark(films);
    } finally {
        drawing = false;
        if (again) {
            again = false;
            requestAnimationFrame(draw);
        }
    }
}

function card(film) {
    return document.getElementById(`film-${film.id}`);
}

function place(films) {
    const ids = new Set(films.map((film) => `film-${film.id}`));
    for (const old of [...list.children]) if (!ids.has(old.id)) old.remove();
    for (const film of films) {
        if (card(film)) continue;
        const made = model.content.cloneNode(true).firstElementChild;
        made.id = `film-${film.id}`;
        made.querySelector("[data-pause]").addEventListener("click", turnPause);
        made.querySelector("[data-again]").addEventListener("click", () => tryAgain(film.id));
        made.querySelector("[data-drop]").addEventListener("click", () => remove(film.id));
        list.append(made);
    }
}

async function turnPause() {
    await pause(!((await keep.fact("paused")) ?? false));
}

async function find(id) {
    return (await keep.films()).find((film) => film.id === id);
}

async function tryAgain(id) {
    await keep.change(id, { state: "phone", announced: false, url: "", words: "", damaged: 0 });
    nudge();
    draw();
}

async function remove(id) {
    const film = await find(id);
    if (!film) return;
    if (film.state !== "safe" && !window.confirm(say("remove_sure"))) return;
    await forget(film);
}

function fill(item, film, paused) {
    const sending = now.id === film.id;
    const view = sending ? "sending" : film.state;
    if (item.dataset.state !== view) item.dataset.state = view;
    const write = (name, text) => {
        const slot = item.querySelector(`[data-${name}]`);
        if (slot.textContent !== text) slot.textContent = text;
    };
    const sent = sending ? now.sent : view === "sent" ? film.length : (film.sent ?? 0);
    write("name", film.who);
    write("title", film.told.title);
    write("state", line(film, { sending, paused }));
    write("percent", percent(sent, film.length));
    write("amount", amount(sent, film.length));
    write("breaks", film.breaks ? `${say("broke", { n: number(film.breaks) })} ${say("nothing_twice")}` : "");
    write("pause", paused ? say("go_on") : say("pause"));
    item.querySelector("progress").value = sent / film.length;
    write("drop", say(view === "safe" ? "delete_here" : "remove"));
    item.querySelector("[data-pause]").hidden = !(sending || (paused && view === "phone"));
    item.querySelector("[data-again]").hidden = view !== "refused" || Boolean(film.lost);
    item.querySelector("[data-drop]").hidden = !["safe", "refused"].includes(view);
}

function amount(sent, length) {
    const speed = network.speedNow();
    const text = say("sent_of", { sent: size(sent), all: size(length) });
    if (!speed) return text;
    const minutes = (length - sent) / speed / 60;
    const left = minutes < 1 ? say("less_than_a_minute") : say("about_minutes", { n: number(minutes) });
    return `${text} · ${left}`;
}

function line(film, { sending, paused }) {
    if (sending) return "";
    const waits = { wifi: "wifi_waits", network: "waits_for_network" }[network.obstacle()];
    switch (film.state) {
        case "sent":
            return say("checking");
        case "safe":
            return say("safe_at", { time: clock(film.time || "") });
        case "refused":
            return film.words || say(film.lost ? "copy_failed" : "refused");
        default:
            if (paused) return say("paused");
            if (waits) return say(waits);
            if (now.said) return now.said;
            return say(film.damaged ? "damaged" : "waits_its_turn", { n: size(film.length) });
    }
}

/** London's list has changed: nothing is shown twice, not even until it is drawn anew. */
export function drawRows() {
    mark(known);
    draw();
}

/** A film that London shows below is shown there alone, with the way to delete it here. */
function mark(films) {
    const here = new Map(films.map((film) => [film.id, film]));
    for (const row of document.querySelectorAll("[data-clip]")) {
        const film = here.get(row.dataset.clip);
        const button = row.querySelector("[data-delete-here]");
        const safe = film?.state === "safe";
        if (button) button.hidden = !safe;
        if (film && safe) card(film)?.remove();
        row.hidden = Boolean(film) && !safe;
    }
    const shown = list.children.length + document.querySelectorAll("[data-clip]:not([hidden])").length;
    const count = document.getElementById("count");
    if (count) count.textContent = number(shown);
    const empty = document.getElementById("nothing");
    if (empty) empty.hidden = shown > 0;
}

/** London's news then shows it being prepared; without a network it can be pressed again. */
async function prepareOnceMore(button) {
    button.disabled = true;
    try {
        await prepareAgain(button.closest("[data-clip]").dataset.clip);
    } catch {
        button.disabled = false;
        button.closest(".crew-under").querySelector("[data-unheard]").textContent = say("waits_for_network");
    }
}

document.addEventListener("click", (event) => {
    const safe = event.target.closest("[data-delete-here]");
    if (safe) remove(safe.closest("[data-clip]").dataset.clip);
    const failed = event.target.closest("[data-prepare-again]");
    if (failed) prepareOnceMore(failed);
});
