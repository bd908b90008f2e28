/* A screen that nobody touches for weeks: clocks that tick, ages that grow, and a fresh start each night.
   News and the minute's fetch are htmx's; what fails leaves the last numbers standing. */

const AGAIN_AT = 4; // o'clock: a reload takes new versions and gives memory back
const started = Date.now();

function tick() {
    const now = new Date();
    for (const clock of document.querySelectorAll("[data-zone]")) {
        clock.textContent = now.toLocaleTimeString("en-GB", {
            hour: "2-digit",
            minute: "2-digit",
            timeZone: clock.dataset.zone,
        });
    }
    for (const picture of document.querySelectorAll("img[data-picture]")) {
        if (picture.complete && picture.naturalWidth === 0) picture.remove();
    }
    const date = document.querySelector("[data-date]");
    const zone = document.querySelector("[data-zone]")?.dataset.zone;
    date.textContent = now.toLocaleDateString("en-GB", {
        weekday: "long",
        day: "numeric",
        month: "long",
        timeZone: zone,
    });
    for (const one of document.querySelectorAll("[data-posted]")) {
        const seconds = (now - new Date(one.dataset.posted)) / 1000;
        if (seconds >= 120) one.textContent = `${age(seconds)}${one.classList.contains("wall-when") ? " ago" : ""}`;
    }
    // Only when the server answers: a screen must not end on a browser's error page.
    if (now.getHours() === AGAIN_AT && Date.now() - started > 2 * 3_600_000) again();
}

function age(seconds) {
    if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
    return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

async function again() {
    try {
        const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" });
        if (answer.ok) location.reload();
    } catch {
        /* Not now; the next tick tries again. */
    }
}

/* The address was changed while the screen was on: say so, instead of showing yesterday's numbers. */
document.body.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 404) location.reload();
});

/* A picture that is no longer there leaves its frame dark. */
document.addEventListener(
    "error",
    (event) => {
        if (event.target.matches?.("img[data-picture]")) event.target.remove();
    },
    true,
);

async function stayAwake() {
    try {
        await navigator.wakeLock?.request("screen");
    } catch {
        /* The screen's own settings decide. */
    }
}

document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") stayAwake();
});
stayAwake();
tick();
setInterval(tick, 5_000);
