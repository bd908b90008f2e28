/* The form that asks the field, in its dialog: shown by whatever opens `ask-dialog`, sent by htmx.

   When the brief is sent, `asked` comes with what to say; the desk and the board go on from there. */

import { announce, toast } from "./toasts.js";

const body = () => document.getElementById("ask-body");
const LOADING = '<p class="loading" aria-label="Loading"></p>';

function readsIn() {
    const place = body()?.querySelector("[data-reads-in]");
    const chosen = body()?.querySelector("[name=whom]:checked");
    if (place) place.textContent = chosen ? `in ${chosen.dataset.readsName}` : "";
}

async function translate(form) {
    const chosen = form.querySelector("[name=whom]:checked");
    const failure = form.querySelector("[data-translate-failure]");
    const data = new FormData(form);
    data.set("target", chosen?.dataset.reads ?? "");
    failure.textContent = "";
    try {
        const answer = await fetch(form.dataset.translate, { method: "POST", body: data });
        const said = await answer.json();
        if (answer.ok) form.querySelector("[name=gist]").value = said.text;
        else failure.textContent = said.failure;
    } catch {
        failure.textContent = "That did not reach us. Try again, or write it yourself.";
    }
}

document.addEventListener("change", (event) => {
    if (event.target.name === "whom") readsIn();
});
document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-translates]");
    if (button) translate(button.closest("form"));
});
document.body.addEventListener("htmx:beforeRequest", (event) => {
    // Another tweet's form is not shown while this one's is on its way.
    if (event.detail.target?.id === "ask-body" && event.detail.elt.hasAttribute("data-opens")) body().innerHTML = LOADING;
});
document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target?.id !== "ask-body" || ![409, 422].includes(event.detail.xhr.status)) return;
    event.detail.shouldSwap = true; // what is wrong stands beside its field
    event.detail.isError = false;
});
for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.body.addEventListener(name, (event) => {
        if (event.detail.target?.id !== "ask-body") return;
        const words = "That did not reach us. Nothing was sent; close this and try again.";
        const line = document.createElement("p");
        line.className = "notice notice-bad";
        line.setAttribute("role", "alert");
        line.textContent = words;
        const form = body().querySelector("form");
        if (form) form.prepend(line); // what was written stays
        else body().replaceChildren(line);
    });
}
document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "ask-body") return;
    readsIn();
    body().querySelector("[autofocus]")?.focus();
});
document.body.addEventListener("asked", (event) => {
    document.getElementById("ask-dialog")?.close();
    toast(event.detail.said);
    announce(event.detail.said);
});
readsIn();
