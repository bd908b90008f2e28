/* The captions editor. Rows of "begins, ends, text" over the film; what is typed is saved on the
   server a moment later, with the revision that we know, so that nobody writes over another's work.

   Timing by keyboard, also while typing: Mod+Space plays and stops; Alt+1 and Alt+2 set begin and
   end of the row in hand to the moment shown; Alt+3 and Alt+4 go a second back and on; Mod+Enter
   starts the next caption here. */

import { on } from "./keys.js";

const SAVE_AFTER = 700;
const LENGTH = 2500;

const form = document.querySelector("[data-captions]");
const film = document.querySelector("[data-film]");
const shown = document.querySelector("[data-shown]");
const list = form?.querySelector("[data-list]");
const saved = form?.querySelector("[data-saved]");
let segments = read("segments");
const spoken = read("spoken");
let revision = Number(form?.dataset.revision ?? 0);
let waiting = 0;
let saving = false;
let again = false;

function read(id) {
    return JSON.parse(document.getElementById(id)?.textContent ?? "[]");
}

function now() {
    return Math.round((film?.currentTime ?? 0) * 1000);
}

function clock(ms) {
    const seconds = ms / 1000;
    return `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, "0")}`;
}

function parse(text) {
    const match = /^(?:(\d+):)?(\d{1,3}(?:[.,]\d{1,3})?)$/.exec(text.trim());
    return match ? Math.round((Number(match[1] ?? 0) * 60 + Number(match[2].replace(",", "."))) * 1000) : null;
}

function timeField(segment, name, label) {
    const field = document.createElement("input");
    field.className = "input caption-time";
    field.value = clock(segment[name]);
    field.setAttribute("aria-label", label);
    field.addEventListener("change", () => {
        const at = parse(field.value);
        if (at === null) {
            field.setAttribute("aria-invalid", "true");
            return;
        }
        field.removeAttribute("aria-invalid");
        segment[name] = at;
        field.value = clock(at);
        changed();
    });
    return field;
}

function row(segment) {
    const item = document.createElement("li");
    item.className = "caption-row";
    item.segment = segment;
    const times = document.createElement("div");
    times.className = "caption-times";
    times.append(timeField(segment, "start", "Begins at"), timeField(segment, "end", "Ends at"));
    const text = document.createElement("textarea");
    text.className = "input caption-text";
    text.rows = 2;
    text.maxLength = 400;
    text.value = segment.text;
    text.lang = form.dataset.language;
    text.dir = form.dataset.direction;
    text.setAttribute("aria-label", "What is said");
    text.addEventListener("input", () => {
        segment.text = text.value;
        changed();
        show();
    });
    text.addEventListener("focus", () => {
        if (film && film.paused) film.currentTime = segment.start / 1000;
        show();
    });
    const heard = spoken.find((one) => one.start < segment.end && one.end > segment.start);
    const body = document.createElement("div");
    body.className = "caption-body";
    if (heard) {
        const original = document.createElement("p");
        original.className = "small quiet";
        original.dir = "auto";
        original.textContent = heard.text;
        body.append(original);
    }
    body.append(text);
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "button button-icon button-quiet";
    remove.setAttribute("aria-label", "Delete this caption");
    remove.textContent = "×";
    remove.addEventListener("click", () => {
        segments = segments.filter((one) => one !== segment);
        item.remove();
        changed();
    });
    item.append(times, body, remove);
    return item;
}

function render() {
    segments.sort((one, two) => one.start - two.start);
    list.replaceChildren(...segments.map(row));
}

function inHand() {
    return document.activeElement?.closest?.(".caption-row") ?? null;
}

function set(name) {
    const item = inHand();
    if (!item) return false;
    const segment = item.segment;
    segment[name] = now();
    if (segment.end <= segment.start) segment[name === "start" ? "end" : "start"] += name === "start" ? LENGTH : -LENGTH;
    segment.start = Math.max(0, segment.start);
    const [start, end] = item.querySelectorAll(".caption-time");
    start.value = clock(segment.start);
    end.value = clock(segment.end);
    changed();
    return true;
}

function add() {
    const start = now();
    const next = segments.find((one) => one.start > start);
    const before = segments.findLast((one) => one.start <= start);
    if (before && before.end > start) before.end = start > before.start ? start : before.end;
    const segment = { start, end: Math.min(start + LENGTH, next?.start ?? Infinity), text: "" };
    segments.push(segment);
    render();
    [...list.children].find((item) => item.segment === segment)?.querySelector("textarea").focus();
}

function show() {
    const at = now();
    const current = segments.find((one) => one.start <= at && at < one.end);
    shown.textContent = current?.text ?? "";
    for (const item of list.children) item.classList.toggle("caption-now", item.segment === current);
}

function changed() {
    saved.textContent = "…";
    clearTimeout(waiting);
    waiting = setTimeout(save, SAVE_AFTER);
}

async function save() {
    if (saving) {
        again = true;
        return;
    }
    saving = true;
    try {
        const answer = await fetch(form.dataset.captions, {
            method: "POST",
            headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
            body: JSON.stringify({ revision, segments }),
        });
        const told = await answer.json();
        if (answer.ok) {
            const first = revision === 0;
            revision = told.revision;
            for (const field of document.querySelectorAll("[data-revision-field]")) field.value = revision;
            saved.textContent = "Saved";
            document.querySelector("[data-track-state]").textContent =
                "Changed just now. Nobody sees it before it is marked as reviewed.";
            const review = document.querySelector("[data-review]");
            if (review) review.hidden = segments.length === 0;
            // The buttons of a track that is there now come with the page.
            if (first && !again) setTimeout(() => !inHand() && location.reload(), 0);
        } else {
            saved.textContent = told.error;
        }
    } catch {
        saved.textContent = "Not saved: no network. Trying again.";
        waiting = setTimeout(save, 4000);
    } finally {
        saving = false;
        if (again) {
            again = false;
            save();
        }
    }
}

function token() {
    return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
}

if (form) {
    render();
    show();
    form.addEventListener("submit", (event) => event.preventDefault());
    form.querySelector("[data-add]").addEventListener("click", add);
    film?.addEventListener("timeupdate", show);
    on("Alt+1", () => set("start"));
    on("Alt+2", () => set("end"));
    on("Alt+3", () => film && (film.currentTime = Math.max(0, film.currentTime - 1)));
    on("Alt+4", () => film && (film.currentTime += 1));
    on("Mod+ ", () => film && (film.paused ? film.play() : film.pause()));
    on("Mod+Enter", add);
    addEventListener("beforeunload", (event) => {
        if (saved.textContent === "…") event.preventDefault();
    });
}
