from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q

from campaign.encryption import EncryptedJSONField
from campaign.prepared import Given


def staffed_languages() -> list[str]:
    return ["en"]


class Campaign(models.Model):
    """One call to the public, its rules for answering, and who may be answered."""

    class Captions(models.TextChoices):
        NONE = "none", "No captions"
        UPLOADED = "uploaded", "As subtitles that the viewer can turn on and off"
        BURNED = "burned", "In the picture"
        BOTH = "both", "In the picture and as subtitles"

    slug = models.SlugField(unique=True, max_length=40)
    name = models.CharField(max_length=80)
    hashtag = models.CharField(max_length=80, help_text="Without the #.")
    languages = ArrayField(
        models.CharField(max_length=8),
        default=staffed_languages,
        help_text="Languages that the editors can answer in, as X names them (en, fr, ar …).",
    )
    hold_seconds = models.PositiveSmallIntegerField(
        default=10,
        validators=[MaxValueValidator(60)],
        help_text="How long an approved reply can still be undone, 0 to 60 s.",
    )
    stale_after_minutes = models.PositiveSmallIntegerField(
        default=30,
        help_text="A reply that waited longer than this for a pause to end is approved again.",
    )
    jitter_seconds = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(600)],
        help_text="Replies of an account go out a chance time apart, 0 to this many seconds, "
        "so that they do not look like a burst. 0: as fast as they come.",
    )
    post_again_by_itself = models.BooleanField(
        default=False,
        help_text="A reply whose outcome is unknown, and that the last look did not find, is "
        "posted once more without asking a person.",
    )
    always_second_eyes = models.BooleanField(
        default=False, help_text="Every reply needs a second person's approval."
    )
    second_eyes_above_followers = models.PositiveIntegerField(
        default=50_000, help_text="Authors with more followers need a second person's approval."
    )
    second_eyes_first_replies = models.PositiveSmallIntegerField(
        default=0,
        help_text="So many first replies of each editor need a second person's approval; 0: none.",
    )
    quiet_alarm_minutes = models.PositiveSmallIntegerField(
        default=15, help_text="Raise an alarm when no mention has come for so long."
    )
    screen_key = models.CharField(  # noqa: DJ001  unique, and most campaigns have none
        max_length=40,
        unique=True,
        null=True,
        editable=False,
        help_text="Part of the wall's address; a new one closes the old.",
    )
    review_new_clips = models.BooleanField(
        default=True,
        help_text="A new clip is on the shelf only after somebody in London has looked at it.",
    )
    captions = models.CharField(
        max_length=8,
        choices=Captions.choices,
        default=Captions.UPLOADED,
        help_text="How reviewed captions go out with a clip.",
    )
    keep_footage_days = models.PositiveSmallIntegerField(
        default=365,
        help_text="Originals of clips are deleted so many days after they came, unless held.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hold_seconds__lte=60), name="campaign_hold_within_a_minute"
            )
        ]
        permissions = [
            ("use_desk", "Can work at the desk: claim, write, pair, approve"),
            ("give_second_approval", "Can approve replies that need a second pair of eyes"),
            ("edit_templates", "Can change the texts that replies begin from"),
            ("take_over_claims", "Can take over a mention that a colleague holds"),
            ("pause_posting", "Can pause and resume posting"),
            ("solve_problems", "Can settle publishing problems"),
            ("view_clips", "Can see the library of clips"),
            ("review_clips", "Can change and retire clips"),
            ("upload_footage", "Can upload footage for their place"),
            ("manage_devices", "Can sign phones of crews in and out"),
            ("view_reports", "Can see reports and exports"),
            ("manage_petitions", "Can review signatures, load others, hand petitions over"),
            ("view_identities", "Can see who a storyteller really is"),
            ("withdraw_consent", "Can withdraw a consent"),
            ("view_audit", "Can read the audit log"),
            ("set_up_campaign", "Can change campaigns, accounts and people"),
        ]

    def __str__(self) -> str:
        return self.name


class AccountQuerySet(models.QuerySet["Account"]):
    def active(self) -> "AccountQuerySet":
        return self.filter(status=Account.Status.ACTIVE)


class Account(models.Model):
    """The campaign's own account on a network, from which replies go out."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        REVOKED = "revoked", "Credentials refused by the network"
        OUT_OF_CREDITS = "credits", "Credits used up"
        SUSPENDED = "suspended", "Suspended by the network"
        OFF = "off", "Turned off"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="accounts")
    network = models.CharField(max_length=20, default="x")
    external_id = models.CharField(max_length=40, help_text="The network's id of the account.")
    handle = models.CharField(max_length=80, help_text="Without the @.")
    name = models.CharField(max_length=120, blank=True)
    credentials = EncryptedJSONField(default=dict, editable=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ACTIVE)
    newest_id = models.CharField(
        max_length=40,
        blank=True,
        help_text="The newest mention seen; search fills the gap from here.",
    )
    last_mention_at = models.DateTimeField(null=True, blank=True)
    stream_seen_at = models.DateTimeField(
        null=True, blank=True, help_text="When the stream last showed a sign of life."
    )
    quiet_since = models.DateTimeField(
        null=True, blank=True, help_text="Set while the alarm for a silent stream is on."
    )
    daily_reply_limit = models.PositiveIntegerField(default=1_000)
    daily_budget_cents = models.PositiveIntegerField(default=10_000)
    warn_below_percent = models.PositiveSmallIntegerField(
        default=20,
        validators=[MaxValueValidator(100)],
        help_text="Warn when less than this share of a daily limit is left.",
    )
    warned_on = models.DateField(null=True, blank=True, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["handle"]
        constraints = [
            models.UniqueConstraint(fields=["network", "external_id"], name="account_is_unique")
        ]

    def __str__(self) -> str:
        return f"@{self.handle}"


class PauseQuerySet(models.QuerySet["Pause"]):
    def active(self) -> "PauseQuerySet":
        return self.filter(ended_at=None)

    def covering(
        self, *, account: int | Given | OuterRef, campaign: int | Given | OuterRef
    ) -> "PauseQuerySet":
        """Pauses that stop this account of this campaign: its own, the campaign's, everybody's."""
        everybody = Q(campaign=None, account=None)
        theirs = Q(campaign=campaign, account=None)
        return self.active().filter(everybody | theirs | Q(account=account))


class Pause(models.Model):
    """A stop to posting: of everything, of a campaign, or of one account."""

    campaign = models.ForeignKey(
        Campaign, models.CASCADE, null=True, blank=True, related_name="pauses"
    )
    account = models.ForeignKey(
        Account, models.CASCADE, null=True, blank=True, related_name="pauses"
    )
    reason = models.CharField(max_length=200)
    started_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty when the newsroom paused itself (credits, revoked credentials).",
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="pause_end_complete",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="pause_ends_after_start",
            ),
            models.UniqueConstraint(
                "campaign",
                "account",
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="one_pause_a_scope",
            ),
        ]

    def __str__(self) -> str:
        return f"Pause: {self.reason}"
