/* Toasts: bottom left, gone after six seconds. Never errors: those stand beside their cause. */

const STAY = 6000;

function leaveLater(toast) {
    let timer = setTimeout(() => toast.remove(), STAY);
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

export function toast(text) {
    const element = document.createElement("div");
    element.className = "toast";
    const words = document.createElement("span");
    words.textContent = text;
    element.append(words);
    document.getElementById("toasts")?.append(element);
    leaveLater(element);
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
