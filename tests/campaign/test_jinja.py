"""The lists that Jinja renders know what a template knows, and say what they were not given."""

import pytest
from django.template import engines
from jinja2 import UndefinedError


def test_has_the_filters_icons_and_addresses_of_a_template() -> None:
    made = engines["jinja2"].from_string(
        '{{ 1284|thousands }} {{ "und"|language_in_english }} {{ icon("send") }} '
        '{{ url("desk", "iwelcome") }} {{ words }}'
    )

    said = made.render({"words": "<b>"})

    assert said.startswith('1,284 und <svg class="icon "')
    assert said.endswith("/c/iwelcome/desk/ &lt;b&gt;")


def test_a_name_that_was_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="campain"):
        engines["jinja2"].from_string("{{ campain }}").render({"campaign": 1})
