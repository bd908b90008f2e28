/* The field's service worker, for `/field/` alone: pages open without a network as they were last
   seen. It keeps pages and static files; films and the news of them never pass through it. */

importScripts("/static/js/field/push.js");

const PAGES = "field-pages-1";
const FILES = "field-files-1";
const PATIENCE = 4000;
const HASHED = /\.[0-9a-f]{12}\.\w+$/;
const NEVER = ["/field/uploads/", "/field/films/", "/field/consents/", "/field/join/", "/field/leave/", "/field/briefs/", "/field/sw.js"];

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
    event.waitUntil(
        caches
            .keys()
            .then((names) => names.filter((name) => ![PAGES, FILES].includes(name)))
            .then((old) => Promise.all(old.map((name) => caches.delete(name))))
            .then(() => self.clients.claim()),
    );
});

/** Pages say what they are made of. */
self.addEventListener("message", (event) => {
    const kept = Promise.allSettled((event.data.keep ?? []).map(keepNow));
    event.waitUntil(kept.then(() => event.source.postMessage({ kept: true })));
});

async function keepNow(address) {
    const url = new URL(address, self.location.origin);
    const name = isFile(url) ? FILES : PAGES;
    if (HASHED.test(url.pathname) && (await caches.match(url.pathname, { cacheName: name }))) return;
    const answer = await fetch(url, { credentials: "same-origin" });
    await keep(name, url.pathname, answer);
}

/** Only what is whole, ours, and the page that was asked for. */
async function keep(name, path, answer) {
    if (!answer.ok || answer.redirected || answer.type !== "basic") return;
    await (await caches.open(name)).put(path, answer);
}

self.addEventListener("fetch", (event) => {
    const url = new URL(event.request.url);
    if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
    if (NEVER.some((path) => url.pathname.startsWith(path))) return;
    if (event.request.mode === "navigate") event.respondWith(page(event, url));
    else if (isFile(url)) event.respondWith(file(event, url));
});

function isFile(url) {
    return url.pathname.startsWith("/static/") || url.pathname === "/field/copy.js";
}

/** The network's page, or after a while, or without one, the page as it was. */
async function page(event, url) {
    const kept = await caches.match(url.pathname, { cacheName: PAGES });
    const fresh = fetch(event.request).then(async (answer) => {
        if (answer.headers.get("X-Device") === "revoked") await forget();
        else event.waitUntil(keep(PAGES, url.pathname, answer.clone()));
        return answer;
    });
    if (!kept) return fresh.catch(() => home());
    const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept));
    return Promise.race([fresh.catch(() => kept), late]);
}

async function home() {
    return (await caches.match("/field/", { cacheName: PAGES })) ?? Response.error();
}

/** Files whose name holds a hash never change; others are looked at anew behind the page's back. */
async function file(event, url) {
    const kept = await caches.match(url.pathname, { cacheName: FILES });
    if (kept && HASHED.test(url.pathname)) return kept;
    const fresh = fetch(event.request).then((answer) => {
        event.waitUntil(keep(FILES, url.pathname, answer.clone()));
        return answer;
    });
    if (!kept) return fresh;
    event.waitUntil(fresh.catch(() => {}));
    return kept;
}

/** This phone was signed out from London. */
async function forget() {
    for (const name of await caches.keys()) await caches.delete(name);
    for (const client of await self.clients.matchAll()) client.postMessage({ revoked: true });
}
