/* What the petition page gains with scripts: one large button starts the video, and the line above
   the sticky button goes when the button has reached its place. Without them all of it works. */

function story(figure) {
    const video = figure.querySelector("video");
    const button = figure.querySelector("[data-play]");
    const captions = figure.querySelector("[data-captions]");
    figure.querySelector("[data-read]")?.addEventListener("click", read);
    video.controls = false;
    button.hidden = false;
    if (captions) captions.hidden = false;
    button.addEventListener("click", () => {
        button.hidden = true;
        captions?.remove();
        video.controls = true;
        video.focus();
        video.play().catch(() => {}); // the controls are there to try again
    });
    // A video that was taken down meanwhile leaves no hole.
    const gone = () => {
        figure.hidden = true;
        figure.parentElement.classList.remove("petition-with-video");
    };
    const still = new Image();
    still.addEventListener("error", gone);
    still.src = video.poster;
    video.querySelector("source").addEventListener("error", gone);
}

/* What is said opens below; without scripts, or without a network, the link leads to it. */
async function read(event) {
    const link = event.currentTarget;
    event.preventDefault();
    let said = document.getElementById("said");
    if (!said) {
        const answer = await fetch(link.href).catch(() => null);
        if (!answer?.ok) {
            location.assign(link.href);
            return;
        }
        said = document.createElement("div");
        said.id = "said";
        said.className = "petition-words";
        said.lang = link.hreflang;
        said.dir = "auto";
        said.tabIndex = -1;
        said.hidden = true;
        said.textContent = await answer.text();
        link.closest("figcaption").append(said);
        link.setAttribute("aria-controls", said.id);
    }
    said.hidden = !said.hidden;
    link.setAttribute("aria-expanded", String(!said.hidden));
    if (!said.hidden) said.focus();
}

function settle(send) {
    const watcher = new IntersectionObserver(
        ([entry]) => send.classList.toggle("is-floating", !entry.isIntersecting),
    );
    watcher.observe(send.nextElementSibling); // what stands below it in its own place
}

document.querySelectorAll("[data-story]").forEach(story);
document.querySelectorAll("[data-send]").forEach(settle);
