/* Second eyes by keyboard: the row in focus is approved, changed or sent back. The rest is outbox.js. */

import * as keys from "./keys.js";
import { announce } from "./toasts.js";
import { weigh } from "./weight.js";

const row = () => document.activeElement?.closest?.("[data-row]") ?? document.querySelector("article[data-row]");

function approve() {
    const button = row()?.querySelector("[data-approves]");
    if (!button) {
        announce("Nothing here is yours to approve.");
        return false;
    }
    button.click();
    return true;
}

function change() {
    const details = row()?.querySelector(".second-eyes-change");
    if (!details) return false;
    details.open = true;
    details.querySelector("textarea").focus();
    return true;
}

function sendBack() {
    const comment = row()?.querySelector("textarea[name=comment]");
    comment?.focus();
    return Boolean(comment);
}

keys.on("Mod+Enter", approve);
keys.on("e", change);
keys.on("b", sendBack);
keys.on("Escape", () => {
    if (!keys.isTyping()) return false;
    document.activeElement.closest("[data-row]")?.focus();
    return true;
});

document.addEventListener("input", (event) => {
    const units = document.querySelector(`[data-weighs="${event.target.id}"]`);
    if (units) units.textContent = weigh(event.target.value);
});
