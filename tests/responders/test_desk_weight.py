"""The count beside the text: X's own rules on the server, and the same at once in the browser."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from responders import weight

SAMPLES = [
    "",
    "Hi @tess_morland, Leila in Kakuma, Kenya, has answered your tweet.",
    "Please add your name: https://iwelcome.org/s/k7m2q and thank you",
    "http://example.com/a?b=c&d=e#f https://sub.example.co.uk/path/",
    "See example.com, or www.example.org/x. Not e.g. nor a.b",
    "A link in brackets (https://example.com/x) and a comma https://example.com/y, too",
    "Merci beaucoup, ça va déjà mieux : « à bientôt » …",
    "e\u0301te\u0301 composed or not",
    "من حق كل طفل أن يذهب إلى المدرسة، أينما وُلد. #IWelcome",
    "Tunawakaribisha ndugu zetu 🙏🏾",
    "日本語のテキスト 한국어 텍스트 中文",
    "Family 👩‍👩‍👧‍👦 flag 🇰🇪 keycap 1️⃣ heart ❤️ plain ❤ skin 👍🏿",
    "🏴󠁧󠁢󠁳󠁣󠁴󠁿 and 🏳️‍🌈 and 🏴‍☠️ and ⛹🏽‍♀️",
    "Quotes “curly” and dashes – — and dots • …",
    "Digits 0123 and signs # * © ® ™",
    "line\r\nends\rand\nmore",
    "x" * 281,
    "mail me at someone@example.com please",
    "€ 5 and £ 4 and ½",
    "😀" * 140,
    "café.com and münchen.de/straße",
]


@pytest.mark.parametrize(
    ("text", "units", "valid"),
    [
        ("Hello", 5, True),
        ("https://example.com/" + "a" * 200, 23, True),
        ("👩‍👩‍👧‍👦", 2, True),
        ("日本", 4, True),
        ("a" * 280, 280, True),
        ("a" * 281, 281, False),
        ("", 0, False),
    ],
)
def test_weigh_counts_as_x_does(text: str, units: int, valid: bool) -> None:
    weighed = weight.weigh(text)

    assert (weighed.units, weighed.valid, weighed.left) == (units, valid, 280 - units)


@pytest.mark.skipif(shutil.which("node") is None, reason="node runs the browser's counter here")
def test_browser_counts_as_the_server_does(tmp_path: Path) -> None:
    source = Path(settings.BASE_DIR) / "static" / "js" / "weight.js"
    (tmp_path / "weight.mjs").write_text(source.read_text())
    script = tmp_path / "count.mjs"
    script.write_text(
        'import { weigh } from "./weight.mjs";\n'
        f"console.log(JSON.stringify({json.dumps(SAMPLES)}.map(weigh)));\n"
    )

    done = subprocess.run(
        [str(shutil.which("node")), str(script)], capture_output=True, text=True, check=True
    )

    counted = dict(zip(SAMPLES, json.loads(done.stdout), strict=True))
    assert counted == {text: weight.weigh(text).units for text in SAMPLES}
