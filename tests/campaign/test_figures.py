"""The table of figures is written by what measures them."""

import re

from tests.bench import __main__ as bench
from tests.bench import table

RESULT = {
    "value": 40,
    "unit": "ms p95",
    "baseline": "1 ms",
    "ratio": 40,
    "goal": "≤ 60 ms",
    "ok": True,
}


def test_run_changes_its_own_rows_alone() -> None:
    both = table.table("", {"desk": RESULT, "live": RESULT | {"ok": False}}, names=["desk", "live"])
    after = table.table(both, {"desk": RESULT | {"value": 41}}, names=["desk", "live", "tabs"])
    rows = dict(table.rows(after))
    assert rows["desk"][:5] == ("41 ms p95", "1 ms", "40", "≤ 60 ms", "yes")
    assert rows["live"] == dict(table.rows(both))["live"]
    assert rows["live"][4] == "**no**"
    assert rows["tabs"][0] == "not measured"


def test_page_has_a_row_for_every_figure_and_none_by_hand() -> None:
    page = table.PAGE.read_text()
    inside = page.partition(table.BEGIN)[2].partition(table.END)[0]
    assert [name for name, _ in table.rows(inside)] == list(bench.NAMES)
    outside = page.replace(inside, "")
    assert re.findall(r"^\| `\w+`", outside, re.MULTILINE) == []
