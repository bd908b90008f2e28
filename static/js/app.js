/* What every page of the newsroom shares. Pages add their own module beside this one. */

import "./live.js";
import "./ring.js";
import * as keys from "./keys.js";
import * as toasts from "./toasts.js";

const THEMES = ["system", "light", "dark"];

function paint(theme) {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const element of document.querySelectorAll("[data-theme-name]")) {
        element.textContent = { system: "As the system: light or dark", light: "Light", dark: "Dark" }[theme];
    }
}

function opens(event) {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
        opener.closest("details")?.removeAttribute("open");
        document.getElementById(opener.dataset.opens)?.showModal();
    }
    const closer = event.target.closest("[data-closes]");
    if (closer) closer.closest("dialog")?.close();
    if (event.target instanceof HTMLDialogElement) event.target.close();
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
        if (!menu.contains(event.target)) menu.removeAttribute("open");
    }
}

function closesMenu(event) {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details[data-menu][open]");
    if (!menu) return;
    event.preventDefault();
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
}

function goes(name) {
    return () => {
        const link = document.querySelector(`[data-goes="${name}"]`);
        if (!link) return false;
        link.click();
        return true;
    };
}

/** A still whose file is away (deleted, or the storage does not answer) is hatched, not broken. */
function hatch(picture) {
    const still = picture.closest?.(".still");
    if (!still || picture.tagName !== "IMG") return;
    still.classList.add("still-gone");
    picture.remove();
}

/* Somebody who was signed out in the meantime is told so where they are; what they typed stays.
   A dialog takes the keyboard, so it waits until they pause: no letter is lost to it. */
const TYPING_PAUSE = 1500;
let typedAt = -Infinity;
let telling = 0;

function tellSignedOut() {
    const dialog = document.getElementById("signed-out");
    const rest = typedAt + TYPING_PAUSE - performance.now();
    clearTimeout(telling);
    if (rest > 0) {
        telling = setTimeout(tellSignedOut, rest);
        return;
    }
    const link = dialog.querySelector("a");
    link.href = `${link.dataset.address}?next=${encodeURIComponent(location.pathname + location.search)}`;
    if (!dialog.open) dialog.showModal();
}

document.addEventListener("input", () => {
    typedAt = performance.now();
});
document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) tellSignedOut();
});

/* Signing in anew, in this tab or another, changes the token that forms are sent with. */
document.addEventListener("htmx:configRequest", (event) => {
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
    if (token) event.detail.headers["X-CSRFToken"] = token;
});

document.addEventListener("error", (event) => hatch(event.target), { capture: true });
for (const picture of document.querySelectorAll(".still img")) {
    if (picture.complete && picture.currentSrc && !picture.naturalWidth) hatch(picture);
}

document.addEventListener("click", opens);
document.addEventListener("keydown", closesMenu, { capture: true });
document.querySelector("[data-theme-next]")?.addEventListener("click", () => {
    const now = localStorage.getItem("theme") ?? "system";
    const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
    localStorage.setItem("theme", next);
    paint(next);
});

for (const box of document.querySelectorAll("[data-keys-switch]")) {
    box.checked = keys.enabled();
    box.addEventListener("change", () => keys.enable(box.checked));
}

keys.on("?", () => document.getElementById("keys-sheet")?.showModal());
for (const [key, name] of Object.entries({ d: "desk", a: "approvals", o: "outbox", b: "briefs", c: "clips", r: "reports", m: "my-day", l: "audit", t: "templates" })) {
    keys.on(`g ${key}`, goes(name));
}

paint(localStorage.getItem("theme") ?? "system");
toasts.watch();
