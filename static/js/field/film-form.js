/* The form of one film. The film is copied the moment it is chosen; the form may be filled, and sent,
   with no network at all. A form that was left comes back with its film. */

import * as keep from "./keep.js";
import { Turns } from "./turns.js";
import { apart, percent, say, size } from "./words.js";

const form = document.getElementById("film-form");
const line = document.getElementById("copied");
const cost = document.getElementById("cost");
const most = Number(form?.dataset.maxBytes);
let draft = null; // the record of the film that is copied
let restored = null; // a promise: what was left here before is looked for first
const copies = new Turns(take);

function show(name, words) {
    const slot = form.querySelector(`[data-field="${name}"] [data-errors]`);
    slot.textContent = words;
    slot.closest("[data-field]").toggleAttribute("data-wrong", Boolean(words));
}

function told() {
    const data = new FormData(form);
    return {
        storyteller: Number(data.get("storyteller")) || null,
        title: data.get("title").trim(),
        quote: data.get("quote").trim(),
        language: data.get("language"),
        themes: data.getAll("themes"),
        voice_only: data.has("voice_only"),
        consent: data.has("consent"),
        brief: Number(data.get("brief")) || null,
    };
}

function wrong(said) {
    return {
        film: draft || copies.busy ? "" : say("film_missing"),
        storyteller: said.storyteller ? "" : say("speaker_missing"),
        language: said.language ? "" : say("language_missing"),
        title: said.title ? "" : say("about_missing"),
        consent: said.consent ? "" : say("consent_missing"),
    };
}

async function choose(input) {
    const [file] = input.files;
    if (!file) return;
    show("film", "");
    if (file.size === 0 || file.size > most) {
        show("film", say(file.size ? "too_big" : "empty_film"));
        input.value = "";
        return;
    }
    if (await copies.take(file)) input.value = ""; // the same film may be chosen once more
}

/** The film that was chosen before stays until this one is safe, unless there is no room for both. */
async function take(file) {
    await restored;
    const old = draft;
    const id = crypto.randomUUID();
    const progress = (bytes) => {
        line.textContent = say("copying", { n: percent(bytes, file.size) });
    };
    progress(0);
    try {
        const facts = await keep.copy(file, id, progress).catch(async (error) => {
            if (!error.full || !old) throw error;
            draft = null;
            await keep.drop(old);
            return keep.copy(file, id, progress);
        });
        const chosen = { ...facts, state: "draft", added: Date.now(), told: told() };
        await keep.hold(chosen);
        await keep.put(chosen);
        draft = chosen;
        if (old) await keep.drop(old);
        await keep.note("may-go", !(await keep.askToStay()));
    } catch (error) {
        show("film", say(error.full ? "phone_full" : "copy_failed"));
    }
    showDraft();
}

function showDraft() {
    const n = draft && size(draft.length);
    line.textContent = draft ? say("copied", { name: apart(draft.name), n }) : "";
    cost.textContent = draft ? say("will_use", { n }) : "";
}

/** What a page that is closed left here. The newest; one that is older waits until that one is sent. */
async function left() {
    const drafts = (await keep.films()).filter((film) => film.state === "draft");
    for (const one of drafts.reverse()) if (await keep.hold(one)) return one;
    return null;
}

async function restore() {
    // Somebody whose consent waits on this phone may be filmed: it arrives before the film does.
    for (const { storyteller } of await keep.consents()) {
        const person = form.querySelector(`[name=storyteller][value="${CSS.escape(storyteller)}"]`);
        if (person) person.disabled = false;
    }
    draft = await left();
    if (draft) {
        write(draft.told);
        showDraft();
    }
    const asked = new URLSearchParams(location.search);
    write({
        brief: asked.get("brief"),
        storyteller: asked.get("storyteller"),
        language: asked.get("language"),
        title: asked.get("title"),
    });
}

/** A page that was kept on this phone may be older than the brief. */
function offer(brief, title) {
    const list = form.elements.brief;
    const known = [...list.options].some((option) => option.value === String(brief));
    if (brief && !known) list.add(new Option(title || brief, brief));
}

function write(said) {
    offer(said.brief, said.title);
    for (const name of ["title", "quote", "language", "brief"]) {
        if (said[name]) form.elements[name].value = said[name];
    }
    for (const box of form.querySelectorAll("[name=themes]")) {
        box.checked ||= said.themes?.includes(box.value) ?? false;
    }
    for (const person of form.querySelectorAll("[name=storyteller]:enabled")) {
        if (person.value === String(said.storyteller)) person.checked = true;
    }
    if (said.voice_only) form.elements.voice_only.checked = true;
}

async function send() {
    const said = told();
    const found = wrong(said);
    for (const [name, words] of Object.entries(found)) show(name, words);
    const first = Object.keys(found).find((name) => found[name]);
    document.getElementById("not-sent").hidden = !first;
    if (first) {
        form.querySelector(`[data-field="${first}"]`).scrollIntoView({ block: "center" });
        form.querySelector(`[data-field="${first}"]`).querySelector("input, select, textarea")?.focus();
        return;
    }
    form.querySelector("[type=submit]").disabled = true;
    await copies.busy;
    form.querySelector("[type=submit]").disabled = false;
    if (!draft) return;
    if (!(await keep.bytes(draft))) {
        draft = null; // the browser made room
        showDraft();
        return show("film", say("copy_failed"));
    }
    const who = form.querySelector("[name=storyteller]:checked").dataset.name;
    await keep.put({ ...draft, told: said, who, state: "phone", sent: 0, breaks: 0 });
    location.assign(form.dataset.after);
}

if (form) {
    keep.prepareToCopy();
    restored = restore();
    for (const input of form.querySelectorAll("[type=file]")) {
        input.addEventListener("change", () => choose(input));
        choose(input); // a slow phone had a film before this script
    }
    form.addEventListener("change", () => {
        if (draft) keep.change(draft.id, { told: told() });
    });
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        send();
    });
}
