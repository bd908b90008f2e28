/* What this phone asks London, and how it hears that it is not trusted any more. */

const FILMS = "/field/films/";
const PATIENCE = 30_000;

/** The film is not taken as it is; `words` say why, in the crew's language. */
export class Refused extends Error {
    constructor(words) {
        super("refused");
        this.words = words;
    }
}

/** London cannot be reached, or cannot take it now. */
export class Later extends Error {
    constructor(words = "") {
        super("later");
        this.words = words;
    }
}

export class SignedOut extends Error {}

/** This phone was signed out from London: forget everything. */
export class Revoked extends Error {}

function token() {
    return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

async function ask(url, options = {}) {
    let answer;
    try {
        answer = await fetch(url, { ...options, signal: AbortSignal.timeout(PATIENCE) });
    } catch {
        throw new Later();
    }
    if (answer.headers.get("X-Device") === "revoked") throw new Revoked();
    if (answer.status === 401 || answer.redirected) throw new SignedOut();
    return answer;
}

/** Tell of a film before its bytes go; told again, it is the same. */
export async function tell(record) {
    const { id, name, length, sha256 } = record;
    const body = JSON.stringify({ id, name, length, sha256, ...record.told });
    return post(FILMS, body, { "Content-Type": "application/json" });
}

/** Have London prepare a film once more that it could not use. */
export function prepareAgain(id) {
    return post(`${FILMS}${id}/again/`, "", {});
}

/** Hand over what was agreed; handed over again, it is the same. What shows it is sent as a film is. */
export function handOver(consent) {
    return post("/field/consents/", new URLSearchParams(consent.said), {});
}

async function post(url, body, headers) {
    const send = () => ask(url, { method: "POST", headers: { ...headers, "X-CSRFToken": token() }, body });
    let answer = await send();
    if (answer.status === 403) {
        await ask("/field/"); // brings the form's token anew
        answer = await send();
    }
    if (answer.status === 422 || answer.status === 503) {
        const { errors } = await answer.json().catch(() => ({ errors: {} }));
        const words = Object.values(errors).flat().join(" ");
        throw answer.status === 422 ? new Refused(words) : new Later(words);
    }
    if (!answer.ok) throw new Later();
    return answer.json();
}

/** How the films are doing there: id → {status, time, words}. */
export async function states(ids) {
    if (ids.length === 0) return {};
    const query = ids.map((id) => `id=${id}`).join("&");
    const answer = await ask(`${FILMS}?${query}`);
    if (!answer.ok) throw new Later();
    return (await answer.json()).films;
}

/** Whether this phone is still trusted; throws what `states` throws. */
export function check() {
    return ask(FILMS);
}
