/* What the petition page gains with scripts: one large button starts the video, and the line above
   the sticky button goes when the button has reached its place. Without them all of it works. */

function story(figure) {
    const video = figure.querySelector("video");
    const button = figure.querySelector("[data-play]");
    const captions = figure.querySelector("[data-captions]");
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

function settle(send) {
    const watcher = new IntersectionObserver(
        ([entry]) => send.classList.toggle("is-floating", !entry.isIntersecting),
    );
    watcher.observe(send.nextElementSibling); // what stands below it in its own place
}

document.querySelectorAll("[data-story]").forEach(story);
document.querySelectorAll("[data-send]").forEach(settle);
