/* The form of a consent: kept on this phone, sent to London before any film. The code with which a
   storyteller takes it back is made here, so that it can be handed over without a network. */

import * as keep from "./keep.js";
import { Turns } from "./turns.js";
import { apart, say, size } from "./words.js";

const LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"; // none is mistaken for another
const MOST = 64 * 1024 * 1024;
const form = document.getElementById("consent-form");
const line = document.getElementById("evidence-kept");
const told = 5;
let evidence = null; // the record of what is copied
const code = makeCode();
const copies = new Turns(take);

function makeCode() {
    const drawn = [];
    while (drawn.length < 10) {
        const [byte] = crypto.getRandomValues(new Uint8Array(1));
        if (byte < 240) drawn.push(LETTERS[byte % LETTERS.length]); // 240 = 8 × 30: no letter is likelier
    }
    return `${drawn.slice(0, 5).join("")}-${drawn.slice(5).join("")}`;
}

function chosen() {
    return form.querySelector("[name=storyteller]:checked");
}

function isMinor() {
    return chosen()?.dataset.minor !== undefined;
}

function wrong(data) {
    const minorAgreed = data.get("guardian").trim() && data.has("guardian_agreed") && data.has("child_assented");
    const needsWitness = data.get("method") === "mark" && !data.get("witness").trim();
    return {
        storyteller: chosen() ? "" : say("speaker_missing"),
        language: data.get("language") ? "" : say("language_missing"),
        told: data.getAll("told").length === told ? "" : say("told_missing"),
        show: data.has("show_face") || data.has("show_voice") ? "" : say("show_missing"),
        method: data.get("method") ? "" : say("method_missing"),
        evidence: evidence || copies.busy ? "" : say("evidence_missing"),
        witness: needsWitness ? say("witness_missing") : "",
        guardian: isMinor() && !minorAgreed ? say("guardian_missing") : "",
    };
}

function mark(name, words) {
    form.querySelector(`[data-field="${name}"] [data-errors]`).textContent = words;
}

function show(found) {
    for (const [name, words] of Object.entries(found)) mark(name, words);
    const first = Object.keys(found).find((name) => found[name]);
    document.getElementById("not-sent").hidden = !first;
    if (first) form.querySelector(`[data-field="${first}"]`).scrollIntoView({ block: "center" });
    return !first;
}

/** Copied at once, as a film is: a file that was only pointed at may be gone when the network is back. */
async function take(file) {
    const old = evidence;
    if (file.size === 0) return mark("evidence", say("empty_film"));
    if (file.size > MOST) return mark("evidence", say("evidence_missing"));
    try {
        const facts = await keep.copy(file, crypto.randomUUID(), () => {});
        const record = { ...facts, code, state: "draft", added: Date.now() };
        await keep.hold(record);
        await keep.put(record);
        evidence = record;
        if (old) await keep.drop(old);
        line.textContent = say("copied", { name: apart(file.name), n: size(file.size) });
        mark("evidence", "");
    } catch (error) {
        mark("evidence", say(error.full ? "phone_full" : "copy_failed"));
    }
}

/** What a form that was left, or a consent that is given anew, held. */
async function tidy(storyteller) {
    for (const old of await keep.evidence()) {
        const another = old.state === "draft" && old.id !== evidence.id;
        if (another && (await keep.hold(old))) await keep.drop(old);
    }
    for (const old of await keep.consents()) {
        if (old.refused && old.storyteller === storyteller) await keep.dropConsent(old.code);
    }
}

/** What was agreed, and what is to come, as London's form has it. */
function agreed() {
    const given_on = new Date().toLocaleDateString("sv"); // 2026-11-26
    const coming = ["id", "name", "type", "length", "sha256"].map((fact) => [`evidence_${fact}`, String(evidence[fact])]);
    return [...new FormData(form).entries(), ["code", code], ["given_on", given_on], ...coming];
}

async function give() {
    if (!show(wrong(new FormData(form)))) return;
    await copies.busy;
    if (!evidence) return;
    const storyteller = chosen().value;
    await tidy(storyteller);
    await keep.put({ ...evidence, state: "phone", announced: false, sent: 0 });
    await keep.putConsent({ code, storyteller, said: agreed(), evidence: evidence.id });
    location.assign(form.dataset.after);
}

if (form) {
    document.getElementById("code").textContent = code;
    const file = document.getElementById("id_evidence");
    keep.prepareToCopy();
    const choose = () => file.files[0] && copies.take(file.files[0]);
    file.addEventListener("change", choose);
    choose(); // a slow phone had it before this script
    form.addEventListener("change", () => {
        document.getElementById("minor").hidden = !isMinor();
    });
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        give();
    });
}
