/* Drawing boxes over people. A box has keys: where it is at a moment. Between two keys it moves in a
   straight line, before the first and after the last (unless it stays to the end) it is not there.
   Places are parts of the picture (0 to 1), times milliseconds: the server renders the same numbers. */

const root = document.querySelector("[data-protection]");
const film = document.querySelector("[data-film]");
const frame = document.querySelector("[data-frame]");
const NAMES = ["left", "top", "width", "height"];
const SNAP = 60;
const SMALLEST = 0.02;

let boxes = root ? JSON.parse(document.getElementById("boxes").textContent) : [];
let chosen = boxes.length ? 0 : -1;
let layer = null;

const at = () => Math.round(film.currentTime * 1000);

function place(box, time) {
    const keys = box.keys;
    const first = keys[0];
    const last = keys[keys.length - 1];
    if (time < first.at - 17 || (time > last.at + 17 && !box.to_end)) return null;
    const before = keys.findLast((key) => key.at <= time) ?? first;
    const after = keys.find((key) => key.at > time) ?? last;
    if (after.at <= before.at) return before;
    const part = (time - before.at) / (after.at - before.at);
    return Object.fromEntries(NAMES.map((name) => [name, before[name] + (after[name] - before[name]) * part]));
}

function setKey(box, where) {
    const time = at();
    const key = { at: time, ...Object.fromEntries(NAMES.map((name) => [name, where[name]])) };
    box.keys = [...box.keys.filter((one) => Math.abs(one.at - time) > SNAP), key];
    box.keys.sort((one, two) => one.at - two.at);
}

function draw() {
    layer.replaceChildren();
    boxes.forEach((box, index) => {
        const where = place(box, at());
        if (!where) return;
        const element = document.createElement("div");
        element.className = "box";
        element.classList.toggle("box-chosen", index === chosen);
        element.dataset.index = index;
        element.style.insetInlineStart = `${where.left * 100}%`;
        element.style.insetBlockStart = `${where.top * 100}%`;
        element.style.inlineSize = `${where.width * 100}%`;
        element.style.blockSize = `${where.height * 100}%`;
        const name = document.createElement("span");
        name.className = "box-name";
        name.textContent = index + 1;
        const corner = document.createElement("span");
        corner.className = "box-corner";
        element.append(name, corner);
        layer.append(element);
    });
    lanes();
}

function lanes() {
    const whole = (film.duration || 1) * 1000;
    const holder = document.querySelector("[data-lanes]");
    holder.replaceChildren(
        ...boxes.map((box, index) => {
            const lane = document.createElement("div");
            lane.className = "lane";
            const span = document.createElement("span");
            span.className = "lane-span";
            const from = box.keys[0].at;
            const until = box.to_end ? whole : box.keys[box.keys.length - 1].at;
            span.style.insetInlineStart = `${(100 * from) / whole}%`;
            span.style.inlineSize = `${Math.max(0.5, (100 * (until - from)) / whole)}%`;
            lane.append(span);
            for (const key of box.keys) {
                const mark = document.createElement("span");
                mark.className = "lane-key";
                mark.style.insetInlineStart = `${(100 * key.at) / whole}%`;
                lane.append(mark);
            }
            lane.classList.toggle("lane-chosen", index === chosen);
            return lane;
        }),
    );
}

function button(words, act, css = "") {
    const element = document.createElement("button");
    element.type = "button";
    element.className = `button button-dense ${css}`;
    element.textContent = words;
    element.addEventListener("click", () => {
        act();
        refresh();
    });
    return element;
}

function rows() {
    const list = root.querySelector("[data-boxes]");
    if (!boxes.length) {
        const none = document.createElement("li");
        none.className = "quiet";
        none.textContent = "No box yet. Draw on the picture.";
        list.replaceChildren(none);
        return;
    }
    list.replaceChildren(
        ...boxes.map((box, index) => {
            const item = document.createElement("li");
            item.className = "box-row";
            const name = document.createElement("span");
            name.className = "strong";
            name.textContent = `Box ${index + 1}`;
            const facts = document.createElement("span");
            facts.className = "small second";
            const last = box.keys[box.keys.length - 1];
            facts.textContent = `${clock(box.keys[0].at)} to ${box.to_end ? "the end" : clock(last.at)}, ${box.keys.length} keys`;
            item.append(
                name,
                facts,
                button("From here", () => from(box)),
                button(box.to_end ? "Gone from here" : "To the end", () => end(box)),
                button("Delete", () => drop(index), "button-danger"),
            );
            item.addEventListener("pointerdown", () => {
                chosen = index;
                draw();
            });
            return item;
        }),
    );
}

function from(box) {
    const where = place(box, at()) ?? box.keys[0];
    box.keys = box.keys.filter((key) => key.at > at());
    setKey(box, where);
}

function end(box) {
    if (!box.to_end) {
        box.to_end = true;
        return;
    }
    const where = place(box, at());
    if (!where) return;
    box.keys = box.keys.filter((key) => key.at < at());
    setKey(box, where);
    box.to_end = false;
}

function drop(index) {
    boxes = boxes.filter((_, other) => other !== index);
    chosen = boxes.length - 1;
}

function refresh() {
    draw();
    rows();
}

function clock(ms) {
    const seconds = Math.floor(ms / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}.${Math.floor((ms % 1000) / 100)}`;
}

const inside = (value, low, high) => Math.min(high, Math.max(low, value));

function point(event) {
    const edge = layer.getBoundingClientRect();
    return {
        x: inside((event.clientX - edge.left) / edge.width, 0, 1),
        y: inside((event.clientY - edge.top) / edge.height, 0, 1),
    };
}

function begin(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    film.pause();
    const start = point(event);
    const element = event.target.closest(".box");
    const sizing = event.target.closest(".box-corner") !== null;
    let box = element ? boxes[Number(element.dataset.index)] : null;
    const was = box ? { ...place(box, at()) } : null;
    layer.setPointerCapture(event.pointerId);

    function move(next) {
        const to = point(next);
        if (!box) {
            if (Math.abs(to.x - start.x) < SMALLEST || Math.abs(to.y - start.y) < SMALLEST) return;
            box = { keys: [], to_end: true };
            boxes.push(box);
        }
        chosen = boxes.indexOf(box);
        setKey(box, was ? changed(was, start, to, sizing) : between(start, to));
        draw();
    }

    function done() {
        layer.removeEventListener("pointermove", move);
        refresh();
    }

    layer.addEventListener("pointermove", move);
    layer.addEventListener("pointerup", done, { once: true });
    layer.addEventListener("pointercancel", done, { once: true });
}

function between(one, two) {
    return {
        left: Math.min(one.x, two.x),
        top: Math.min(one.y, two.y),
        width: Math.abs(one.x - two.x),
        height: Math.abs(one.y - two.y),
    };
}

function changed(was, start, to, sizing) {
    const x = to.x - start.x;
    const y = to.y - start.y;
    if (sizing) {
        return { ...was, width: Math.max(SMALLEST, was.width + x), height: Math.max(SMALLEST, was.height + y) };
    }
    return { ...was, left: inside(was.left + x, -was.width / 2, 1), top: inside(was.top + y, -was.height / 2, 1) };
}

/* Without a pointer: arrows move the chosen box, Shift+arrows size it, N makes a new one. */
function keyboard(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const step = steps[event.key];
    if (event.key.toLowerCase() === "n") {
        boxes.push({ keys: [], to_end: true });
        chosen = boxes.length - 1;
        setKey(boxes[chosen], { left: 0.35, top: 0.25, width: 0.3, height: 0.4 });
    } else if (step && boxes[chosen]) {
        const where = place(boxes[chosen], at()) ?? boxes[chosen].keys[0];
        const to = { x: step[0] * 0.01, y: step[1] * 0.01 };
        setKey(boxes[chosen], changed(where, { x: 0, y: 0 }, to, event.shiftKey));
    } else return;
    event.preventDefault();
    refresh();
}

async function send(button) {
    const error = root.querySelector("[data-error]");
    button.disabled = true;
    error.hidden = true;
    try {
        const answer = await fetch(root.dataset.protection, {
            method: "POST",
            headers: {
                "Content-Type": "application/json",
                "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"],
            },
            body: JSON.stringify({ boxes, voice: root.querySelector("[name=voice]:checked").value }),
        });
        if (answer.ok) {
            location.reload();
            return;
        }
        error.textContent = (await answer.json()).error;
    } catch {
        error.textContent = "Not sent: no network. What you drew is still here; try again.";
    }
    error.hidden = false;
    button.disabled = false;
}

if (root && film) {
    layer = document.createElement("div");
    layer.className = "box-layer";
    layer.tabIndex = 0;
    layer.setAttribute("role", "application");
    layer.setAttribute("aria-label", "The picture. N makes a box, arrows move it, Shift and arrows size it.");
    frame.append(layer);
    const bar = document.querySelector("[data-draw-bar]");
    const time = bar.querySelector("[data-time]");
    const show = () => {
        time.value = Math.round((1000 * film.currentTime) / (film.duration || 1));
        bar.querySelector("[data-clock]").textContent = clock(at());
        draw();
    };
    bar.hidden = false;
    bar.querySelector("[data-play]").addEventListener("click", () => (film.paused ? film.play() : film.pause()));
    time.addEventListener("input", () => (film.currentTime = (time.value / 1000) * (film.duration || 0)));
    film.addEventListener("timeupdate", show);
    film.addEventListener("seeked", show);
    film.addEventListener("loadedmetadata", refresh);
    const tick = () => {
        if (!film.paused) show();
        requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    layer.addEventListener("pointerdown", begin);
    layer.addEventListener("keydown", keyboard);
    root.querySelector("[data-send]").addEventListener("click", (event) => send(event.currentTarget));
    refresh();
}
