"""What a crew says about a film, and how editors narrow down the library."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from campaign.models import Campaign, User
from videos.actions import consent_forms, footage, review, uploads
from videos.models import Brief, Clip, Consent, Place, Storyteller, StorytellerQuerySet
from videos.phones import people_of
from videos.processing.probe import MAX_BYTES
from videos.themes import THEMES
from videos.wording import Words


def storytellers_at(place: Place) -> StorytellerQuerySet:
    """The storytellers of a place, each with `has_consent`: whether they may be filmed."""
    consents = Consent.objects.agreed(
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


class InvitePhoneForm(forms.Form):
    """Whose phone is to be signed in, and what it is called in the list."""

    person = forms.ModelChoiceField(
        User.objects.none(),
        error_messages={
            "required": "Choose whose phone it is.",
            "invalid_choice": "Choose somebody of this campaign’s crews.",
        },
    )
    name = forms.CharField(
        max_length=60,
        error_messages={
            "required": "Say which phone, so that you find it when it is lost.",
            "max_length": "Keep it to 60 letters.",
        },
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - tells mypy which field it is
        field.queryset = people_of(campaign)


class WithdrawForm(forms.Form):
    """How we learnt that somebody withdraws, and that the person at the desk means it."""

    channel = forms.ChoiceField(
        choices=Consent.Channel.choices,
        error_messages={
            "required": "Say how we learnt of it.",
            "invalid_choice": "Choose one of these.",
        },
    )
    scope = forms.ChoiceField(choices=Consent.Scope.choices, required=False)
    sure = forms.BooleanField(
        error_messages={"required": "Confirm that all their clips go. Nothing was changed."}
    )


class WithdrawByCodeForm(forms.Form):
    """What a storyteller types on the public page."""

    code = forms.CharField(max_length=40)
    scope = forms.ChoiceField(choices=Consent.Scope.choices, initial=Consent.Scope.EVERYTHING)


class IdentityForm(forms.Form):
    """Who somebody really is; all of it may stay empty."""

    real_name = forms.CharField(max_length=200, required=False)
    contact = forms.CharField(max_length=500, required=False, widget=forms.Textarea)
    notes = forms.CharField(max_length=4_000, required=False, widget=forms.Textarea)


class RiskForm(forms.Form):
    """What safeguarding judges of somebody."""

    is_minor = forms.BooleanField(required=False)
    age_band = forms.ChoiceField(choices=Storyteller.AgeBand.choices, required=False)
    risk = forms.ChoiceField(choices=Storyteller.Risk.choices)
    active = forms.BooleanField(required=False)


class DescriptionForm(forms.Form):
    """What London says of a clip."""

    title = forms.CharField(
        max_length=120, error_messages={"required": "Write in a few words what it is about."}
    )
    quote = forms.CharField(max_length=1000, required=False, widget=forms.Textarea)
    language = forms.ChoiceField(
        choices=settings.LANGUAGES, widget=forms.Select(attrs={"class": "input"})
    )
    themes = forms.MultipleChoiceField(choices=list(THEMES.items()), required=False)

    @staticmethod
    def of(clip: Clip) -> dict[str, Any]:
        """What the form shows of a clip at first."""
        names = ("title", "quote", "language", "themes")
        return {name: getattr(clip, name) for name in names}

    @property
    def description(self) -> review.Description:
        said = self.cleaned_data
        return review.Description(
            title=said["title"],
            quote=said["quote"],
            language=said["language"],
            themes=tuple(said["themes"]),
        )


class ConsentForm(forms.Form):
    """A consent from paper or a call, as safeguarding writes it down."""

    method = forms.ChoiceField(choices=Consent.Method.choices)
    language = forms.ChoiceField(choices=settings.LANGUAGES)
    told = forms.MultipleChoiceField(
        choices=Consent.Told.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    given_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    networks = forms.MultipleChoiceField(
        choices=[(footage.NETWORK, "X")], required=False, widget=forms.CheckboxSelectMultiple
    )
    show_face = forms.BooleanField(required=False)
    show_voice = forms.BooleanField(required=False)
    show_name = forms.BooleanField(required=False)
    show_place = forms.ChoiceField(choices=Consent.PlaceShown.choices)
    expires_on = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    review_on = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    witness = forms.CharField(max_length=120, required=False)
    interpreter = forms.CharField(max_length=120, required=False)
    guardian = forms.CharField(max_length=120, required=False)
    guardian_agreed = forms.BooleanField(required=False)
    child_assented = forms.BooleanField(required=False)
    evidence = forms.FileField(required=False)

    def __init__(self, *args: Any, storyteller: Storyteller, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.storyteller = storyteller
        for field in self.fields.values():
            if not isinstance(field, forms.BooleanField | forms.MultipleChoiceField):
                field.widget.attrs["class"] = "input"
        self.fields["given_on"].initial = timezone.localdate()
        self.fields["networks"].initial = [footage.NETWORK]

    @property
    def terms(self) -> consent_forms.Terms:
        """What was agreed; a day ends in the storyteller's own place."""
        said = self.cleaned_data
        same = (
            *("show_face", "show_voice", "show_name", "witness", "interpreter", "guardian"),
            *("guardian_agreed", "child_assented", "language"),
        )
        return consent_forms.Terms(
            method=Consent.Method(said["method"]),
            told=tuple(said["told"]),
            networks=tuple(said["networks"]),
            show_place=Consent.PlaceShown(said["show_place"]),
            given_at=self._moment(said["given_on"], time.min),
            expires_at=said["expires_on"] and self._moment(said["expires_on"], time.max),
            review_at=said["review_on"] and self._moment(said["review_on"], time.min),
            **{name: said[name] for name in same},
        )

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, tzinfo=self.storyteller.place.tz)


class EvidenceForm(forms.Form):
    """What a phone tells of the file that shows a consent, before the file itself comes."""

    evidence_id = forms.UUIDField()
    evidence_name = forms.CharField(max_length=1000, required=False)
    evidence_type = forms.CharField(max_length=60, required=False)
    evidence_length = forms.IntegerField(min_value=1, max_value=consent_forms.MAX_EVIDENCE)
    evidence_sha256 = forms.RegexField(r"\A[0-9a-f]{64}\Z")

    @property
    def film(self) -> uploads.Film:
        said = self.cleaned_data
        names = ("evidence_id", "evidence_name", "evidence_length", "evidence_sha256")
        return uploads.Film(*(said[name] for name in names))


class ShelfFilter(forms.Form):
    """How the library is narrowed; whatever is not one of the choices is ignored."""

    q = forms.CharField(max_length=80, required=False)
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
        chosen.pop("q", None)
        if "theme" in chosen:
            chosen["theme"] = [chosen["theme"]]
        return {self.LOOKUPS[name]: value for name, value in chosen.items()}
