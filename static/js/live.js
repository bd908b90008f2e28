/* News for this tab. One EventSource; each kind of news becomes a DOM event `live:<kind>` on the
   body, at most four times a second, with what came since as `detail.events` and the ids that they
   name as `detail.ids`. `live:resync` says that some news may have been missed: fetch anew.

   The pill says how old what you see is: "Live", or "Offline, 40 s old". While there is no stream
   (a proxy that cuts it, a server that restarts) pages are asked to fetch anew now and then, and
   the pill says so: "Slow, 12 s old". */

const BATCH = 250;
const SILENT_AFTER = 40_000;
const SLOWEST_RETRY = 15_000;
const SLOW_REFRESH = 20_000;
const ASLEEP_AFTER = 15_000;
const KINDS = [
    "mention",
    "reply",
    "notice",
    "clip",
    "brief",
    "upload",
    "sending",
    "pause",
    "counts",
    "stream",
    "people",
    "problem",
    "account",
    "petition",
];

let source = null;
let lastId = document.body.dataset.liveAfter ?? ""; // the page is as fresh as this
let lastSign = Date.now();
let tries = 0;
let retry = 0;
let waiting = new Map();
let flush = 0;
let lastRefresh = 0; // when a page last got something without the stream
let lastAsked = 0;
let lastTick = Date.now();

function dispatch() {
    flush = 0;
    const batch = waiting;
    waiting = new Map();
    for (const [kind, events] of batch) {
        const ids = [...new Set(events.flatMap((one) => one.ids ?? []))];
        document.body.dispatchEvent(new CustomEvent(`live:${kind}`, { detail: { events, ids } }));
    }
}

function hear(message) {
    sign(message);
    let facts;
    try {
        facts = JSON.parse(message.data);
    } catch {
        return;
    }
    const events = waiting.get(message.type) ?? [];
    events.push(facts);
    waiting.set(message.type, events);
    flush ||= setTimeout(dispatch, BATCH);
}

function sign(message) {
    if (message?.lastEventId) lastId = message.lastEventId;
    lastSign = Date.now();
    if (message) tries = 0;
    show();
}

function connect() {
    clearTimeout(retry);
    source?.close();
    const url = new URL(document.body.dataset.events, location.href);
    if (lastId) url.searchParams.set("after", lastId);
    source = new EventSource(url);
    const kinds = (document.body.dataset.liveKinds ?? "").split(" ").filter(Boolean);
    for (const kind of new Set([...KINDS, ...kinds])) source.addEventListener(kind, hear);
    source.addEventListener("beat", sign);
    source.addEventListener("resync", (message) => {
        sign(message);
        resync();
    });
    source.addEventListener("open", () => {
        // A first connection has missed nothing. Later ones that cannot say where they were have.
        if (tries > 0 && !lastId) resync();
        sign();
        tries = 0;
        show();
    });
    source.addEventListener("error", () => {
        tries += 1;
        show();
        // The browser tries again by itself unless the answer was a refusal.
        if (source.readyState === EventSource.CLOSED) {
            const wait = Math.min(SLOWEST_RETRY, 1000 * 2 ** Math.min(tries, 4));
            retry = setTimeout(connect, wait * (0.5 + Math.random()));
        }
    });
}

function age(milliseconds) {
    const seconds = Math.floor(milliseconds / 1000);
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
    return `${Math.floor(seconds / 3600)} h`;
}

function resync() {
    lastAsked = Date.now();
    document.body.dispatchEvent(new CustomEvent("live:resync"));
}

/** Once a second: what age says, and what has to be done about a stream that is not there. */
function tick() {
    const now = Date.now();
    const slept = now - lastTick > ASLEEP_AFTER;
    lastTick = now;
    // A machine that slept, or a proxy that forgot us, leaves a stream that looks open and is dead.
    const dead = source?.readyState === EventSource.OPEN && now - lastSign > SILENT_AFTER;
    if (slept || dead) {
        tries += 1;
        lastSign = Math.min(lastSign, now - 1);
        connect();
    }
    if (state() === "offline" && navigator.onLine && !document.hidden && now - lastAsked > SLOW_REFRESH) resync();
    show();
}

function state() {
    if (!source || source.readyState === EventSource.CLOSED || !navigator.onLine) return "offline";
    if (source.readyState === EventSource.CONNECTING) return tries > 0 ? "offline" : "connecting";
    return Date.now() - lastSign > SILENT_AFTER ? "offline" : "live";
}

function show() {
    const pill = document.getElementById("live-pill");
    if (!pill) return;
    const now = state();
    // The page is connected; the network's stream behind the newsroom may still be silent.
    const silent = document.getElementById("bar-counts")?.dataset.stream ?? "";
    const trouble = now === "offline" || silent !== "";
    pill.classList.toggle("pill-live", !trouble);
    pill.classList.toggle("pill-warn", trouble);
    const word = pill.querySelector("[data-live-word]") ?? pill;
    const fresh = Math.max(lastSign, lastRefresh);
    const slow = navigator.onLine && lastRefresh > lastSign && Date.now() - lastRefresh < 2 * SLOW_REFRESH;
    const old = `${slow ? "Slow" : "Offline"}, ${age(Date.now() - fresh)} old`;
    const text = now === "offline" ? old : silent || pill.dataset.word || "Stream live";
    if (word.textContent !== text) word.textContent = text;
    if (pill.dataset.liveState !== now) {
        pill.dataset.liveState = now;
        document.body.dispatchEvent(new CustomEvent("live:state", { detail: { state: now } }));
    }
}

if (document.body.dataset.events) {
    connect();
    setInterval(tick, 1000);
    document.body.addEventListener("htmx:afterOnLoad", () => {
        if (state() === "offline") lastRefresh = Date.now();
    });
    window.addEventListener("online", connect);
    window.addEventListener("offline", show);
    window.addEventListener("pagehide", () => source?.close());
    window.addEventListener("pageshow", (event) => {
        if (event.persisted) connect();
    });
}
