/* The film form: sends in the background, one film at a time, and frees the form for the next one.
   Without this module the form is sent by the browser itself. */

import { Interrupted, Refused, send, SignedOut } from "./field-transport.js";

const form = document.getElementById("film-form");
const sending = document.getElementById("sending");
const cards = document.getElementById("sending-card");
const announce = document.getElementById("announce");
const waiting = [];
let busy = false;

function megabytes(bytes) {
    return `${(bytes / 1_000_000).toFixed(bytes < 100_000_000 ? 1 : 0)} MB`;
}

function chosen() {
    return [...form.querySelectorAll("input[type=file]")].map((input) => input.files[0]).find(Boolean);
}

function showErrors(errors) {
    for (const part of form.querySelectorAll("[data-field]")) {
        const place = part.querySelector("[data-errors]");
        const words = errors[part.dataset.field] ?? [];
        place.replaceChildren(
            ...words.map((text) => {
                const line = document.createElement("p");
                line.className = "field-error";
                line.textContent = text;
                return line;
            }),
        );
    }
    const first = form.querySelector("[data-errors] .field-error");
    if (!first) return;
    const part = first.closest("[data-field]");
    part.scrollIntoView({ block: "center" });
    part.querySelector("input, select, textarea")?.focus({ preventScroll: true });
}

function mistakes() {
    const errors = {};
    const film = chosen();
    if (!film) errors.film = ["Film now, or choose a film on this phone."];
    else if (film.size === 0) errors.film = ["The file is empty. Film again."];
    else if (film.size > Number(form.dataset.maxBytes)) errors.film = [form.dataset.tooBig];
    if (!form.querySelector("[name=storyteller]:checked")) errors.storyteller = ["Choose who speaks."];
    if (!form.elements.language.value) errors.language = ["Choose the language that is spoken."];
    if (!form.elements.title.value.trim()) errors.title = ["Write in a few words what it is about."];
    if (!form.elements.consent.checked) {
        errors.consent = ["Ask first. Without a yes for this film we cannot take it."];
    }
    return errors;
}

function step(card, name) {
    let reached = false;
    for (const item of card.querySelectorAll("[data-step]")) {
        const now = item.dataset.step === name;
        item.toggleAttribute("data-done", !reached && (!now || name === "safe"));
        if (now) item.setAttribute("aria-current", "step");
        else item.removeAttribute("aria-current");
        reached ||= now;
    }
}

function say(card, words, { bad = false, buttons = false } = {}) {
    const line = card.querySelector("[data-words]");
    line.textContent = words;
    line.classList.toggle("field-error", bad);
    card.querySelector("[data-buttons]").hidden = !buttons;
    announce.textContent = words;
}

function queue() {
    const film = chosen();
    const name = form.querySelector("[name=storyteller]:checked").dataset.name;
    const card = cards.content.firstElementChild.cloneNode(true);
    card.querySelector("[data-name]").textContent = `${name}, ${form.elements.title.value.trim()}`;
    const item = { card, data: new FormData(form), size: film.size, url: form.action || location.href };
    card.querySelector("[data-again]").addEventListener("click", () => enter(item));
    card.querySelector("[data-drop]").addEventListener("click", () => card.remove());
    sending.append(card);
    sending.hidden = false;
    enter(item);
}

function enter(item) {
    step(item.card, "phone");
    say(item.card, `On this phone. Waits its turn, ${megabytes(item.size)}`);
    waiting.push(item);
    next();
}

async function next() {
    if (busy || waiting.length === 0) return;
    busy = true;
    const item = waiting.shift();
    try {
        await go(item);
    } finally {
        busy = false;
        next();
    }
}

async function go({ card, data, size, url }) {
    step(card, "sending");
    say(card, `0 of ${megabytes(size)}`);
    const bar = card.querySelector("progress");
    const percent = card.querySelector("[data-percent]");
    const line = card.querySelector("[data-words]");
    try {
        await send(url, data, {
            onProgress(sent, all) {
                const part = Math.min(99, Math.floor((100 * sent) / all));
                bar.value = part;
                percent.textContent = part;
                line.textContent = `${megabytes((size * sent) / all)} of ${megabytes(size)}`;
            },
        });
        bar.value = 100;
        percent.textContent = 100;
        step(card, "safe");
        say(card, "Safely in London. It is being prepared for the editors.");
    } catch (error) {
        bar.value = 0;
        percent.textContent = 0;
        step(card, "phone");
        say(card, words(error), { bad: true, buttons: true });
    }
}

function words(error) {
    if (error instanceof Refused) return Object.values(error.errors).flat().join(" ");
    if (error instanceof SignedOut) {
        return "Still on this phone. Sign in again in another tab, then try again.";
    }
    if (error instanceof Interrupted) return "The network broke. Still on this phone. Try again.";
    throw error;
}

function unsent() {
    return sending.querySelector('[data-step="safe"]:not([aria-current])') !== null;
}

form.addEventListener("submit", (event) => {
    event.preventDefault();
    const errors = mistakes();
    showErrors(errors);
    if (Object.keys(errors).length > 0) return;
    queue();
    form.reset();
    sending.scrollIntoView({ block: "start" });
});

function showChosen() {
    for (const frame of form.querySelectorAll(".film-file")) {
        const film = frame.querySelector("input").files[0];
        const line = frame.querySelector("[data-chosen]");
        line.textContent = film ? `${film.name}, ${megabytes(film.size)}` : "";
        line.hidden = !film;
        frame.toggleAttribute("data-full", Boolean(film));
    }
}

// Only one of the two ways to bring a film holds one.
for (const input of form.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
        for (const other of form.querySelectorAll("input[type=file]")) {
            if (other !== input && input.files.length > 0) other.value = "";
        }
        showChosen();
    });
}
form.addEventListener("reset", () => setTimeout(showChosen));
form.classList.add("film-live");
showChosen();

window.addEventListener("beforeunload", (event) => {
    if (unsent()) event.preventDefault();
});
