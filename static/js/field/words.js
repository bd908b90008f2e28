/* What this page says, in the crew's language, with that language's digits. The words come with the
   page (`videos/wording/`). */

const words = JSON.parse(document.getElementById("field-words").textContent);
const locale = words.locale;
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });

export function say(name, values = {}) {
    return words[name].replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
}

export function number(value) {
    return whole.format(value);
}

export function percent(part, all) {
    return share.format(all ? Math.min(1, part / all) : 0);
}

/** As a person reads it: "640 kB", "7.9 MB", "38 MB". */
export function size(bytes) {
    if (bytes < 950_000) return say("kilobytes", { n: number(Math.ceil(bytes / 1000)) });
    const megabytes = bytes / 1_000_000;
    const shown = megabytes < 20 ? tenths.format(megabytes) : number(megabytes);
    return say("megabytes", { n: shown });
}

/** What says of itself which way it is read: a file's name within a sentence. */
export function apart(text) {
    return `\u2068${text}\u2069`;
}

/** The digits of a clock ("17:03") as the language writes them. */
export function clock(text) {
    return text.replace(/\d/g, (digit) => whole.format(Number(digit)));
}
