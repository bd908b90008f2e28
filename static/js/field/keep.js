/* What this phone keeps: each film in its own storage, and what is known of it.

   A film is copied in the moment it is chosen, because a phone re-encodes what is chosen a second
   time, and a file in the gallery may be gone tomorrow. The copy lies in OPFS; where a browser has
   none, in pieces in IndexedDB (`copy.js`). */

const FOLDER = "films";

let opened = null;
let lost = () => {};

/** `callback` hears when all of it was taken away: by London's word to the browser, by another page
    of this phone that signed out, or by hand. */
export function onLost(callback) {
    lost = callback;
}

function database() {
    opened ??= new Promise((resolve, reject) => {
        const request = indexedDB.open("field", 2);
        request.onupgradeneeded = () => {
            const there = request.result.objectStoreNames;
            const make = (name, options) => {
                if (!there.contains(name)) request.result.createObjectStore(name, options);
            };
            make("films", { keyPath: "id" });
            make("blobs");
            make("facts");
            make("consents", { keyPath: "code" });
        };
        request.onsuccess = () => {
            const base = request.result;
            base.onclose = () => lost();
            base.onversionchange = ({ newVersion }) => {
                base.close();
                if (newVersion === null) lost();
            };
            resolve(base);
        };
        request.onerror = () => reject(request.error);
    });
    return opened;
}

/** One transaction; `work` gets the store and returns the request whose result is wanted. */
async function within(store, mode, work) {
    const base = await database();
    return new Promise((resolve, reject) => {
        const transaction = base.transaction(store, mode, { durability: "strict" });
        const request = work(transaction.objectStore(store));
        transaction.oncomplete = () => resolve(request?.result);
        transaction.onerror = () => reject(transaction.error);
        transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
    });
}

/** A film's record; `state` is draft, phone, sent, safe or refused. Oldest first. */
export async function films() {
    return (await everything()).filter((record) => !record.code);
}

/** The same of what shows a consent: a recording, a picture; `code` says which consent. */
export async function evidence() {
    return (await everything()).filter((record) => record.code);
}

async function everything() {
    const all = await within("films", "readonly", (store) => store.getAll());
    return all.sort((one, other) => one.added - other.added);
}

export function put(record) {
    return within("films", "readwrite", (store) => store.put(record));
}

/** Change some fields of a film that is still there, in one step. */
export function change(id, fields) {
    return within("films", "readwrite", (store) => {
        const request = store.get(id);
        request.onsuccess = () => {
            if (request.result) store.put({ ...request.result, ...fields });
        };
    });
}

/** Consents of which London has not all, by the code that was handed over. */
export function consents() {
    return within("consents", "readonly", (store) => store.getAll());
}

export function putConsent(consent) {
    return within("consents", "readwrite", (store) => store.put(consent));
}

/** Change some fields of a consent that is still there, in one step. */
export function changeConsent(code, fields) {
    return within("consents", "readwrite", (store) => {
        const request = store.get(code);
        request.onsuccess = () => {
            if (request.result) store.put({ ...request.result, ...fields });
        };
    });
}

/** A consent and what shows it. */
export async function dropConsent(code) {
    await within("consents", "readwrite", (store) => store.delete(code));
    for (const record of await evidence()) if (record.code === code) await drop(record);
}

export function fact(name) {
    return within("facts", "readonly", (store) => store.get(name));
}

export function note(name, value) {
    return within("facts", "readwrite", (store) => store.put(value, name));
}

/** Add to a number that several tabs may add to. */
export function add(name, more) {
    return within("facts", "readwrite", (store) => {
        const request = store.get(name);
        request.onsuccess = () => store.put((request.result ?? 0) + more, name);
    });
}

/** The phone has no room, or the film could not be read; `full` says which. */
export class NotKept extends Error {
    constructor(full) {
        super(full ? "full" : "unreadable");
        this.full = full;
    }
}

let copier = null;

/** Load what copies a film before there is one: the network may be gone by then. */
export function prepareToCopy() {
    const worker = new Worker("/field/copy.js", { type: "module" });
    worker.onerror = () => {
        if (copier === worker) copier = null;
    };
    copier = worker;
}

/** Copy a film and work out its hash on the way; `onProgress` hears bytes. Resolves to facts of it. */
export function copy(file, id, onProgress) {
    return new Promise((resolve, reject) => {
        if (!copier) prepareToCopy();
        const worker = copier;
        copier = null;
        const end = (settle) => {
            worker.terminate();
            if (!copier) prepareToCopy();
            settle();
        };
        worker.onerror = () => end(() => reject(new NotKept(false)));
        worker.onmessage = ({ data }) => {
            if (data.bytes !== undefined) onProgress(data.bytes);
            if (data.failed) end(() => reject(new NotKept(data.failed === "full")));
            if (data.sha256) end(() => resolve(factsOf(file, id, data)));
        };
        // The worker finds the database made.
        database().then(() => worker.postMessage({ file, id, folder: FOLDER }), reject);
    });
}

function factsOf({ name, type, size }, id, { sha256, where }) {
    return { id, where, sha256, length: size, name, type };
}

/** Where the pieces of a film lie in the database. */
function piecesOf(id) {
    return IDBKeyRange.bound([id], [id, []]);
}

/** The film's bytes; null when the browser has thrown them away. */
export async function bytes(record) {
    try {
        const film = record.where === "indexeddb" ? await fromPieces(record.id) : await fromFile(record.id);
        return film.size === record.length ? film : null;
    } catch {
        return null;
    }
}

async function fromPieces(id) {
    return new Blob(await within("blobs", "readonly", (store) => store.getAll(piecesOf(id))));
}

async function fromFile(id) {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER);
    return (await folder.getFileHandle(id)).getFile();
}

/** Forget a film and what is known of it. */
export async function drop(record) {
    await within("films", "readwrite", (store) => store.delete(record.id));
    await within("blobs", "readwrite", (store) => store.delete(piecesOf(record.id)));
    try {
        const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER);
        await folder.removeEntry(record.id);
    } catch {
        // It was in IndexedDB, or is gone already.
    }
}

/** Keep a draft for this page as long as it is open; false when another page has it. */
export function hold(record) {
    if (!navigator.locks) return true;
    return new Promise((resolve) => {
        const held = (lock) => {
            resolve(Boolean(lock));
            return new Promise(() => {}); // until the page is closed
        };
        // A page that is loaded anew may have it for a moment longer.
        const signal = AbortSignal.timeout(1000);
        navigator.locks.request(`draft-${record.id}`, { signal }, held).catch(() => resolve(false));
    });
}

/** Ask that films are not thrown away when the phone is full; whether the browser agrees. */
export async function askToStay() {
    if (!navigator.storage?.persist) return false;
    return (await navigator.storage.persisted()) || navigator.storage.persist();
}

/** A lost phone: every film, every page, every word. */
export async function wipe() {
    const registrations = (await navigator.serviceWorker?.getRegistrations()) ?? [];
    const names = (await globalThis.caches?.keys()) ?? [];
    (await database()).close();
    await Promise.allSettled([
        ...registrations.map((one) => one.unregister()),
        ...names.map((name) => caches.delete(name)),
        navigator.storage?.getDirectory?.().then((root) => root.removeEntry(FOLDER, { recursive: true })),
        new Promise((resolve) => {
            const request = indexedDB.deleteDatabase("field");
            request.onsuccess = request.onerror = request.onblocked = resolve;
        }),
    ]);
    localStorage.clear();
}
