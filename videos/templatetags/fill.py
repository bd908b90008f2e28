"""Texts of `videos.wording` with their braces filled in."""

from datetime import datetime

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from campaign import languages

register = template.Library()


@register.simple_tag
def fill(text: str, **values: object) -> SafeString:
    """`{% fill words.join_hello name=person.name %}`; values are isolated from the text's
    direction, so that a Latin name in an Arabic sentence turns nothing around."""
    isolated = {name: format_html("<bdi>{}</bdi>", value) for name, value in values.items()}
    return format_html(conditional_escape(text), **isolated)


@register.simple_tag
def clock(moment: datetime, language: str) -> str:
    """The hour and minute of a moment in the page's time zone, with the language's digits."""
    return languages.digits(f"{localtime(moment):%H:%M}", language)
