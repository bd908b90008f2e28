/* The library: a pointer resting on a poster plays it without sound, a press plays it with sound and
   controls. Filters apply as they are chosen. Without this module, posters are links to the preview
   and the filters have a button. */

const REST = 250;
let resting = 0;

function film(still, { sound }) {
    const video = document.createElement("video");
    video.src = still.dataset.preview;
    video.playsInline = true;
    video.loop = !sound;
    video.muted = !sound;
    video.controls = sound;
    return video;
}

function stop(still) {
    still.querySelector("video:not([controls])")?.remove();
}

function glance(still) {
    if (still.querySelector("video") || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const video = film(still, { sound: false });
    still.append(video);
    video.play().catch(() => video.remove());
}

document.addEventListener("pointerover", (event) => {
    const still = event.target.closest?.("[data-preview]");
    if (!still || event.pointerType !== "mouse" || still.contains(event.relatedTarget)) return;
    clearTimeout(resting);
    resting = setTimeout(() => glance(still), REST);
});

document.addEventListener("pointerout", (event) => {
    const still = event.target.closest?.("[data-preview]");
    if (!still || still.contains(event.relatedTarget)) return;
    clearTimeout(resting);
    stop(still);
});

document.addEventListener("click", (event) => {
    const still = event.target.closest?.("[data-preview]");
    if (!still || event.target.closest("video[controls]")) return;
    event.preventDefault();
    clearTimeout(resting);
    for (const other of document.querySelectorAll("[data-preview] video")) other.remove();
    const video = film(still, { sound: true });
    still.append(video);
    video.focus();
    video.play().catch(() => {});
    video.addEventListener("ended", () => {
        video.remove();
        still.querySelector("[data-play]")?.focus();
    });
});

const filters = document.querySelector("[data-filters]");
if (filters) {
    filters.querySelector("[data-filters-button]").hidden = true;
    filters.addEventListener("change", () => filters.requestSubmit());
    // Empty choices stay out of the address.
    filters.addEventListener("formdata", (event) => {
        for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
    });
}
