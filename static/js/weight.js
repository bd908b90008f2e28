/* How long a text is to X, at once and without asking: the same rules as responders/weight.py.

   Links weigh 23; an emoji 2, however many code points it is made of; Latin, Greek, Cyrillic,
   Arabic, Hebrew and most punctuation 1; everything else 2. The server's figure replaces this one
   with every save. Endings of bare links are the common ones; with a protocol, any two letters. */

export const LIMIT = 280;
const LINK = 23;
const LIGHT = [
    [0, 4351],
    [8192, 8205],
    [8208, 8223],
    [8242, 8247],
];
const ENDINGS =
    "com|org|net|edu|gov|mil|int|info|biz|name|mobi|museum|travel|news|media|social|global|world|today|" +
    "online|site|website|space|page|blog|app|dev|cloud|digital|email|link|live|video|tv|charity|" +
    "foundation|ngo|ong|community|eco|earth|international|press|support|xyz|club|shop|store|tech";
const HOST = String.raw`(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?\.)+(?:${ENDINGS}|[a-z]{2})(?![\p{L}\p{N}@])`;
const PATH = String.raw`(?::\d+)?(?:\/[\p{L}\p{N}\-._~:@!$&'*+,;=%#()[\]|\/]*[\p{L}\p{N}\-_~+=#\/%&])?\/?`;
const QUERY = String.raw`(?:\?[\p{L}\p{N}\-._~:@!$&'*+,;=%#()[\]|\/?]*[\p{L}\p{N}\-_~+=#\/&])?`;
const LINKS = new RegExp(
    String.raw`https?:\/\/${HOST}${PATH}${QUERY}|(?<![\p{L}\p{N}@#$_\-./])${HOST}${PATH}${QUERY}`,
    "giu",
);
const EMOJI =
    /(?:\p{RI}\p{RI}|[#*0-9]\uFE0F?\u20E3|\p{Emoji_Presentation}\p{Emoji_Modifier}?\uFE0F?(?:\u200D\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?)*|\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})\p{Emoji_Modifier}?(?:\u200D\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?)*|\p{Extended_Pictographic}(?:\u200D\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?)*)(?:[\u{E0020}-\u{E007F}]+)?/gu;

function plain(text) {
    let units = 0;
    for (const character of text) {
        const point = character.codePointAt(0);
        units += LIGHT.some(([first, last]) => point >= first && point <= last) ? 1 : 2;
    }
    return units;
}

/** Of a text without links: emoji count 2 each. */
function words(text) {
    let units = 0;
    let at = 0;
    for (const found of text.matchAll(EMOJI)) {
        units += plain(text.slice(at, found.index)) + 2;
        at = found.index + found[0].length;
    }
    return units + plain(text.slice(at));
}

export function weigh(raw) {
    const text = raw.normalize("NFC").replace(/\r\n?/g, "\n");
    let units = 0;
    let at = 0;
    for (const found of text.matchAll(LINKS)) {
        units += words(text.slice(at, found.index)) + LINK;
        at = found.index + found[0].length;
    }
    return units + words(text.slice(at));
}
