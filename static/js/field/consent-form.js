/* The form of a consent: kept on this phone, sent to London before any film. The code with which a
   storyteller takes it back is made here, so that it can be handed over without a network. */

import * as keep from "./keep.js";
import { say, size } from "./words.js";

const LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"; // none is mistaken for another
const MOST = 8_000_000;
const form = document.getElementById("consent-form");
const told = 5;

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

function wrong(data, evidence) {
    const minorAgreed = data.get("guardian").trim() && data.has("guardian_agreed") && data.has("child_assented");
    const needsWitness = data.get("method") === "mark" && !data.get("witness").trim();
    return {
        storyteller: chosen() ? "" : say("speaker_missing"),
        language: data.get("language") ? "" : say("language_missing"),
        told: data.getAll("told").length === told ? "" : say("told_missing"),
        show: data.has("show_face") || data.has("show_voice") ? "" : say("show_missing"),
        method: data.get("method") ? "" : say("method_missing"),
        evidence: evidence && evidence.size > 0 && evidence.size <= MOST ? "" : say("evidence_missing"),
        witness: needsWitness ? say("witness_missing") : "",
        guardian: isMinor() && !minorAgreed ? say("guardian_missing") : "",
    };
}

function show(found) {
    for (const [name, words] of Object.entries(found)) {
        form.querySelector(`[data-field="${name}"] [data-errors]`).textContent = words;
    }
    const first = Object.keys(found).find((name) => found[name]);
    document.getElementById("not-sent").hidden = !first;
    if (first) form.querySelector(`[data-field="${first}"]`).scrollIntoView({ block: "center" });
    return !first;
}

if (form) {
    const code = makeCode();
    document.getElementById("code").textContent = code;
    const file = document.getElementById("id_evidence");
    file.addEventListener("change", () => {
        document.getElementById("evidence-kept").textContent = file.files[0]
            ? say("copied", { n: size(file.files[0].size) })
            : "";
    });
    form.addEventListener("change", () => {
        document.getElementById("minor").hidden = !isMinor();
    });
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const data = new FormData(form);
        const [evidence] = file.files;
        if (!show(wrong(data, evidence))) return;
        const given_on = new Date().toLocaleDateString("sv"); // 2026-11-26
        const said = [...data.entries(), ["code", code], ["given_on", given_on]];
        // The bytes themselves: a file that was only pointed at may be gone when the network is back.
        const bytes = new Blob([await evidence.arrayBuffer()], { type: evidence.type });
        await keep.putConsent({ code, storyteller: chosen().value, said, evidence: bytes, name: evidence.name });
        location.assign(form.dataset.after);
    });
}
