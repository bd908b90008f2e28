/* Toasts: bottom left, gone after six seconds. Never errors: those stand beside their cause. */

const STAY = 6000;
/* What can be undone stays as long as the longest usual hold. */
const STAY_WITH_UNDO = 10_000;

function leaveLater(toast, after = STAY) {
    let timer = setTimeout(() => toast.remove(), after);
    const stay = () => clearTimeout(timer);
    const leave = () => {
        clearTimeout(timer);
        timer = setTimeout(() => toast.remove(), STAY / 2);
    };
    toast.addEventListener("pointerenter", stay);
    toast.addEventListener("pointerleave", leave);
    toast.addEventListener("focusin", stay);
    toast.addEventListener("focusout", leave);
}

/** With `undo` it has a button, which Z presses too. */
export function toast(text, { undo } = {}) {
    const element = document.createElement("div");
    element.className = "toast";
    const words = document.createElement("span");
    words.textContent = text;
    element.append(words);
    if (undo) element.append(undoButton(element, undo));
    document.getElementById("toasts")?.append(element);
    leaveLater(element, undo ? STAY_WITH_UNDO : STAY);
}

function undoButton(element, undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-dense";
    button.dataset.toastUndo = "";
    button.textContent = "Undo ";
    const key = document.createElement("kbd");
    key.className = "key";
    key.textContent = "Z";
    button.append(key);
    button.addEventListener("click", () => {
        element.remove();
        undo();
    });
    return button;
}

/** Presses the newest Undo of a toast; false if there is none. */
export function undoNewest() {
    const newest = [...document.querySelectorAll("[data-toast-undo]")].at(-1);
    newest?.click();
    return Boolean(newest);
}

/** Something newer can be undone now: Z is not for what the toasts tell of any more. */
export function forgetUndo() {
    for (const button of document.querySelectorAll("[data-toast-undo]")) button.closest(".toast").remove();
}

/** Say it to those who listen to the page; `now` interrupts them. */
export function announce(text, { now = false } = {}) {
    const region = document.getElementById(now ? "announce-now" : "announce");
    if (!region) return;
    region.textContent = "";
    setTimeout(() => {
        region.textContent = text;
    }, 50);
}

export function watch() {
    document.querySelectorAll("[data-toast]").forEach(leaveLater);
    document.body.addEventListener("toast", (event) => toast(event.detail?.value ?? event.detail));
}
