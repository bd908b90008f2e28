/* When many signatures come from one network, this browser does a little work (ALTCHA) to show that
   it is not a program that sends thousands. Without this, the reader waits and presses again. */

const hex = (bytes) => [...new Uint8Array(bytes)].map((one) => one.toString(16).padStart(2, "0")).join("");

async function solve({ algorithm, challenge, salt, most }) {
    const encoder = new TextEncoder();
    for (let number = 0; number <= Number(most); number += 1) {
        const digest = await crypto.subtle.digest(algorithm, encoder.encode(salt + number));
        if (hex(digest) === challenge) return number;
    }
    return null;
}

async function prove(line) {
    const began = performance.now();
    const { algorithm, challenge, salt, signature } = line.dataset;
    const number = await solve(line.dataset);
    if (number === null) return;
    const took = Math.round(performance.now() - began);
    const form = line.closest("form");
    form.elements.work.value = btoa(
        JSON.stringify({ algorithm, challenge, number, salt, signature, took }),
    );
    form.requestSubmit(form.querySelector("[data-send] button"));
}

// Only secure pages have it; elsewhere the wait remains.
if (globalThis.crypto?.subtle) {
    document.querySelectorAll("[data-proof]").forEach((line) => {
        line.hidden = false;
        prove(line);
    });
}
