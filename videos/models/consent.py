from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from campaign.encryption import EncryptedTextField
from campaign.models import Campaign
from campaign.prepared import Given
from videos.models.storytellers import Storyteller


class Terms(NamedTuple):
    """What one consent lets us show: all that a look at hundreds of them needs."""

    storyteller_id: int
    show_name: bool
    show_face: bool
    show_voice: bool
    show_place: str


class ConsentQuerySet(models.QuerySet["Consent"]):
    def newest(self) -> "ConsentQuerySet":
        """The version of each storyteller that counts."""
        newer = Consent.objects.filter(
            storyteller=OuterRef("storyteller"), version__gt=OuterRef("version")
        )
        return self.filter(~Exists(newer))

    def valid(
        self,
        *,
        network: str | Given,
        campaign: Campaign | int | OuterRef | Given,
        at: datetime | Given,
    ) -> "ConsentQuerySet":
        """What may be shown and posted: agreed, and the evidence that was promised is here."""
        agreed = self.agreed(network=network, campaign=campaign, at=at)
        return agreed.filter(~Q(evidence="") | Q(evidence_sha256=""))

    def awaiting_evidence(self) -> "ConsentQuerySet":
        """What shows them is on its way from a phone; until then nobody relies on them."""
        return self.filter(evidence="").exclude(evidence_sha256="")

    def agreed(
        self,
        *,
        network: str | Given,
        campaign: Campaign | int | OuterRef | Given,
        at: datetime | Given,
    ) -> "ConsentQuerySet":
        """Newest versions that allow this network and campaign at that time, not withdrawn.

        Enough to film; to show a film, ask for `valid`. A network shows a post everywhere, so a
        consent that is limited to some countries allows none. For a minor a guardian must have
        consented and the child agreed.
        """
        pk = campaign.pk if isinstance(campaign, Campaign) else campaign
        own = Q(campaigns=[], storyteller__campaign=pk)
        adult = Q(storyteller__is_minor=False)
        return self.newest().filter(
            Q(expires_at=None) | Q(expires_at__gt=at),
            own | Q(campaigns__contains=[pk]),
            adult | Q(guardian_agreed=True, child_assented=True),
            networks__contains=[network],
            countries=[],
            withdrawn_at=None,
            given_at__lte=at,
        )

    def to_review(self, *, at: datetime) -> "ConsentQuerySet":
        """Consents that stand and whose date for another talk with the storyteller has come."""
        return self.newest().filter(
            Q(expires_at=None) | Q(expires_at__gt=at), review_at__lte=at, withdrawn_at=None
        )


class Consent(models.Model):
    """What a storyteller agreed to; a change is a new version, never an edit.

    A trigger in the database refuses every change but a withdrawal, a reminder, and evidence that
    arrives after the form. Written by `videos.actions.consent`.
    """

    class Method(models.TextChoices):
        SPOKEN = "spoken", "Spoken, recorded"
        SIGNED = "signed", "Signed"
        MARK = "mark", "A mark, witnessed"
        FILMED = "filmed", "On film"

    class PlaceShown(models.TextChoices):
        NONE = "none", "No place"
        COUNTRY = "country", "The country"
        CAMP = "camp", "The camp"

    class Told(models.TextChoices):
        """What the storyteller must have been told and have understood before they agree."""

        PURPOSE = "purpose", "Who we are, and what the film is for"
        PLATFORMS = "platforms", "Where it may appear, and that anybody can see it there"
        AID = "aid", "That aid and services do not depend on it"
        RECALL = "recall", "That what was published can never be fully called back"
        WITHDRAW = "withdraw", "How they can change their mind"

    class Channel(models.TextChoices):
        """How we learnt of a withdrawal. Nobody need say why."""

        CREW = "crew", "They told the crew"
        CODE = "code", "They used their code"
        MESSAGE = "message", "They wrote or called"
        TRUSTED = "trusted", "Somebody they trust told us"
        SAFETY = "safety", "We decided it for their safety"

    class Scope(models.TextChoices):
        """What a withdrawal asks for."""

        EVERYTHING = "everything", "Everything: what is posted comes down, the films are deleted"
        NOTHING_NEW = "new", "Nothing new: what is posted stays"

    storyteller = models.ForeignKey(Storyteller, models.PROTECT, related_name="consents")
    version = models.PositiveSmallIntegerField(default=1)
    form_version = models.CharField(max_length=20, default="2026-11")
    method = models.CharField(max_length=8, choices=Method.choices)
    language = models.CharField(max_length=8, default="en", help_text="It was explained in this.")
    told = ArrayField(
        models.CharField(max_length=10, choices=Told.choices), default=list, blank=True
    )
    given_at = models.DateTimeField()
    collected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    witness = EncryptedTextField(blank=True, default="")
    interpreter = EncryptedTextField(blank=True, default="")
    guardian = EncryptedTextField(blank=True, default="", help_text="Who consented for a minor.")
    guardian_agreed = models.BooleanField(default=False)
    child_assented = models.BooleanField(default=False)

    evidence = models.CharField(max_length=200, blank=True, help_text="Its name in the storage.")
    evidence_sha256 = models.CharField(
        max_length=64, blank=True, help_text="As the phone worked it out; it may come before it."
    )
    evidence_type = models.CharField(max_length=60, blank=True)
    evidence_purged_at = models.DateTimeField(
        null=True, blank=True, help_text="When the file was deleted at the end of its time."
    )

    networks = ArrayField(models.CharField(max_length=20), default=list)
    campaigns = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text="Ids of campaigns; empty: the storyteller's own only.",
    )
    countries = ArrayField(
        models.CharField(max_length=2),
        default=list,
        blank=True,
        help_text="Where it may be shown; empty: everywhere. A network shows a post everywhere.",
    )
    show_face = models.BooleanField(default=False)
    show_voice = models.BooleanField(default=False)
    show_name = models.BooleanField(default=False)
    show_place = models.CharField(max_length=8, choices=PlaceShown.choices, default=PlaceShown.NONE)

    expires_at = models.DateTimeField(null=True, blank=True)
    expired_at = models.DateTimeField(
        null=True, blank=True, help_text="When its end was followed: noted by the expiry job."
    )
    review_at = models.DateTimeField(
        null=True, blank=True, help_text="When to ask them again whether it still holds."
    )
    reminded_at = models.DateTimeField(null=True, blank=True)

    code_hash = models.CharField(
        max_length=64, blank=True, help_text="Of the code that they were given to withdraw with."
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty when they did it themselves, with their code.",
    )
    withdrawal_channel = models.CharField(max_length=8, choices=Channel.choices, blank=True)
    withdrawal_scope = models.CharField(max_length=10, choices=Scope.choices, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["storyteller", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["storyteller", "version"], name="consent_version_is_unique"
            ),
            models.UniqueConstraint(
                fields=["code_hash"], condition=~Q(code_hash=""), name="consent_code_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
                name="consent_withdrawn_after_given",
            ),
            models.CheckConstraint(
                condition=Q(evidence="") | ~Q(evidence_sha256=""),
                name="consent_evidence_is_hashed",
            ),
        ]
        indexes = [
            models.Index("review_at", condition=Q(withdrawn_at=None), name="consent_review_due"),
        ]

    def __str__(self) -> str:
        return f"{self.storyteller}, consent {self.version}"

    @property
    def awaits_evidence(self) -> bool:
        return bool(self.evidence_sha256) and not self.evidence
