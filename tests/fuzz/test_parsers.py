"""What reads the texts of strangers understands them or says that it does not; it never breaks."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign import spreadsheet
from campaign.intake import parse
from campaign.networks.base import IncomingPost, Skipped
from petitions import addresses, osdi, sheets
from videos import serving, withdrawal_codes
from videos.actions import captions

few = settings(max_examples=120, deadline=None, database=None, derandomize=True)

text = st.text(max_size=80)
scalar = st.none() | st.booleans() | st.integers() | st.floats() | text
json_ = st.recursive(
    scalar, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4)
)


def shaped(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of these names, and anything behind them."""
    return st.dictionaries(st.sampled_from(names), json_, max_size=len(names))


@few
@given(st.lists(st.binary(max_size=60) | json_.map(lambda one: json.dumps(one).encode())))
def test_replayed_line_is_a_post_or_is_skipped(lines: list[bytes]) -> None:
    file = io.BytesIO(b"\n".join(line.replace(b"\n", b" ") for line in lines))
    for one in parse.posts(file):
        assert isinstance(one, IncomingPost | Skipped)


@few
@given(
    json_
    | shaped("_embedded", "_links", "osdi:signatures")
    | st.fixed_dictionaries({"_embedded": shaped("osdi:signatures")})
)
def test_page_of_another_platform_yields_signatures_or_nothing(payload: Any) -> None:
    for one in osdi.signatures(payload):
        assert isinstance(osdi.read(one), osdi.Outsider | osdi.Unread | None)
    assert isinstance(osdi.next_page(payload), str)


@few
@given(shaped("identifiers", "created_date", "_links", "_embedded", "osdi:person", "person"))
def test_signature_of_another_platform_is_read_or_refused(signature: dict[str, Any]) -> None:
    assert isinstance(osdi.read(signature), osdi.Outsider | osdi.Unread | None)


@few
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_sheet_is_read_or_refused(content: bytes) -> None:
    try:
        sheet = sheets.parse(sheets.decode(content))
    except sheets.Unreadable:
        return
    for one in sheets.people(sheet, {"email": 0, "name": 1, "country": 7}):
        assert isinstance(one, osdi.Outsider | sheets.Refusal)


@few
@given(text | st.emails())
def test_address_is_usable_or_refused(typed: str) -> None:
    try:
        checked = addresses.check(typed)
    except addresses.Unusable:
        return
    assert addresses.check(checked) == checked
    assert addresses.canonical(addresses.canonical(checked)) == addresses.canonical(checked)


@few
@given(json_ | st.lists(shaped("start", "end", "text")))
def test_captions_of_a_page_are_read_or_refused(segments: Any) -> None:
    try:
        read = captions.from_json(segments)
    except captions.CaptionsError:
        return
    assert all(0 <= one.start < one.end for one in read)


@few
@given(st.text(max_size=60) | st.from_regex(r"bytes=\d*-\d*"), st.integers(1, 10**9))
def test_range_lies_within_the_file(header: str, size: int) -> None:
    span = serving._span(header, size)
    if span is not None:
        first, last = span
        assert 0 <= first <= last < size


@few
@given(text)
def test_withdrawal_code_is_tidied_once(typed: str) -> None:
    tidied = withdrawal_codes.tidy(typed)
    assert withdrawal_codes.tidy(tidied) == tidied


@few
@given(text)
def test_cell_of_an_export_is_no_formula(cell: str) -> None:
    assert not spreadsheet.safe(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("header", ["bytes=" + "9" * 5000 + "-", "bytes=-" + "9" * 5000])
def test_range_of_absurd_length_is_answered(header: str) -> None:
    assert serving._span(header, 100) in {None, (0, 99)}
