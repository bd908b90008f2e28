"""Jinja, for the lists whose rows make a page slow: it renders them several times as fast.

A page is a Django template, and asks for such a list with a tag of its own (`{% cards %}`). The
list, `<name>.jinja` beside it, knows the same filters; a name that it was not given is an error.
"""

from typing import Any

from django.template.library import import_library
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from jinja2 import BaseLoader, Environment, StrictUndefined

from campaign.templatetags.newsroom import icon


def rendered(name: str, given: dict[str, Any]) -> SafeString:
    """That list, for a Django template to hold."""
    return mark_safe(render_to_string(name, given, using="jinja2"))  # noqa: S308  Jinja escapes


def environment(
    *, libraries: list[str], loader: BaseLoader, auto_reload: bool, **_others: Any
) -> Environment:
    """For `TEMPLATES`; LIBRARIES are the modules whose filters it knows."""
    made = Environment(
        autoescape=True,
        auto_reload=auto_reload,
        loader=loader,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    for library in libraries:
        made.filters |= import_library(library).filters
    made.globals |= {"icon": icon, "url": _url}
    return made


def _url(name: str, *args: Any) -> str:
    return reverse(name, args=args)
