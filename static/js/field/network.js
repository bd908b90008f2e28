/* The network under this phone: how quick it is, whether it may be used, what it has cost today. */

import { add, fact, note } from "./keep.js";

const SMALLEST = 256 * 1024;
const LARGEST = 1024 * 1024;
const PIECE_SECONDS = 5;
const WEAK = 50_000; // bytes a second

const connection = navigator.connection;
let speed = 0; // bytes a second; 0: not known yet
let wifiOnly = false;
let unwritten = 0;

export async function load() {
    wifiOnly = (await fact("wifi-only")) ?? false;
    speed = (await fact("speed")) ?? 0;
}

/** Only some browsers tell Wi-Fi from the rest. */
export function tellsWifi() {
    return connection?.type !== undefined;
}

export function isWifiOnly() {
    return wifiOnly;
}

export function setWifiOnly(only) {
    wifiOnly = only;
    return note("wifi-only", only);
}

/** Why nothing may be sent now: "network", "wifi", or "" when it may. */
export function obstacle() {
    if (!navigator.onLine) return "network";
    return wifiOnly && tellsWifi() && connection.type === "cellular" ? "wifi" : "";
}

export function speedNow() {
    return speed;
}

/** good, weak or none. */
export function quality() {
    if (!navigator.onLine) return "none";
    if (speed) return speed < WEAK ? "weak" : "good";
    return ["slow-2g", "2g", "3g"].includes(connection?.effectiveType) ? "weak" : "good";
}

/** A piece of so many bytes took so long. */
export function measured(bytes, milliseconds) {
    if (milliseconds < 50) return;
    const now = (bytes / milliseconds) * 1000;
    speed = speed ? speed * 0.6 + now * 0.4 : now;
    note("speed", speed);
}

/** How many bytes to send at once: what takes about five seconds. */
export function piece() {
    const wanted = (speed || WEAK) * PIECE_SECONDS;
    const steps = Math.round(wanted / SMALLEST);
    return Math.min(LARGEST, Math.max(SMALLEST, steps * SMALLEST));
}

function today() {
    const now = new Date();
    return `data-${now.getFullYear()}-${now.getMonth() + 1}-${now.getDate()}`;
}

/** Count what was sent; written down every now and then. */
export function spent(bytes) {
    unwritten += bytes;
    if (unwritten > 64 * 1024) writeDown();
}

export async function writeDown() {
    const more = unwritten;
    unwritten = 0;
    if (more) await add(today(), more);
}

export async function spentToday() {
    return ((await fact(today())) ?? 0) + unwritten;
}

export function onChange(listener) {
    window.addEventListener("online", listener);
    window.addEventListener("offline", listener);
    connection?.addEventListener?.("change", listener);
}
