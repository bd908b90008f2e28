"""The form that asks the field: what to say, whom, in which language, until when."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from campaign import languages
from campaign.models import Campaign, Mention
from videos import routing
from videos.actions import briefs
from videos.models import Storyteller
from videos.routing import Placing

WITHIN = {
    "30": "30 minutes",
    "60": "1 hour",
    "120": "2 hours",
    "240": "4 hours",
    "720": "12 hours",
    "1440": "A day",
}


def language_name(code: str) -> str:
    """As London calls it: "Swahili"."""
    names = languages.locale("en").languages
    return str(names.get(languages.base(code), code))


LANGUAGES = {code: language_name(code) for code, _ in settings.LANGUAGES}


class AskForm(forms.Form):
    """One brief. `whom` is a place, or a place and one of its storytellers: "3" or "3-12"."""

    words = forms.CharField(
        max_length=500,
        error_messages={
            "required": "Write what to say: a line or two is enough.",
            "max_length": "Keep it to 500 letters. They read it on a phone, in the sun.",
        },
    )
    whom = forms.ChoiceField(
        error_messages={
            "required": "Choose who is asked.",
            "invalid_choice": "They cannot be asked any more. Choose somebody from this list.",
        }
    )
    language = forms.ChoiceField(
        choices=settings.LANGUAGES,
        error_messages={
            "required": "Choose the language to speak.",
            "invalid_choice": "Choose one of these languages.",
        },
    )
    within = forms.ChoiceField(
        choices=list(WITHIN.items()),
        error_messages={
            "required": "Choose until when.",
            "invalid_choice": "Choose one of these.",
        },
    )
    gist = forms.CharField(
        max_length=500,
        required=False,
        error_messages={"max_length": "Keep it to 500 letters."},
    )

    def __init__(self, *args: Any, placings: list[Placing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.placings = placings
        self.people: dict[str, tuple[Placing, Storyteller | None]] = {}
        for placing in placings:
            self.people[str(placing.place.pk)] = (placing, None)
            for teller in placing.tellers:
                self.people[f"{placing.place.pk}-{teller.person.pk}"] = (placing, teller.person)
        field = self.fields["whom"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy which field it is
        field.choices = [(key, key) for key in self.people]

    @property
    def asking(self) -> briefs.Asking:
        said = self.cleaned_data
        placing, person = self.people[said["whom"]]
        return briefs.Asking(
            place=placing.place,
            storyteller=person,
            words=said["words"],
            language=said["language"],
            deadline=timezone.now() + timedelta(minutes=int(said["within"])),
            gist=said["gist"],
            gist_language=crew_reads(placing, spoken=said["language"]),
            reasons=placing.why(person),
        )


def crew_reads(placing: Placing, *, spoken: str) -> str:
    """The language of the gist: what the crew there reads; that of the brief if they read it."""
    if not placing.reads or spoken in placing.reads:
        return spoken
    return placing.reads[0]


def begin(
    campaign: Campaign,
    *,
    mention: Mention | None,
    data: Any = None,
    language: str = "",
    initial: dict[str, Any] | None = None,
) -> AskForm:
    """The form with the places as they are now, the best placed chosen."""
    spoken = language or language_of(mention, campaign=campaign)
    placings = routing.rank(campaign, language=spoken, themes=routing.themes_of(mention))
    begun = {
        "language": spoken,
        "within": "60",
        "whom": _whom(placings),
        "words": _words(mention),
        **(initial or {}),
    }
    return AskForm(data, placings=placings, initial=begun)


def language_of(mention: Mention | None, *, campaign: Campaign) -> str:
    """Theirs if the campaign is staffed for it, else its first."""
    staffed = campaign.languages or ["en"]
    theirs = mention.lang.split("-", maxsplit=1)[0] if mention is not None else ""
    return theirs if theirs in staffed else ("en" if "en" in staffed else staffed[0])


def _whom(placings: list[Placing]) -> str:
    if not placings:
        return ""
    first = placings[0]
    best = first.best
    return f"{first.place.pk}-{best.person.pk}" if best else str(first.place.pk)


def _words(mention: Mention | None) -> str:
    """How most briefs begin; the editor makes it theirs."""
    if mention is None:
        return ""
    name = (mention.author_name or mention.author_handle).split(maxsplit=1)[0]
    return f"Thank {name}. Your own answer, in a sentence or two. Then: please sign."
