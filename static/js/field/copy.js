/* Copies one film into the phone's own storage, a piece at a time, and hashes it on the way, so that
   a film of half a gigabyte needs a megabyte of memory. Served at `/field/copy.js`: the service worker
   serves workers of its own scope alone, and this one must start without a network. */

import { sha256 } from "/static/vendor/js-sha256/sha256.min.mjs";

const PIECE = 1024 * 1024;

async function target(folder, id) {
    try {
        const root = await navigator.storage.getDirectory();
        const films = await root.getDirectoryHandle(folder, { create: true });
        const handle = await films.getFileHandle(id, { create: true });
        return { films, access: await handle.createSyncAccessHandle() };
    } catch (error) {
        if (error.name === "QuotaExceededError") throw error;
        return null; // this browser has no such storage
    }
}

async function copy({ file, id, folder }) {
    const place = await target(folder, id);
    const hash = sha256.create();
    try {
        place?.access.truncate(0);
        for (let at = 0; at < file.size; at += PIECE) {
            const piece = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
            hash.update(piece);
            if (place && place.access.write(piece, { at }) !== piece.length) {
                throw new DOMException("no room", "QuotaExceededError");
            }
            postMessage({ bytes: at + piece.length });
        }
        place?.access.flush();
        place?.access.close();
    } catch (error) {
        place?.access.close();
        await place?.films.removeEntry(id).catch(() => {});
        throw error;
    }
    postMessage({ sha256: hash.hex(), where: place ? "opfs" : "indexeddb" });
}

onmessage = ({ data }) => {
    copy(data).catch((error) => {
        postMessage({ failed: error.name === "QuotaExceededError" ? "full" : "unreadable" });
    });
};
