/* Keeps a list of clips true. `live:clip` brings percents, which are written into the row that is
   there; anything else that changed about a clip fetches the list anew. The list is the element with
   `data-clips`, the address that answers with it alone. */

const list = document.querySelector("[data-clips]");
let fetching = false;
let again = false;

async function refresh() {
    if (fetching) {
        again = true;
        return;
    }
    fetching = true;
    try {
        const answer = await fetch(list.dataset.clips, { headers: { "HX-Request": "true" } });
        // Someone who opened a menu or plays a film keeps it; the news comes with the next change.
        if (answer.ok && !answer.redirected && !busy()) list.innerHTML = await answer.text();
    } catch {
        // Offline: the pill says so, and `live:resync` brings us here again.
    } finally {
        fetching = false;
        if (again) {
            again = false;
            refresh();
        }
    }
}

function busy() {
    return list.querySelector("details[open], video[controls]") !== null;
}

function write(news) {
    const row = document.getElementById(`clip-${news.ids[0]}`);
    if (!row || row.dataset.status !== news.status) return false;
    const bar = row.querySelector("progress");
    if (bar) bar.value = news.progress;
    for (const number of row.querySelectorAll("[data-percent]")) number.textContent = news.progress;
    return true;
}

document.body.addEventListener("live:clip", (event) => {
    const written = event.detail.events.map(write);
    if (written.includes(false)) refresh();
});
document.body.addEventListener("live:resync", refresh);
