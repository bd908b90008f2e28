// The timeline and the mail, live: the server says what changed, the page fetches just that.

import { count } from "./length.js";

const live = document.body.dataset.live;
const state = document.querySelector("[data-live-state]");
const threads = document.querySelector("[data-threads]");
const THREADS_KEPT = 100;
const FETCHED_AT_ONCE = 20;
const GATHER_MS = 250;

const relative = new Intl.RelativeTimeFormat("en", { style: "narrow" });

function ago(time) {
    const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
    if (seconds < 45) return "now";
    if (seconds < 3600) return relative.format(-Math.round(seconds / 60), "minute");
    if (seconds < 86400) return relative.format(-Math.round(seconds / 3600), "hour");
    return relative.format(-Math.round(seconds / 86400), "day");
}

function tellTimes(within = document) {
    for (const time of within.querySelectorAll("time[data-ago]")) {
        time.title ||= time.textContent;
        time.textContent = ago(time);
    }
}

async function fragment(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    tellTimes(template.content);
    return template.content;
}

// What is there stays as it is, so that a video goes on playing.
function place(fresh) {
    const known = document.getElementById(fresh.id);
    if (!known) {
        threads.querySelector(".empty")?.remove();
        threads.prepend(fresh);
        while (threads.children.length > THREADS_KEPT) threads.lastElementChild.remove();
        return;
    }
    for (const card of [...fresh.children]) {
        if (!document.getElementById(card.id)) known.append(card);
    }
}

const waiting = new Set();

async function fetchThreads() {
    const roots = [...waiting];
    waiting.clear();
    const address = `/threads?roots=${roots.slice(-FETCHED_AT_ONCE).join(",")}`;
    for (const thread of [...(await fragment(address)).children]) place(thread);
}

function posted({ root }) {
    if (live !== "timeline" && live !== root) return;
    if (!waiting.size) setTimeout(fetchThreads, GATHER_MS);
    waiting.add(root);
}

function deleted({ id }) {
    const card = document.getElementById(`post-${id}`);
    const thread = card?.closest("[data-thread]");
    card?.remove();
    if (thread && !thread.children.length) thread.remove();
}

async function mailed({ id }) {
    const number = document.querySelector("[data-mail-count]");
    number.textContent = Number(number.textContent) + 1;
    if (live !== "mail") return;
    const letters = document.querySelector("[data-letters]");
    letters.querySelector("[data-empty]")?.remove();
    letters.prepend(await fragment(`/mail/${id}`));
}

function rained(progress) {
    const fact = document.querySelector("[data-rain]");
    if (fact) fact.textContent = progress ? `${progress[0]} of ${progress[1]}` : "many tweets at once";
}

function listen() {
    const source = new EventSource("/live");
    const on = (kind, act) => source.addEventListener(kind, (event) => act(JSON.parse(event.data)));
    on("posted", posted);
    on("deleted", deleted);
    on("mail", mailed);
    on("rain", rained);
    source.onopen = () => {
        if (state) state.textContent = "Live";
    };
    source.onerror = () => {
        if (state) state.textContent = "Not live: the sandbox does not answer";
    };
}

for (const field of document.querySelectorAll("textarea[data-limit]")) {
    const left = document.getElementById(field.getAttribute("aria-describedby"));
    const hint = left.innerHTML;
    field.addEventListener("input", () => {
        const over = count(field.value) - Number(field.dataset.limit);
        left.classList.toggle("over", over > 0);
        if (over > 0) left.textContent = `${over} too long`;
        else if (over > -60) left.textContent = `${-over} left`;
        else left.innerHTML = hint;
    });
}

tellTimes();
setInterval(tellTimes, 30_000);
if (live) listen();
