/* The server's clock, as this page knows it: every countdown in the newsroom uses it. */

const told = Number(document.querySelector('meta[name="server-now"]')?.content ?? 0) * 1000;
const answer = performance.getEntriesByType("navigation")[0];
const offset = told && answer ? told - (performance.timeOrigin + answer.responseStart) : 0;

/** Milliseconds since 1970, by the server. */
export function now() {
    return performance.timeOrigin + performance.now() + offset;
}
