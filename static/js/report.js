/* Keeps what a reader has opened while fresh numbers come in, and offers to print. */

let open = [];

document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "figures") return;
    open = [...event.detail.target.querySelectorAll("details[open]")].map((one) => one.id);
});

document.body.addEventListener("htmx:afterSwap", () => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    open = [];
});

for (const button of document.querySelectorAll("[data-prints]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
}
