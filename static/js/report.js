/* Keeps what a reader has opened while fresh numbers come in, and offers to print. */

let open = [];

document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "figures") return;
    open = [...event.detail.target.querySelectorAll("details[open]")].map((one) => one.id);
});

/* On a narrow screen the chart scrolls in its frame; the newest hour is what is looked for. */
function toNewest() {
    for (const frame of document.querySelectorAll("[data-newest]")) frame.scrollLeft = frame.scrollWidth;
}

document.body.addEventListener("htmx:afterSwap", () => {
    toNewest();
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    open = [];
});

toNewest();

for (const button of document.querySelectorAll("[data-prints]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
}
