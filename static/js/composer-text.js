/** A text as X will show it: links without their protocol, handles and hashtags as links. */
export function onX(text) {
    const parts = document.createDocumentFragment();
    let at = 0;
    for (const found of text.matchAll(/https?:\/\/\S+|(?<![\p{L}\p{N}_])[@#][\p{L}\p{N}_]+/gu)) {
        parts.append(text.slice(at, found.index));
        const link = document.createElement("bdi");
        link.className = "x-link";
        link.textContent = found[0].replace(/^https?:\/\/(www\.)?/, "");
        parts.append(link);
        at = found.index + found[0].length;
    }
    parts.append(text.slice(at));
    return parts;
}
