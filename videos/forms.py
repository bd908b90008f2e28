"""What a crew says about a film, and how editors narrow down the library."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from videos.actions import footage, uploads
from videos.models import Brief, Clip, Consent, Place, Storyteller, StorytellerQuerySet
from videos.processing.probe import MAX_BYTES
from videos.themes import THEMES
from videos.wording import Words


def storytellers_at(place: Place) -> StorytellerQuerySet:
    """The storytellers of a place, each with `has_consent`: whether a clip of them may be shown."""
    consents = Consent.objects.valid(
        network=footage.NETWORK, campaign=OuterRef("campaign"), at=timezone.now()
    )
    return (
        Storyteller.objects.at(place)
        .filter(active=True)
        .annotate(has_consent=Exists(consents.filter(storyteller=OuterRef("pk"))))
    )


class FilmForm(forms.Form):
    """What a crew's phone tells of one film, before the film itself comes."""

    id = forms.UUIDField()
    name = forms.CharField(max_length=1000, required=False)
    length = forms.IntegerField()
    sha256 = forms.RegexField(r"\A[0-9a-f]{64}\Z")
    storyteller = forms.ModelChoiceField(Storyteller.objects.none())
    brief = forms.ModelChoiceField(Brief.objects.none(), required=False)
    title = forms.CharField(max_length=120)
    quote = forms.CharField(max_length=1000, required=False)
    language = forms.ChoiceField(choices=settings.LANGUAGES)
    themes = forms.MultipleChoiceField(choices=list(THEMES.items()), required=False)
    voice_only = forms.BooleanField(required=False)
    consent = forms.BooleanField()

    def __init__(self, *args: Any, place: Place, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        self._choose("storyteller", storytellers_at(place))
        self._choose("brief", Brief.objects.at(place))
        missing = {
            "storyteller": words.speaker_missing,
            "title": words.about_missing,
            "language": words.language_missing,
            "consent": words.consent_missing,
        }
        for name, field in self.fields.items():
            wrong = missing.get(name, words.copy_failed)
            field.error_messages |= {"required": wrong, "invalid_choice": wrong, "invalid": wrong}
        for name in ("title", "quote"):
            self.fields[name].validators = [
                MaxLengthValidator(self._limit(name), words.too_long_text),
                ProhibitNullCharactersValidator(),
            ]

    def _choose(self, name: str, rows: QuerySet[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy which field it is
        field.queryset = rows

    def _limit(self, name: str) -> int:
        field = self.fields[name]
        assert isinstance(field, forms.CharField)  # noqa: S101 - tells mypy which field it is
        return field.max_length or 0

    def clean_length(self) -> int:
        length: int = self.cleaned_data["length"]
        if length <= 0:
            raise forms.ValidationError(self.words.empty_film)
        if length > MAX_BYTES:
            raise forms.ValidationError(self.words.too_big)
        return length

    @property
    def film(self) -> uploads.Film:
        said = self.cleaned_data
        return uploads.Film(said["id"], said["name"], said["length"], said["sha256"])

    @property
    def telling(self) -> footage.Telling:
        said = self.cleaned_data
        return footage.Telling(
            title=said["title"],
            language=said["language"],
            quote=said["quote"],
            themes=tuple(said["themes"]),
            voice_only=said["voice_only"],
        )


class WithdrawForm(forms.Form):
    """How we learnt that somebody withdraws, and that the person at the desk means it."""

    channel = forms.ChoiceField(
        choices=Consent.Channel.choices,
        error_messages={
            "required": "Say how we learnt of it.",
            "invalid_choice": "Choose one of these.",
        },
    )
    sure = forms.BooleanField(
        error_messages={"required": "Confirm that all their clips go. Nothing was changed."}
    )


class ShelfFilter(forms.Form):
    """How the library is narrowed; whatever is not one of the choices is ignored."""

    status = forms.ChoiceField(choices=Clip.Status.choices, required=False)
    language = forms.CharField(max_length=8, required=False)
    place = forms.SlugField(required=False)
    theme = forms.CharField(max_length=40, required=False)

    LOOKUPS = {
        "status": "status",
        "language": "language",
        "place": "storyteller__place__slug",
        "theme": "themes__contains",
    }

    def lookups(self) -> dict[str, Any]:
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if "theme" in chosen:
            chosen["theme"] = [chosen["theme"]]
        return {self.LOOKUPS[name]: value for name, value in chosen.items()}
