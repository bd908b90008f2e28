/* Sends what lies on this phone: one film at a time, one tab at a time, resumed where it was.

   First consents are handed over and every film is told of; then what shows the consents is sent by
   tus, and then the films, oldest first. A film is called safe only when London says that it is stored
   and that the hash is the phone's. */

import * as keep from "./keep.js";
import { handOver, Later, Refused, Revoked, SignedOut, states, tell } from "./london.js";
import * as network from "./network.js";
import { say } from "./words.js";

const UPLOADS = "/field/uploads/";
// Most breaks last a few seconds: who waits twice as long each time waits mostly for itself.
const RETRIES = [300, 400, 400, 500, 500, 500, 500, 1000, 1000, 2000, 3000, 5000, 10_000];
const NAPS = [1000, 2000, 5000, 10_000, 30_000, 60_000];
const STALLED = 20_000;
const DAMAGED_MOST = 3;

/** What goes on now, for whoever shows it. */
export const now = { id: null, sent: 0, signedOut: false, said: "" };

let current = null;
let wake = () => {};
let nudged = false; // while nobody slept
let changed = () => {};
let revoked = () => {};

/** `onChange` hears that something is to be shown anew; `onRevoked`, that all is to be forgotten. */
export function start({ onChange, onRevoked }) {
    changed = onChange;
    revoked = onRevoked;
    network.onChange(() => {
        if (network.obstacle()) stop();
        nudge();
    });
    document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible") nudge();
    });
    window.addEventListener("pagehide", network.writeDown);
    // Whichever tab holds the lock sends; the next one takes over when it closes.
    const lock = navigator.locks?.request("field-sender", work) ?? work();
    lock.catch(() => {});
}

/** Something may have changed: look again. */
export function nudge() {
    nudged = true;
    wake();
}

export async function pause(on) {
    await keep.note("paused", on);
    if (on) stop();
    nudge();
    changed();
}

/** Give a film up that London does not have, or delete one that it has. */
export async function forget(record) {
    if (now.id === record.id) stop();
    const open = record.state === "phone" && record.url;
    await keep.drop(record);
    if (open) window.tus.Upload.terminate(record.url, { retryDelays: [] }).catch(() => {});
    changed();
}

function stop() {
    current?.();
}

async function work() {
    for (let failures = 0; ; ) {
        let more = false;
        nudged = false;
        try {
            more = await round();
            failures = 0;
            now.signedOut = false;
            now.said = "";
        } catch (error) {
            if (error instanceof Revoked) return revoked();
            now.signedOut = error instanceof SignedOut;
            now.said = error instanceof Later ? error.words : "";
            failures += 1;
        }
        changed();
        if (!more) await sleep(failures ? NAPS[Math.min(failures, NAPS.length) - 1] : await patience());
    }
}

/** While London checks a film we ask again soon; else only when something happens. */
async function patience() {
    return (await kept()).some((film) => film.state === "sent") ? 2000 : 3_600_000;
}

/** All that is sent piece by piece, in its order. */
async function kept() {
    return [...(await keep.evidence()), ...(await keep.films())];
}

function sleep(milliseconds) {
    return new Promise((resolve) => {
        if (nudged) return resolve();
        const timer = setTimeout(resolve, milliseconds);
        wake = () => {
            clearTimeout(timer);
            resolve();
        };
    });
}

/** One thing after the other; whether there is more to do at once. */
async function round() {
    await hearOf((await kept()).filter((film) => film.state === "sent"));
    if ((await keep.fact("paused")) || network.obstacle()) return false;
    for (const consent of await keep.consents()) {
        if (!consent.refused && !consent.given) await give(consent);
    }
    for (const film of await keep.films()) {
        if (film.state === "phone" && !film.announced) await announce(film);
    }
    const next = (await kept()).find((film) => film.state === "phone" && film.announced);
    if (!next) return false;
    await send(next);
    return true;
}

/** A consent goes before any film. One that London cannot rely on stays, and says so. */
async function give(consent) {
    try {
        await handOver(consent);
        await keep.change(consent.evidence, { announced: true });
        await keep.changeConsent(consent.code, { given: true });
    } catch (error) {
        if (!(error instanceof Refused)) throw error;
        await keep.changeConsent(consent.code, { refused: error.words });
    }
    changed();
}

async function announce(film) {
    try {
        const state = await tell(film);
        await keep.change(film.id, { announced: true });
        await follow(film, state);
    } catch (error) {
        if (!(error instanceof Refused)) throw error;
        await keep.change(film.id, { state: "refused", words: error.words });
    }
    changed();
}

async function hearOf(films) {
    const known = await states(films.map((film) => film.id));
    for (const film of films) await follow(film, known[film.id] ?? { status: "unknown" });
}

/** What London says of a film decides what it is here. */
async function follow(film, { status, time, words }) {
    const fields = {
        announced: { state: "phone", announced: true },
        received: { state: "sent" },
        stored: { state: "safe", time, safeAt: film.safeAt ?? Date.now() },
        refused: { state: "refused", words },
    }[status];
    if (fields) await keep.change(film.id, fields);
    else await tellAgain(film);
    if (film.code && status === "stored") await keep.dropConsent(film.code);
    if (film.code && status === "refused") await keep.changeConsent(film.code, { refused: words });
    changed();
}

/** London does not know it, or not any more. */
async function tellAgain(film) {
    await keep.change(film.id, { state: "phone", announced: false, url: "" });
    if (film.code) await keep.changeConsent(film.code, { given: false });
}

/** The copy on this phone is gone, or is read otherwise each time. */
async function lose(film, fields = {}) {
    await keep.change(film.id, { ...fields, state: "refused", lost: true, words: "" });
    if (film.code) await keep.changeConsent(film.code, { refused: say("consent_refused") });
}

async function send(film) {
    const bytes = await keep.bytes(film);
    if (!bytes) return lose(film);
    now.id = film.id;
    now.sent = film.sent ?? 0;
    const ended = await tryToSend(film, bytes);
    now.id = null;
    if (ended instanceof Revoked) throw ended; // what this phone keeps is gone already
    await network.writeDown();
    if (ended === "done") await keep.change(film.id, { state: "sent", sent: film.length });
    else if (ended === "damaged") await damaged(film);
    else if (ended === "unknown") await tellAgain(film);
    else if (ended instanceof Error) throw ended;
    if (ended === "done" || ended === "gone") await hearOf([film]);
}

/** It came to London as something else. Once more from the start; if that goes on, say so. */
async function damaged(film) {
    const times = (film.damaged ?? 0) + 1;
    if (times >= DAMAGED_MOST) return lose(film, { damaged: times });
    return keep.change(film.id, { damaged: times, sent: 0 });
}

/** How one try to send ends: done, stopped, gone, damaged, unknown, or an error to wait after. */
function tryToSend(film, bytes) {
    return new Promise((resolve) => {
        let reported = film.sent ?? 0;
        let began = performance.now();
        let sign = Date.now();
        const upload = new window.tus.Upload(bytes, {
            endpoint: UPLOADS,
            uploadUrl: film.url || null,
            chunkSize: network.piece(),
            retryDelays: RETRIES,
            metadata: { film: film.id },
            // Never the file's name and size: another film would be taken for this one.
            fingerprint: () => Promise.resolve(`film-${film.id}`),
            storeFingerprintForResuming: false,
            removeFingerprintOnSuccess: true,
            onUploadUrlAvailable: () => keep.change(film.id, { url: upload.url }),
            onProgress(sent) {
                if (sent > reported) network.spent(sent - reported);
                reported = now.sent = sent;
                sign = Date.now();
                changed();
            },
            onChunkComplete(size, accepted) {
                network.measured(size, performance.now() - began);
                began = performance.now();
                upload.options.chunkSize = network.piece();
                keep.change(film.id, { sent: accepted });
            },
            onShouldRetry(error) {
                began = performance.now();
                const status = statusOf(error);
                if (status === 0) {
                    film.breaks = (film.breaks ?? 0) + 1;
                    keep.change(film.id, { breaks: film.breaks });
                }
                return navigator.onLine && (status < 400 || [408, 409, 423, 429].includes(status) || status >= 500);
            },
            onSuccess: () => settle("done"),
            onError: (error) => settle(meaning(error)),
        });
        // A connection can die without a word.
        const watch = setInterval(() => {
            if (Date.now() - sign > STALLED) abandon(new Later());
        }, 2000);
        const settle = (ended) => {
            clearInterval(watch);
            current = null;
            resolve(ended);
        };
        const abandon = (ended) => {
            upload.abort();
            settle(ended);
        };
        current = () => abandon("stopped");
        upload.start();
    });
}

function statusOf(error) {
    return error.originalResponse?.getStatus() ?? 0;
}

function meaning(error) {
    const status = statusOf(error);
    if (status === 410) return "gone";
    if (status === 460) return "damaged";
    if (status === 404) return "unknown";
    if (status === 401) {
        return error.originalResponse.getHeader("X-Device") === "revoked" ? new Revoked() : new SignedOut();
    }
    return new Later();
}
