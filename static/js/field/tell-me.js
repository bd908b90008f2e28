/* “Tell me of new briefs”: this browser asks for permission once, and rings from then on. */

const button = () => document.getElementById("tell-me");
const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function bytes(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function token() {
    return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

function told(words) {
    const line = document.getElementById("tells-you");
    if (words) line.textContent = words;
    line.hidden = false;
    button().hidden = true;
}

async function tell(subscription) {
    await fetch(button().dataset.push, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
        body: JSON.stringify(subscription),
    });
}

async function subscribe() {
    const refused = document.getElementById("tells-you").dataset.refused;
    try {
        if ((await Notification.requestPermission()) !== "granted") return told(refused);
        const { pushManager } = await navigator.serviceWorker.ready;
        const options = { userVisibleOnly: true, applicationServerKey: bytes(button().dataset.key) };
        await tell(await pushManager.subscribe(options));
        return told("");
    } catch {
        return told(refused);
    }
}

/** As it is on this phone: offered, on, or nothing to offer. A subscription is told again each time,
    because browsers change them. */
async function begin() {
    if (!button() || !able) return;
    const registration = await navigator.serviceWorker.getRegistration("/field/");
    const known = await registration?.pushManager.getSubscription().catch(() => null);
    if (known && Notification.permission === "granted") {
        told("");
        tell(known).catch(() => {});
    } else button().hidden = Notification.permission === "denied";
}

document.addEventListener("click", (event) => {
    if (event.target.closest("#tell-me")) subscribe();
});
document.body.addEventListener("tasks:shown", begin);
begin();
