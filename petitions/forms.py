"""The form of the petition page. What it says when something is wrong comes from `Words`."""

import unicodedata
from functools import lru_cache
from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from petitions import addresses, proof, tokens
from petitions.actions.signing import Person
from petitions.pages import Page
from petitions.wording import countries

LONGEST_NAME = 120
LONGEST_POSTCODE = 12
#: Letters, marks and what stands between them in names; joiners for Persian and Indic ones.
_NAME_CATEGORIES = frozenset("LMNZ")
_NAME_MARKS = frozenset("'’‘ʼ.-–,()·\u200c\u200d")


@lru_cache
def _options(language: str) -> SafeString:
    """The longest part of the page, and the same each time."""
    return format_html_join("", '<option value="{}">{}</option>', countries(language))


def _is_name(text: str) -> bool:
    fits = all(
        unicodedata.category(letter)[0] in _NAME_CATEGORIES or letter in _NAME_MARKS
        for letter in text
    )
    return fits and any(letter.isalpha() for letter in text) and "www." not in text.lower()


class Written(forms.CharField):
    """Text of any kind and length: what is wrong with it is said below, in the page's words."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(required=False, **facts)
        self.validators.clear()


class SignForm(forms.Form):
    """Checks a signature. `offer` holds the address that was probably meant, when one was."""

    name = Written()
    email = Written()
    country = Written()
    postcode = Written()
    news = forms.BooleanField(required=False)
    topic = Written(help_text="Empty, unless a program filled it in.")
    use = Written(help_text="The offered address, taken up.")
    kept = Written(help_text="The address for which an offer was made.")
    token = Written()
    work = Written(help_text="What a browser found when many signatures come at once.")
    ticket = Written(help_text="For those who wait instead.")

    def __init__(self, *args: Any, page: Page, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page = page
        self.words = page.words
        self.offer: str | None = None
        self.step: proof.Step | None = None

    @property
    def country_options(self) -> SafeString:
        """All countries, the chosen one selected."""
        options = _options(self.page.language)
        chosen = self["country"].value()
        if chosen in dict(countries(self.page.language)):
            mark = f'value="{chosen}"'
            return SafeString(options.replace(mark, f"{mark} selected", 1))
        return options

    @property
    def fresh_token(self) -> str:
        return tokens.for_form(self.page.petition.slug)

    @property
    def offer_text(self) -> str:
        return self.words.did_you_mean.format(address=self.offer or "")

    @property
    def step_wait(self) -> str:
        return self.words.step_wait.format(seconds=self.step.seconds if self.step else 0)

    @property
    def proves_a_person(self) -> bool:
        return proof.is_given(work=self.cleaned_data["work"], ticket=self.cleaned_data["ticket"])

    @property
    def looks_automatic(self) -> bool:
        return bool(self.cleaned_data.get("topic"))

    def clean_name(self) -> str:
        name = " ".join(unicodedata.normalize("NFC", self.cleaned_data["name"]).split())
        if not name:
            raise forms.ValidationError(self.words.name_missing)
        if len(name) > LONGEST_NAME:
            raise forms.ValidationError(self.words.name_long.format(n=len(name)))
        if not _is_name(name):
            raise forms.ValidationError(self.words.name_strange)
        return name

    def clean_email(self) -> str:
        written = (self.data.get("use") or self.cleaned_data["email"]).strip()
        if not written:
            raise forms.ValidationError(self.words.email_missing)
        try:
            address = addresses.check(written)
        except addresses.Unusable:
            raise forms.ValidationError(self.words.email_wrong) from None
        if written != self.data.get("kept", "").strip() and not self.data.get("use"):
            self.offer = addresses.suggestion(address)
        return address

    def clean_country(self) -> str:
        code: str = self.cleaned_data["country"]
        if code not in dict(countries(self.page.language)):
            raise forms.ValidationError(self.words.country_missing)
        return code

    def clean_postcode(self) -> str:
        """Anything short that may be one; what else was written is dropped, not complained of."""
        code = " ".join(self.cleaned_data["postcode"].split()).upper()
        fits = len(code) <= LONGEST_POSTCODE and code.replace(" ", "").replace("-", "").isalnum()
        return code if fits and self.page.petition.asks_postcode else ""

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if not tokens.form_is_ours(facts.get("token", ""), petition_slug=self.page.petition.slug):
            raise forms.ValidationError(self.words.form_old)
        return facts

    def person(self) -> Person:
        """What was written, once the form is valid."""
        return Person(
            name=self.cleaned_data["name"],
            email=self.cleaned_data["email"],
            country=self.cleaned_data["country"],
            language=self.page.language,
            wants_news=self.cleaned_data["news"],
            postcode=self.cleaned_data["postcode"],
        )
