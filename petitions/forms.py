"""The form of the petition page. What it says when something is wrong comes from `Words`."""

import unicodedata
from functools import lru_cache
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from petitions import addresses, proof, tokens
from petitions.actions.signing import Person
from petitions.pages import Page
from petitions.wording import countries, country_codes

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

    def __deepcopy__(self, _memo: object) -> "Written":
        """Nothing in it belongs to one form: all forms share it."""
        return self


class SignForm(forms.Form):
    """Checks a signature. `offer` holds the address that was probably meant, when one was.

    What the page itself put into the form is read with `sent` and is no field: `token`; `topic`,
    which is empty unless a program filled it in; `use`, the offered address, taken up; `kept`, the
    address for which an offer was made; `work` and `ticket`, see `proof`.
    """

    name = Written()
    email = Written()
    country = Written()
    postcode = Written()
    news = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict | None = None, *, page: Page) -> None:
        super().__init__(data, label_suffix="")  # the page has its own labels
        self.page = page
        self.words = page.words
        self.offer: str | None = None
        self.step: proof.Step | None = None

    @property
    def country_options(self) -> SafeString:
        """All countries, the chosen one selected."""
        options = _options(self.page.language)
        chosen = self["country"].value()
        if chosen in country_codes(self.page.language):
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
        return proof.is_given(work=self.sent("work"), ticket=self.sent("ticket"))

    @property
    def looks_automatic(self) -> bool:
        return bool(self.sent("topic"))

    @property
    def kept(self) -> str:
        return self.sent("kept")

    def sent(self, name: str) -> str:
        return str(self.data.get(name, "")).strip()

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
        written = self.sent("use") or self.cleaned_data["email"]
        if not written:
            raise forms.ValidationError(self.words.email_missing)
        try:
            address = addresses.check(written)
        except addresses.Unusable:
            raise forms.ValidationError(self.words.email_wrong) from None
        if written != self.kept and not self.sent("use"):
            self.offer = addresses.suggestion(address)
        return address

    def clean_country(self) -> str:
        code: str = self.cleaned_data["country"]
        if code not in country_codes(self.page.language):
            raise forms.ValidationError(self.words.country_missing)
        return code

    def clean_postcode(self) -> str:
        """Anything short that may be one; what else was written is dropped, not complained of."""
        code = " ".join(self.cleaned_data["postcode"].split()).upper()
        fits = len(code) <= LONGEST_POSTCODE and code.replace(" ", "").replace("-", "").isalnum()
        return code if fits and self.page.petition.asks_postcode else ""

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if not tokens.form_is_ours(self.sent("token"), petition_slug=self.page.petition.slug):
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
