/* The lines at the top: how the network is, what it cost today, Wi-Fi only; and what to know. */

import * as keep from "./keep.js";
import * as network from "./network.js";
import { now, nudge } from "./sender.js";
import { number, say, size } from "./words.js";

const pill = document.getElementById("network-pill");
const speed = document.getElementById("speed");
const today = document.getElementById("today");
const wifi = document.getElementById("wifi-only");
const out = document.getElementById("signed-out");
const stay = document.getElementById("ask-to-stay");

export async function drawStrip() {
    const quality = network.quality();
    pill.dataset.quality = quality;
    pill.querySelector("span").textContent = say(`${{ none: "no" }[quality] ?? quality}_network`);
    if (out) out.hidden = !now.signedOut;
    const consents = await keep.consents();
    const line = document.getElementById("consents");
    if (line) {
        line.hidden = consents.length === 0;
        line.querySelector("span").textContent =
            consents.find((one) => one.refused)?.refused ?? say("consent_kept");
    }
    if (!speed) return;
    const measured = network.speedNow();
    speed.textContent = measured ? say("per_second", { n: number(measured / 1000) }) : "";
    today.textContent = say("today", { n: size(await network.spentToday()) });
    today.hidden = false;
    if (stay) stay.hidden = !(await keep.fact("may-go"));
}

if (wifi && network.tellsWifi()) {
    wifi.closest("label").hidden = false;
    network.load().then(() => {
        wifi.checked = network.isWifiOnly();
    });
    wifi.addEventListener("change", async () => {
        await network.setWifiOnly(wifi.checked);
        // What is being sent over the mobile network stops here.
        window.dispatchEvent(new Event(network.obstacle() ? "offline" : "online"));
        nudge();
    });
}
