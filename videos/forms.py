"""What a crew says about a film, and how editors narrow down the library."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Exists, OuterRef
from django.utils import timezone

from videos.actions import footage
from videos.models import Clip, Consent, Place, Storyteller, StorytellerQuerySet
from videos.themes import THEMES


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
    """One film with what is said in it. It comes from the camera or from the phone's memory."""

    storyteller = forms.ModelChoiceField(
        Storyteller.objects.none(),
        error_messages={
            "required": "Choose who speaks.",
            "invalid_choice": "Choose somebody from this list.",
        },
    )
    film = forms.FileField(required=False, allow_empty_file=True)
    chosen = forms.FileField(required=False, allow_empty_file=True)
    title = forms.CharField(
        max_length=120,
        error_messages={
            "required": "Write in a few words what it is about.",
            "max_length": "Keep it to 120 letters.",
        },
    )
    quote = forms.CharField(
        max_length=1000,
        required=False,
        error_messages={"max_length": "Keep it to 1,000 letters."},
    )
    language = forms.ChoiceField(
        choices=settings.LANGUAGES,
        error_messages={
            "required": "Choose the language that is spoken.",
            "invalid_choice": "Choose one of these languages.",
        },
    )
    themes = forms.MultipleChoiceField(choices=list(THEMES.items()), required=False)
    voice_only = forms.BooleanField(required=False)
    consent = forms.BooleanField(
        error_messages={
            "required": "Ask first. Without a yes for this film we cannot take it.",
        }
    )

    def __init__(self, *args: Any, place: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["storyteller"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy which field it is
        field.queryset = storytellers_at(place)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        files = [one for one in (cleaned.get("film"), cleaned.get("chosen")) if one is not None]
        if not files and not {"film", "chosen"} & set(self.errors):
            self.add_error("film", "Film now, or choose a film on this phone.")
        if len(files) > 1:
            self.add_error("film", "Send one film at a time.")
        return cleaned

    @property
    def upload(self) -> UploadedFile:
        """The one file that came."""
        upload: UploadedFile = self.cleaned_data["film"] or self.cleaned_data["chosen"]
        return upload

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
