/* The desk's own ways: keys, the lease, and cards that change in place (composer.js has the rest). The
   server decides everything; what is here only asks it and shows at once what it can. */

import * as composer from "./composer.js";
import * as keys from "./keys.js";
import * as sweep from "./sweep.js";
import { announce, forgetUndo, toast, undoNewest } from "./toasts.js";

const BEAT = 60_000;
const IDLE = 120_000;
const LAST_SECONDS = 30_000;
const SHELF_WAITS = 2_000; // films come in bunches

const desk = document.getElementById("desk");
const { field } = composer;
const pane = () => document.getElementById("pane");
const open = () => pane()?.dataset.mention;
let activeAt = Date.now();

/* Cards ----------------------------------------------------------------------------------- */

function mark() {
    const pk = open();
    for (const card of document.querySelectorAll("[data-card]")) {
        if (card.dataset.card === pk) card.setAttribute("aria-current", "true");
        else card.removeAttribute("aria-current");
    }
    if (pk) desk.dataset.open = pk;
    else delete desk.dataset.open;
    // Whoever works prolongs the lease; its card counts down to the same end as the pane.
    const ends = pane()?.querySelector("[data-lease]")?.dataset.until;
    const shown = pk && document.querySelector(`#card-${pk} [data-until]`);
    if (ends && shown) shown.dataset.until = ends;
}

function move(step) {
    const cards = [...document.querySelectorAll("[data-card]")];
    const at = cards.findIndex((card) => card.dataset.card === open());
    const card = at < 0 ? cards[0] : cards[Math.min(cards.length - 1, Math.max(0, at + step))];
    if (!card || card.dataset.card === open()) return;
    card.scrollIntoView({ block: "nearest" });
    card.querySelector("a").click();
}

function search() {
    return new URLSearchParams(location.search);
}

function refreshCards(ids) {
    const shown = ids.filter((pk) => document.getElementById(`card-${pk}`));
    if (!shown.length) return;
    const query = search();
    query.set("ids", shown.slice(0, 60).join(","));
    ask("GET", `${desk.dataset.cards}?${query}`);
}

let newsTimer = 0;
let newsLater = 0;
let newsAskedAt = 0;
/** At once after a quiet time, else every two seconds, which is as long as the server keeps its
    counts; and once more when they are fresh. */
function refreshNews() {
    const wait = Math.max(300, 2000 - (Date.now() - newsAskedAt));
    newsTimer ||= setTimeout(askNews, wait);
    clearTimeout(newsLater);
    newsLater = setTimeout(askNews, wait + 2300);
}

function askNews() {
    newsTimer = 0;
    newsAskedAt = Date.now();
    const query = search();
    query.set("after", document.getElementById("new-pill")?.dataset.newest ?? "");
    ask("GET", `${desk.dataset.news}?${query}`);
}

function showNew() {
    const query = search();
    query.delete("after");
    ask("GET", `${desk.dataset.desk}?${query}`, { target: "#cards", swap: "outerHTML" }).then(() => {
        document.getElementById("cards").scrollTop = 0;
    });
}

function ask(method, url, { target = "#desk", swap = "none", values } = {}) {
    // What fails is told by its events; a request that was replaced by a newer one is no failure.
    return htmx.ajax(method, url, { source: desk, target, swap, values }).catch(() => {});
}

/* Films ------------------------------------------------------------------------------------ */

function preview(still) {
    if (still.querySelector("video")) return;
    const video = document.createElement("video");
    Object.assign(video, { src: still.dataset.preview, muted: true, loop: true, playsInline: true });
    video.play?.().catch(() => {});
    still.append(video);
}

function still(element) {
    const video = element.querySelector("video");
    if (video && !video.dataset.kept) video.remove();
}

function playAloud(element) {
    preview(element);
    const video = element.querySelector("video");
    if (video.dataset.kept && !video.paused) {
        video.pause();
        return;
    }
    video.dataset.kept = "yes";
    video.muted = false;
    video.loop = false;
    if (video.paused || video.currentTime > 0) video.currentTime = 0;
    video.play().catch(() => {});
    video.addEventListener("ended", () => video.remove(), { once: true });
}

/* Keys ------------------------------------------------------------------------------------ */

function press(key) {
    const found = document.querySelector(`[data-key="${key}"]:not(:disabled)`);
    if (!found) return false;
    found.click();
    return true;
}

/* Hands are quicker than the network: what is pressed while the pane, or the shelf of a page that
   was just opened, is on its way waits for it. */
const MOST_WAITING = 3;
let coming = null;
let pressed = [];

function inTurn(act) {
    if (!coming) return act();
    if (pressed.length < MOST_WAITING) pressed.push(act);
    return true;
}

const AWAITED = new Set(["pane", "shelf"]);

function isAwaited(event) {
    return AWAITED.has(event.detail.target?.id);
}

document.body.addEventListener("htmx:beforeSend", (event) => {
    if (isAwaited(event)) coming = event.detail.xhr;
});
document.body.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.xhr !== coming || event.detail.successful) return;
    coming = null; // refused, cut off or replaced by another: what was meant for it is off, too
    pressed = [];
});
document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.xhr !== coming) return;
    coming = null;
    const next = pressed.shift();
    if (!next) return;
    const rest = pressed;
    pressed = [];
    next();
    for (const act of rest) inTurn(act);
});

function escape() {
    if (document.body.classList.contains("shelf-open")) {
        openShelf(false);
        return true;
    }
    if (keys.isTyping()) {
        document.activeElement.blur();
        return true;
    }
    return sweep.letGo() || press("Escape");
}

/** With nothing open, C takes the first card that is free. */
function openFirst() {
    const free = document.querySelector('[data-card][data-status="waiting"]');
    if (open() || !free) return false;
    free.scrollIntoView({ block: "nearest" });
    free.querySelector("a").click();
    return inTurn(() => press("c"));
}

function focusOn(id) {
    return () => {
        if (id === "shelf-search") openShelf(true);
        const input = document.getElementById(id);
        input?.focus();
        input?.select();
        return Boolean(input);
    };
}

function openShelf(yes) {
    document.body.classList.toggle("shelf-open", yes);
}

/* Clips that come or go; how far others are prepared concerns no shelf. */
const CHANGES_SHELF = new Set(["ready", "retired", "withdrawn"]);
let stale = 0;
document.body.addEventListener("live:clip", ({ detail }) => {
    if (!detail.events.some(({ status }) => CHANGES_SHELF.has(status))) return;
    stale ||= setTimeout(() => {
        stale = 0;
        const list = document.getElementById("shelf-list");
        if (list) htmx.trigger(list, "shelf:stale");
    }, SHELF_WAITS);
});

keys.on("j", () => move(1));
keys.on("k", () => move(-1));
keys.on("n", showNew);
keys.on("/", focusOn("queue-search"));
keys.on("s", focusOn("shelf-search"));
keys.on("Mod+Enter", () => inTurn(() => composer.approve() || press("c")));
keys.on("Escape", escape);
keys.on("i", () => field()?.focus());
// Only from the tweet itself: on a button or a link Enter is theirs.
keys.on("Enter", () => {
    if (!field() || !document.activeElement?.matches(".work, body")) return false;
    field().focus();
    return true;
});
keys.on("c", () => inTurn(() => press("c") || openFirst()));
keys.on("d", () => inTurn(() => sweep.sweeping() || press("d")));
keys.on("z", () => inTurn(() => undoNewest() || press("z")));
for (const key of ["e", "f", "h", "o", "v", "1", "2", "3", "4", "5"]) keys.on(key, () => inTurn(() => press(key)));

// With the text in focus the single keys write; Alt and a number still pairs.
for (const key of ["1", "2", "3", "4", "5"]) keys.on(`Alt+${key}`, () => inTurn(() => press(key)));

document.addEventListener("keydown", (event) => {
    const dialog = document.querySelector("#dismiss-dialog[open]");
    if (dialog && /^[1-9]$/.test(event.key)) dialog.querySelector(`[data-number="${event.key}"]`)?.click();
});

/* Events ---------------------------------------------------------------------------------- */

document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest(selector);
    const media = on("[data-media]");
    const film = on("[data-preview]");
    if (film) playAloud(film);
    else if (on("[data-show-new]")) showNew();
    else if (on("[data-shelf-close]")) openShelf(false);
    else if (on("[data-shelf-open]")) openShelf(true);
    else if (media && !on("a")) media.setAttribute("aria-pressed", media.getAttribute("aria-pressed") !== "true");
});

document.addEventListener("pointerover", (event) => {
    const film = event.target.closest?.("[data-preview]");
    if (film && event.pointerType === "mouse") preview(film);
});
document.addEventListener("pointerout", (event) => {
    const film = event.target.closest?.("[data-preview]");
    if (film && !film.contains(event.relatedTarget)) still(film);
});

for (const kind of ["input", "keydown", "pointerdown", "wheel"]) {
    document.addEventListener(kind, () => (activeAt = Date.now()), { passive: true });
}

document.body.addEventListener("htmx:beforeSwap", (event) => {
    // News of a tweet that is not open any more has no place on the page.
    const about = event.detail.pathInfo.requestPath.match(/\/desk\/(\d+)\/(?:state|save|beat|shelf)/);
    if (about && about[1] !== open()) {
        event.detail.shouldSwap = false;
        return;
    }
    // A refusal has its words in the page: 409 is shown, where it was asked.
    if (event.detail.xhr.status === 409) {
        event.detail.shouldSwap = true;
        event.detail.isError = false;
    }
});

document.body.addEventListener("htmx:afterSwap", (event) => {
    const element = event.detail.elt;
    if (element.id !== "pane" && event.detail.target?.id !== "pane") return;
    mark();
    openShelf(false);
    for (const old of document.querySelectorAll("dialog[open]")) old.close();
    if (/\/(approve|submit)$/.test(event.detail.pathInfo?.requestPath ?? "")) forgetUndo();
    const said = pane().dataset.said;
    if (said) announce(said);
    composer.begin(open());
    keep();
});

// A card that was brought up to date is still the one that is open.
document.body.addEventListener("htmx:oobAfterSwap", mark);

document.addEventListener("left:over", (event) => {
    if (event.target.closest("#held")) {
        refreshHeld();
    } else if (event.target.matches("[data-lease]")) {
        refreshState();
    }
});

function refreshHeld() {
    htmx.ajax("GET", desk.dataset.held, { target: "#held", swap: "outerHTML" }).catch(() => {});
}

function refreshState() {
    const address = pane()?.dataset.state;
    if (address) ask("GET", `${address}${location.search}`, { values: composer.shown() });
}

document.body.addEventListener("live:mention", (event) => {
    const me = document.body.dataset.user;
    refreshCards(event.detail.ids);
    refreshNews();
    if (!event.detail.ids.includes(open())) return;
    const about = event.detail.events.filter((one) => one.ids?.includes(open()));
    // Another tab of mine was closed, which lets the claim go: this one still needs it.
    if (about.some((one) => one.what === "leaving" && String(one.by) === me)) beat();
    const others = about.some((one) => String(one.by) !== me);
    if (!others) return;
    if (field()) refreshState();
    else htmx.ajax("GET", pane().dataset.address, { target: "#pane", swap: "outerHTML" });
});
document.body.addEventListener("live:reply", () => {
    refreshNews();
    if (document.querySelector(".held-row")) refreshHeld();
});
document.body.addEventListener("live:notice", (event) => {
    const me = document.body.dataset.user;
    if (event.detail.events.some((one) => !one.to || String(one.to) === me)) refreshHeld();
});
document.body.addEventListener("live:resync", () => {
    refreshNews();
    refreshCards([...document.querySelectorAll("[data-card]")].map((card) => card.dataset.card));
    refreshState();
});

/* The claim: it goes on while the tab is in use, and ends soon after the tab is closed. */

function beat() {
    const address = pane()?.dataset.beat;
    if (address && !document.hidden) ask("POST", `${address}${location.search}`, { values: composer.shown() });
}

/** What was let go by a page that is loaded again, comes back from the browser's memory, or was
    closed and is opened anew. */
function keep() {
    const lease = document.querySelector("[data-lease]");
    if (lease && Date.parse(lease.dataset.until) - Date.now() < BEAT) beat();
}

let staysAt = 0;
document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    // What htmx answers in place leads nowhere.
    if (event.defaultPrevented) return;
    if (link?.origin === location.origin && !link.target) staysAt = Date.now();
});
document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) staysAt = Date.now();
});

addEventListener("pagehide", () => {
    const address = pane()?.dataset.leaving;
    // On the way to another page of the newsroom the editor is still here.
    if (!address || Date.now() - staysAt < 3000) return;
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    navigator.sendBeacon(address, new URLSearchParams({ csrfmiddlewaretoken: token }));
});
addEventListener("pageshow", keep);
document.addEventListener("visibilitychange", () => {
    if (!document.hidden) keep();
});

setInterval(() => {
    if (Date.now() - activeAt < IDLE) beat();
}, BEAT);

setInterval(() => {
    const lease = document.querySelector("[data-lease]");
    const work = document.querySelector(".work");
    if (!lease || !work) return;
    const left = Date.parse(lease.dataset.until) - Date.now();
    const ending = left > 0 && left < LAST_SECONDS;
    if (ending && !work.classList.contains("work-ending")) {
        announce("Your claim ends in 30 seconds. Keep writing to keep it.", { now: true });
    }
    work.classList.toggle("work-ending", ending);
}, 1000);

if (/Mac|iPhone|iPad/.test(navigator.platform)) {
    for (const key of document.querySelectorAll("[data-mod]")) key.textContent = "⌘";
}

mark();
composer.begin(open());

/* The field was asked: the pane says so, and the next tweet is one key away. */
document.body.addEventListener("asked", (event) => {
    if (String(event.detail.mention) !== open()) return;
    ask("GET", pane().dataset.address, { target: "#pane", swap: "outerHTML" });
});

document.body.addEventListener("live:brief", (event) => {
    const mine = (news) => news.ready && String(news.by) === document.body.dataset.user;
    if (event.detail.events.some(mine)) toast("The footage that you asked for is ready. It stands first in the queue.");
});
