/* Copies one film into the phone's own storage, a piece at a time, and hashes it on the way, so that
   a film of half a gigabyte needs a megabyte of memory. Served at `/field/copy.js`: the service worker
   serves workers of its own scope alone, and this one must start without a network. */

import { sha256 } from "/static/vendor/js-sha256/sha256.min.mjs";

const PIECE = 1024 * 1024;

/** A file of our own in OPFS; null where the browser has none. */
async function openFile(folder, id) {
    try {
        const root = await navigator.storage.getDirectory();
        const films = await root.getDirectoryHandle(folder, { create: true });
        const handle = await films.getFileHandle(id, { create: true });
        const access = await handle.createSyncAccessHandle();
        access.truncate(0);
        return {
            where: "opfs",
            write(piece, at) {
                if (access.write(piece, { at }) !== piece.length) throw new DOMException("no room", "QuotaExceededError");
            },
            end() {
                access.flush();
                access.close();
            },
            async undo() {
                access.close();
                await films.removeEntry(id).catch(() => {});
            },
        };
    } catch (error) {
        if (error.name === "QuotaExceededError") throw error;
        return null;
    }
}

/** Pieces in the database that `keep.js` has made. The bytes themselves: a chosen file that is put there
    whole is only pointed at by some browsers, and is gone when the gallery changes it. */
async function openPieces(id) {
    const base = await new Promise((resolve, reject) => {
        const request = indexedDB.open("field");
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const within = (work) =>
        new Promise((resolve, reject) => {
            const transaction = base.transaction("blobs", "readwrite");
            work(transaction.objectStore("blobs"));
            transaction.oncomplete = resolve;
            transaction.onabort = () => reject(transaction.error);
        });
    return {
        where: "indexeddb",
        write: (piece, at) => within((store) => store.put(new Blob([piece]), [id, at])),
        end: () => base.close(),
        async undo() {
            await within((store) => store.delete(IDBKeyRange.bound([id], [id, []]))).catch(() => {});
            base.close();
        },
    };
}

async function copy({ file, id, folder }) {
    const place = (await openFile(folder, id)) ?? (await openPieces(id));
    const hash = sha256.create();
    try {
        for (let at = 0; at < file.size; at += PIECE) {
            const piece = new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer());
            hash.update(piece);
            await place.write(piece, at);
            postMessage({ bytes: at + piece.length });
        }
        place.end();
    } catch (error) {
        await place.undo();
        throw error;
    }
    postMessage({ sha256: hash.hex(), where: place.where });
}

onmessage = ({ data }) => {
    copy(data).catch((error) => {
        postMessage({ failed: error?.name === "QuotaExceededError" ? "full" : "unreadable" });
    });
};
