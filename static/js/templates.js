/* Templates as they are written: the preview with everything filled in, and what it weighs. */

import { onX } from "./composer-text.js";
import { LIMIT, weigh } from "./weight.js";

const example = document.getElementById("texts").dataset;

function show(form) {
    const text = form.elements.text.value;
    const filled = text.replace(/\{(\w+)\}/g, (whole, name) => example[name] ?? whole);
    form.querySelector("[data-shows]").replaceChildren(onX(filled));
    const units = weigh(filled);
    const place = form.querySelector("[data-weighs]");
    place.textContent = units;
    place.classList.toggle("bad-text", units > LIMIT);
}

document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-text-form]");
    if (form) show(form);
});

document.addEventListener("click", (event) => {
    const puts = event.target.closest("[data-puts]");
    const asks = event.target.closest("[data-asks]");
    if (puts) {
        const text = puts.closest("form").elements.text;
        text.focus();
        text.setRangeText(puts.dataset.puts, text.selectionStart, text.selectionEnd, "end");
        show(text.form);
    } else if (asks && !window.confirm(asks.dataset.asks)) event.preventDefault();
});
