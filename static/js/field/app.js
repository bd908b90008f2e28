/* The field's one script: sends films, shows them, and keeps the page for days without a network. */

import { draw, drawRows } from "./cards.js";
import "./consent-form.js";
import "./film-form.js";
import * as keep from "./keep.js";
import { check, Revoked } from "./london.js";
import * as network from "./network.js";
import { nudge, start } from "./sender.js";
import { drawStrip } from "./strip.js";
import { say } from "./words.js";

const DAYS_KEPT = 3;
const PATIENCE = 5000; // milliseconds
// What the page needs later, beside what it has loaded already.
const NEEDED = ["/field/", "/field/film/", "/field/consent/", "/field/copy.js", "/static/vendor/js-sha256/sha256.min.mjs"];

function show() {
    draw();
    drawStrip();
}

let forgetting = false;

/** A lost phone: nothing is left, and nothing is shown, even if something does not let go of its
    files. The way out may be barred for a moment; one that is slow must not be begun anew too soon. */
async function forgetAll() {
    if (forgetting) return;
    forgetting = true;
    document.body.replaceChildren();
    await Promise.race([keep.wipe(), pause(PATIENCE)]).catch(() => {});
    for (let wait = PATIENCE; ; wait *= 2) {
        location.replace("/field/join/");
        await pause(wait);
    }
}

function pause(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Films that London has had for days need no room here. */
async function tidy() {
    const long_ago = Date.now() - DAYS_KEPT * 86_400_000;
    for (const film of await keep.films()) {
        if (film.state === "safe" && film.safeAt < long_ago) await keep.drop(film);
    }
}

/** From the second visit on, this page opens without a network. */
async function stay() {
    const registration = await navigator.serviceWorker?.register("/field/sw.js", { scope: "/field/" });
    if (!registration) return;
    const { active } = await navigator.serviceWorker.ready;
    if (document.readyState !== "complete") {
        await new Promise((resolve) => window.addEventListener("load", resolve));
    }
    const loaded = performance.getEntriesByType("resource").map((one) => new URL(one.name));
    const files = loaded.filter((url) => url.origin === location.origin && url.pathname.startsWith("/static/"));
    navigator.serviceWorker.addEventListener("message", ({ data }) => {
        if (data.kept) document.body.dataset.kept = "";
        if (data.revoked) forgetAll();
    });
    active.postMessage({ keep: [...NEEDED, ...new Set(files.map((url) => url.href))] });
}

async function signOut(event) {
    const films = (await keep.films()).some((film) => film.state !== "safe");
    const unsafe = films || (await keep.consents()).length > 0;
    event.target.removeEventListener("submit", leave);
    if (unsafe && !window.confirm(say("remove_sure"))) {
        event.target.addEventListener("submit", leave);
        return;
    }
    await keep.wipe();
    event.target.requestSubmit();
}

function leave(event) {
    event.preventDefault();
    signOut(event);
}

document.querySelector("[data-sign-out]")?.addEventListener("submit", leave);
for (const kind of ["upload", "clip", "resync"]) {
    document.body.addEventListener(`live:${kind}`, nudge);
}
// A phone that was revoked while its page was open is told so at its next question.
document.body.addEventListener("live:device", () => {
    check().catch((error) => {
        if (error instanceof Revoked) forgetAll();
    });
});
// The list of London is fetched anew by its own script; what it shows is not shown twice.
const rows = document.querySelector("[data-clips]");
if (rows) new MutationObserver(drawRows).observe(rows, { childList: true, subtree: true });

keep.onLost(forgetAll);
await network.load();
await tidy();
start({ onChange: show, onRevoked: forgetAll });
network.onChange(show);
show();
stay();
