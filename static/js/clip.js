/* A clip's own page stays true: percents are written where they stand, and a new state of the clip
   loads the page anew, unless somebody is writing in it. */

const page = document.querySelector("[data-clip-page]");
let dirty = false;

document.addEventListener("input", () => (dirty = true));
document.addEventListener("submit", () => (dirty = false));

function say(words) {
    const place = document.getElementById("announce");
    if (place) place.textContent = words;
}

document.body.addEventListener("live:clip", (event) => {
    const news = event.detail.events.findLast((one) => one.ids.includes(page.dataset.clipPage));
    if (!news) return;
    for (const number of document.querySelectorAll("[data-percent]")) number.textContent = news.progress;
    for (const bar of page.querySelectorAll("progress")) bar.value = news.progress;
    if (news.status === page.dataset.status) return;
    if (dirty) say("This clip has changed. Reload the page when you are done.");
    else location.reload();
});
