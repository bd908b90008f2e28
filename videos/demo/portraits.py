"""Draws the demo's storytellers: soft light, a place behind them, nobody who exists."""

import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from videos.demo.people import Look

Colour = tuple[int, int, int]


def colour(code: str) -> Colour:
    return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`share` of the second colour in the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


BLACK = (0, 0, 0)
WHITE = (255, 250, 240)


def gradient(size: tuple[int, int], *stops: str) -> Image.Image:
    """Colours from top to bottom, evenly spaced."""
    colours = [colour(stop) for stop in stops]
    column = Image.new("RGB", (1, len(colours)))
    column.putdata(colours)
    return column.resize(size, Image.Resampling.BICUBIC)


def glow(
    image: Image.Image,
    centre: tuple[float, float],
    radius: float,
    *,
    tint: Colour,
    strength: float,
) -> None:
    """A soft light, brightest in its centre."""
    spot = Image.radial_gradient("L").resize((int(radius * 2), int(radius * 2)))
    mask = spot.point([round(max(0, 255 - value * 1.42) * strength) for value in range(256)])
    left, top = int(centre[0] - radius), int(centre[1] - radius)
    image.paste(Image.new("RGB", mask.size, tint), (left, top), mask)


def backdrop(look: Look, size: tuple[int, int], seed: int) -> Image.Image:
    """The place behind somebody, out of focus."""
    chance = random.Random(seed)  # noqa: S311 - a drawing, not a secret
    draw_scene = {
        "savanna": _savanna,
        "morning": _morning,
        "roofs": _roofs,
        "workshop": _workshop,
        "window": _window,
    }[look.scene]
    image = draw_scene(size, chance)
    image = image.filter(ImageFilter.GaussianBlur(size[1] / 75))
    return _grain(image, seed)


def _savanna(size: tuple[int, int], chance: random.Random) -> Image.Image:
    width, height = size
    image = gradient(size, "#f3c277", "#f0b070", "#e0915a", "#b2623c", "#8a4a30")
    glow(image, (width * 0.79, height * 0.34), height * 0.55, tint=colour("#ffe6a8"), strength=0.9)
    glow(image, (width * 0.79, height * 0.34), height * 0.12, tint=colour("#fff6dc"), strength=1.0)
    draw = ImageDraw.Draw(image)
    for level, shade in ((0.6, "#b5683f"), (0.68, "#96512f"), (0.78, "#7a3f27")):
        points = [(0.0, float(height))]
        for step in range(13):
            rise = math.sin(step * 0.9 + level * 9) * 0.018 + chance.uniform(-0.008, 0.008)
            points.append((width * step / 12, height * (level + rise)))
        draw.polygon([*points, (width, height)], fill=colour(shade))
    _tree(draw, (width * 0.1, height * 0.66), height * 0.42)
    _tree(draw, (width * 0.93, height * 0.68), height * 0.2)
    return image


def _tree(draw: ImageDraw.ImageDraw, foot: tuple[float, float], tall: float) -> None:
    """An acacia: a thin stem under a wide flat crown."""
    x, y = foot
    bark = colour("#5b3222")
    draw.line([(x, y), (x + tall * 0.06, y - tall * 0.7)], fill=bark, width=int(tall / 16))
    for across, up, wide in ((0.05, 0.78, 0.62), (-0.25, 0.7, 0.36), (0.36, 0.68, 0.34)):
        centre, half = x + tall * across, tall * wide
        top = y - tall * up
        draw.ellipse([centre - half, top - tall * 0.1, centre + half, top + tall * 0.1], fill=bark)


def _morning(size: tuple[int, int], chance: random.Random) -> Image.Image:
    width, height = size
    image = gradient(size, "#9fc0cf", "#c9d6d2", "#ecdcbb", "#d3b184", "#b58a5e")
    glow(image, (width * 0.18, height * 0.2), height * 0.7, tint=colour("#fff3d0"), strength=0.8)
    draw = ImageDraw.Draw(image)
    roofs = ((0.02, 0.5, 0.3), (0.66, 0.46, 0.36))
    for left, top, wide in roofs:
        x, y, w = width * left, height * top, width * wide
        draw.rectangle([x, y, x + w, height * 0.76], fill=colour("#c7a578"))
        draw.polygon(
            [(x - w * 0.06, y), (x + w * 0.5, y - height * 0.1), (x + w * 1.06, y)],
            fill=colour("#7f9aa2"),
        )
        for step in range(3):
            pane = x + w * (0.16 + 0.28 * step)
            draw.rectangle(
                [pane, y + height * 0.07, pane + w * 0.13, y + height * 0.16],
                fill=mix(colour("#54432f"), colour("#8a7455"), chance.random()),
            )
    draw.rectangle([0, height * 0.76, width, height], fill=colour("#b98f62"))
    return image


def _roofs(size: tuple[int, int], chance: random.Random) -> Image.Image:
    width, height = size
    image = gradient(size, "#4c5a78", "#8b7c90", "#d69c86", "#e9b88f", "#8c6a62")
    glow(image, (width * 0.22, height * 0.52), height * 0.5, tint=colour("#ffd9a0"), strength=0.7)
    draw = ImageDraw.Draw(image)
    for row, shade in ((0.42, "#8d7478"), (0.52, "#6a5660"), (0.64, "#4a3e4a")):
        x = -0.02
        while x < 1:
            wide = chance.uniform(0.07, 0.14)
            top = row + chance.uniform(-0.08, 0.04)
            box = [width * x, height * top, width * (x + wide), height]
            draw.rectangle(box, fill=colour(shade))
            _windows(draw, box, chance)
            x += wide + chance.uniform(0, 0.015)
    for drop in (0.22, 0.27, 0.31):
        points = [
            (width * s / 20, height * (drop + 0.05 * math.sin(math.pi * s / 20))) for s in range(21)
        ]
        draw.line(points, fill=colour("#3a3440"), width=max(2, height // 220))
    return image


def _windows(draw: ImageDraw.ImageDraw, box: list[float], chance: random.Random) -> None:
    left, top, right, bottom = box
    side = (right - left) / 6
    y = top + side
    while y < bottom:
        for step in range(3):
            if chance.random() < 0.28:
                x = left + side * (1 + step * 1.7)
                lit = mix(colour("#ffcf7a"), colour("#ffe9bd"), chance.random())
                draw.rectangle([x, y, x + side, y + side * 1.3], fill=lit)
        y += side * 2.4


def _workshop(size: tuple[int, int], chance: random.Random) -> Image.Image:
    width, height = size
    image = gradient(size, "#2f3832", "#3f4a40", "#55543f", "#4a3d2c", "#2f261d")
    draw = ImageDraw.Draw(image)
    for shelf in (0.26, 0.5, 0.74):
        y = height * shelf
        draw.rectangle([0, y, width, y + height * 0.02], fill=colour("#6b5536"))
        x = 0.0
        while x < width:
            wide = chance.uniform(0.03, 0.08) * width
            tall = chance.uniform(0.06, 0.17) * height
            paint = chance.choice(
                ["#8a4b34", "#3f6168", "#a98a4a", "#5b5f53", "#73433f", "#8c8a7a"]
            )
            draw.rectangle([x, y - tall, x + wide, y], fill=colour(paint))
            x += wide + chance.uniform(0.004, 0.03) * width
    for across in (0.12, 0.38, 0.64, 0.9):
        glow(
            image,
            (width * across, height * 0.14),
            height * 0.3,
            tint=colour("#ffca6e"),
            strength=0.75,
        )
        glow(
            image,
            (width * across, height * 0.14),
            height * 0.05,
            tint=colour("#fff3d2"),
            strength=1.0,
        )
    return image


def _window(size: tuple[int, int], _chance: random.Random) -> Image.Image:
    width, height = size
    image = gradient(size, "#c9bda6", "#d8cab0", "#cdb995", "#a98f6c")
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, height * 0.8, width, height], fill=colour("#7c5b45"))
    left, top, right, bottom = width * 0.62, height * 0.08, width * 0.94, height * 0.62
    draw.rectangle([left - 14, top - 14, right + 14, bottom + 14], fill=colour("#8a6c4f"))
    pane = gradient((int(right - left), int(bottom - top)), "#e9f2f0", "#f6efd8", "#dfe3bd")
    image.paste(pane, (int(left), int(top)))
    for share in (0.5,):
        x = left + (right - left) * share
        draw.line([(x, top), (x, bottom)], fill=colour("#8a6c4f"), width=12)
        y = top + (bottom - top) * share
        draw.line([(left, y), (right, y)], fill=colour("#8a6c4f"), width=12)
    draw.polygon(
        [(width * 0.5, 0), (width * 0.62, 0), (width * 0.66, height * 0.7), (width * 0.54, height)],
        fill=colour("#b06a55"),
    )
    draw.ellipse([width * 0.05, height * 0.5, width * 0.19, height * 0.78], fill=colour("#5f7d63"))
    draw.rectangle(
        [width * 0.08, height * 0.7, width * 0.16, height * 0.82], fill=colour("#a65f3e")
    )
    glow(image, (width * 0.78, height * 0.34), height * 0.8, tint=colour("#fff6dc"), strength=0.5)
    return image


def _grain(image: Image.Image, seed: int) -> Image.Image:
    """A trace of film grain, so that soft gradients do not band."""
    state = random.Random(seed)  # noqa: S311 - a drawing, not a secret
    noise = Image.frombytes("L", (480, 270), state.randbytes(480 * 270)).resize(image.size)
    flat = Image.merge("RGB", [noise.point([value // 42 for value in range(256)])] * 3)
    return ImageChops.add(image, flat, offset=-3)


def scale(size: tuple[int, int]) -> tuple[float, float]:
    """Where the middle of a person is in a picture of this size, and a hundredth of their size."""
    width, height = size
    return (width * 0.43, height * 0.0114) if width > height else (width * 0.5, height * 0.0086)


def figure(look: Look, size: tuple[int, int]) -> Image.Image:
    """Head and shoulders on a clear ground, lit from one side, twice the size for smooth edges."""
    width, height = size
    big = Image.new("RGBA", (width * 2, height * 2), (0, 0, 0, 0))
    draw = ImageDraw.Draw(big)
    x, unit = scale((width * 2, height * 2))
    skin = colour(look.skin)
    _shoulders(draw, x, unit, look)
    if look.head == "scarf":
        shade = mix(colour(look.wear), BLACK, 0.22)
        _ellipse(draw, (x, 41 * unit), (22.5 * unit, 29 * unit), shade)
    _neck(draw, x, unit, skin)
    _head(draw, x, unit, look)
    _face(big, x, unit, skin)
    {"wrap": _wrap, "scarf": _scarf, "short": _short, "curls": _curls}[look.head](
        draw, x, unit, colour(look.wear)
    )
    return _light(big, unit).resize((width, height), Image.Resampling.LANCZOS)


def _ellipse(
    draw: ImageDraw.ImageDraw, centre: tuple[float, float], reach: tuple[float, float], fill: Colour
) -> None:
    (x, y), (wide, tall) = centre, reach
    draw.ellipse([x - wide, y - tall, x + wide, y + tall], fill=fill)


def _shoulders(draw: ImageDraw.ImageDraw, x: float, unit: float, look: Look) -> None:
    cloth = colour(look.cloth)
    _ellipse(draw, (x, 102 * unit), (44 * unit, 31 * unit), cloth)
    _ellipse(draw, (x - 10 * unit, 106 * unit), (31 * unit, 30 * unit), mix(cloth, WHITE, 0.06))
    for across in (-27, 25):
        box = [x + (across - 14) * unit, 82 * unit, x + (across + 14) * unit, 130 * unit]
        draw.arc(box, 210, 300, fill=mix(cloth, BLACK, 0.14), width=int(unit * 1.4))


def _neck(draw: ImageDraw.ImageDraw, x: float, unit: float, skin: Colour) -> None:
    shade = mix(skin, BLACK, 0.28)
    draw.rounded_rectangle(
        [x - 9 * unit, 58 * unit, x + 9 * unit, 82 * unit], radius=7 * unit, fill=shade
    )
    _ellipse(draw, (x, 74 * unit), (12 * unit, 5 * unit), shade)


def _head(draw: ImageDraw.ImageDraw, x: float, unit: float, look: Look) -> None:
    skin = colour(look.skin)
    if look.head in {"short", "curls"}:
        for side in (-1, 1):
            ear = (x + side * 15.4 * unit, 45 * unit)
            _ellipse(draw, ear, (2.4 * unit, 4.6 * unit), mix(skin, BLACK, 0.14))
    _ellipse(draw, (x, 39 * unit), (15.4 * unit, 19 * unit), skin)
    _ellipse(draw, (x, 50 * unit), (12.8 * unit, 17 * unit), skin)
    if look.beard:
        hair = mix(colour("#1d1713"), skin, 0.2)
        draw.pieslice([x - 13.6 * unit, 32 * unit, x + 13.6 * unit, 69 * unit], 6, 174, fill=hair)
        _ellipse(draw, (x, 49.6 * unit), (11.2 * unit, 7.2 * unit), skin)


def _face(big: Image.Image, x: float, unit: float, skin: Colour) -> None:
    """Brows, eyes, nose and the beginning of a smile, as through a little haze."""
    layer = Image.new("RGBA", big.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    dark = (*mix(skin, (18, 12, 10), 0.75), 220)
    shade = (*mix(skin, BLACK, 0.3), 120)
    for side in (-1, 1):
        _eye(draw, x + side * 6.3 * unit, unit, skin)
        cheek = x + side * 8.6 * unit
        blush = (*mix(skin, (196, 82, 60), 0.4), 36)
        draw.ellipse([cheek - 4 * unit, 47 * unit, cheek + 4 * unit, 54 * unit], fill=blush)
    nose = [(x + 0.8 * unit, 43 * unit), (x + 3 * unit, 50.8 * unit), (x - 1 * unit, 51.4 * unit)]
    draw.polygon(nose, fill=shade)
    light = (*mix(skin, WHITE, 0.4), 110)
    draw.line(
        [(x - 0.8 * unit, 42 * unit), (x - 1.2 * unit, 49 * unit)], fill=light, width=int(unit)
    )
    smile = [x - 7 * unit, 46.8 * unit, x + 7 * unit, 58.2 * unit]
    draw.arc(smile, 38, 142, fill=dark, width=max(1, int(unit * 0.9)))
    big.alpha_composite(layer.filter(ImageFilter.GaussianBlur(unit * 0.62)))


def _eye(draw: ImageDraw.ImageDraw, x: float, unit: float, skin: Colour) -> None:
    """Half closed against the light, under its brow."""
    dark = (*mix(skin, (18, 12, 10), 0.75), 220)
    socket = (*mix(skin, BLACK, 0.3), 90)
    draw.ellipse([x - 4 * unit, 38.6 * unit, x + 4 * unit, 45.4 * unit], fill=socket)
    brow = [x - 4.6 * unit, 35.4 * unit, x + 4.6 * unit, 43.4 * unit]
    draw.arc(brow, 212, 328, fill=dark, width=int(unit * 1.2))
    white = (*mix(skin, WHITE, 0.5), 200)
    draw.ellipse([x - 2.7 * unit, 41.4 * unit, x + 2.7 * unit, 43.6 * unit], fill=white)
    draw.ellipse([x - 1.5 * unit, 41 * unit, x + 1.5 * unit, 43.8 * unit], fill=(30, 20, 16, 255))
    lid = [x - 3.3 * unit, 40.4 * unit, x + 3.3 * unit, 45 * unit]
    draw.arc(lid, 196, 344, fill=dark, width=int(unit * 0.8))


def _wrap(draw: ImageDraw.ImageDraw, x: float, unit: float, wear: Colour) -> None:
    """A head wrap, wound high, with a lighter fold."""
    draw.pieslice([x - 18.4 * unit, 8 * unit, x + 18.4 * unit, 58 * unit], 180, 360, fill=wear)
    top = (x + 2 * unit, 15 * unit)
    _ellipse(draw, top, (15 * unit, 8.5 * unit), mix(wear, BLACK, 0.14))
    draw.chord([x - 17.4 * unit, 24 * unit, x + 17.4 * unit, 46 * unit], 184, 356, fill=wear)
    for drop, fold in ((0, "#e7b35a"), (6, "#f0cf8d")):
        box = [x - 17.6 * unit, (16 + drop) * unit, x + 17.6 * unit, (48 + drop) * unit]
        draw.arc(box, 194, 346, fill=mix(wear, colour(fold), 0.6), width=int(unit * 1.1))


def _scarf(draw: ImageDraw.ImageDraw, x: float, unit: float, wear: Colour) -> None:
    """A scarf around the face, falling over the shoulders."""
    _ellipse(draw, (x, 88 * unit), (25 * unit, 26 * unit), wear)
    _ellipse(draw, (x - 2 * unit, 77 * unit), (20 * unit, 13 * unit), wear)
    left, top, right, bottom = x - 14.6 * unit, 22 * unit, x + 14.6 * unit, 66 * unit
    for grow, tone in ((8.0, 0.0), (5.6, 0.09), (3.2, 0.15), (1.0, 0.05)):
        out = grow * unit
        box = [left - out, top - out * 1.1, right + out, bottom + out]
        draw.arc(box, 0, 360, fill=mix(wear, BLACK, tone), width=int(unit * 3.4))
    for drop, reach in ((74, 16), (82, 19), (91, 22)):
        box = [x - reach * unit, (drop - 14) * unit, x + (reach + 3) * unit, (drop + 4) * unit]
        draw.arc(box, 20, 150, fill=mix(wear, BLACK, 0.13), width=int(unit * 1.2))


def _short(draw: ImageDraw.ImageDraw, x: float, unit: float, wear: Colour) -> None:
    draw.chord([x - 16 * unit, 18 * unit, x + 16 * unit, 58 * unit], 198, 342, fill=wear)


def _curls(draw: ImageDraw.ImageDraw, x: float, unit: float, wear: Colour) -> None:
    for step in range(26):
        turn = math.pi * (1.02 + 0.96 * step / 25)
        reach = 15 + 2 * math.sin(step * 2.3)
        curl = (x + math.cos(turn) * reach * unit, (36 + math.sin(turn) * reach * 1.1) * unit)
        tone = mix(wear, WHITE, 0.04 * (step % 3))
        _ellipse(draw, curl, (4 * unit, 4 * unit), tone)
    draw.chord([x - 15 * unit, 18 * unit, x + 15 * unit, 52 * unit], 200, 340, fill=wear)


def _light(big: Image.Image, unit: float) -> Image.Image:
    """Sun from the right: one cheek warm, the other in shade; then a little softness."""
    side = Image.linear_gradient("L").rotate(90).resize(big.size)
    shade = side.point([max(0, 120 - value) for value in range(256)])
    warm = side.point([max(0, value - 150) for value in range(256)])
    # The clear ground is black: take the edge in, so that none of it shows around the person.
    alpha = big.getchannel("A").filter(ImageFilter.MinFilter(5))
    lit = big.convert("RGB")
    lit.paste(Image.new("RGB", big.size, (20, 10, 16)), (0, 0), shade)
    lit.paste(Image.new("RGB", big.size, (255, 214, 150)), (0, 0), warm)
    lit = lit.filter(ImageFilter.GaussianBlur(unit * 0.12))
    lit.putalpha(alpha.filter(ImageFilter.GaussianBlur(unit * 0.22)))
    return lit
