/* The crew's briefs: each step is sent at once, or kept on this phone and sent with the next network.
   London takes what it hears twice only once, so that nothing has to be remembered but what to say. */

const KEPT = "field-said";
const PATIENCE = 20_000;
const place = () => document.getElementById("tasks");
let busy = false;

function kept() {
    try {
        return JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    } catch {
        return [];
    }
}

function keep(list) {
    localStorage.setItem(KEPT, JSON.stringify(list));
    mark();
}

function token() {
    return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

function ask(url, body) {
    return fetch(url, {
        method: body ? "POST" : "GET",
        headers: { "HX-Request": "true", "X-CSRFToken": token() },
        body: body && new URLSearchParams(body),
        signal: AbortSignal.timeout(PATIENCE),
    });
}

/** What is said but not heard yet stands beside its brief. */
function mark() {
    const waiting = new Set(kept().map((one) => one.task));
    for (const task of document.querySelectorAll("[data-task]")) {
        const waits = waiting.has(task.dataset.task);
        task.toggleAttribute("data-said", waits);
        const line = task.querySelector("[data-waits]");
        if (line) line.hidden = !waits;
    }
}

function isWriting() {
    const open = place()?.querySelector(".task-cannot[open]");
    const text = [...(place()?.querySelectorAll("textarea, input:not([type=hidden], [type=radio])") ?? [])];
    return Boolean(open) || text.some((one) => one.value !== "");
}

function show(html) {
    const open = [...document.querySelectorAll(".task-thread[open]")].map((one) => one.id);
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("tasks");
    if (!fresh) return;
    place().replaceWith(fresh);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    mark();
    document.body.dispatchEvent(new CustomEvent("tasks:shown"));
}

/** One after the other, oldest first. What is answered is done with, whatever the answer was. */
async function send() {
    if (busy) return;
    busy = true;
    try {
        for (let [said] = kept(); said; [said] = kept()) {
            const answer = await ask(said.url, said.body);
            if (answer.status >= 500 || answer.status === 403 || answer.redirected) {
                if (answer.status === 403) await ask("/field/"); // brings the form's token anew
                break;
            }
            keep(kept().slice(1));
            if (!isWriting() && (answer.ok || answer.status === 409)) show(await answer.text());
        }
    } catch {
        // No network: it waits here, and the brief says so.
    } finally {
        busy = false;
        mark();
    }
}

async function refresh() {
    if (!place() || isWriting() || busy) return;
    try {
        const answer = await ask(place().dataset.tasks);
        if (answer.ok && !answer.redirected && !isWriting()) show(await answer.text());
    } catch {
        // What is shown is what was known last.
    }
}

function say(url, form, task) {
    const body = form ? Object.fromEntries(new FormData(form)) : {};
    delete body.csrfmiddlewaretoken;
    if ("key" in body) body.key = crypto.randomUUID();
    keep([...kept(), { url, body, task: task ?? "" }]);
    form?.reset();
    form?.closest(".task-cannot")?.removeAttribute("open");
    send();
}

document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-says]");
    if (!form) return;
    event.preventDefault();
    say(form.action, form, form.closest("[data-task]")?.dataset.task);
});
document.addEventListener("click", (event) => {
    const films = event.target.closest("[data-films]");
    if (films) say(films.dataset.films, null, films.closest("[data-task]").dataset.task);
});

if (place()) {
    for (const kind of ["brief", "resync"]) {
        document.body.addEventListener(`live:${kind}`, () => refresh());
    }
    document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible") send().then(refresh);
    });
}
window.addEventListener("online", send);
mark();
send();
