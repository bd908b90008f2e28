from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from campaign.encryption import EncryptedTextField
from campaign.models import Campaign


class PetitionQuerySet(models.QuerySet["Petition"]):
    def public(self) -> "PetitionQuerySet":
        return self.filter(opens_at__lte=timezone.now())


class Petition(models.Model):
    """What the public is asked to sign. Its row is never written while people sign."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="petitions")
    slug = models.SlugField(unique=True, max_length=60)
    goal = models.PositiveIntegerField(default=1_000)
    opens_at = models.DateTimeField(default=timezone.now)
    closes_at = models.DateTimeField(null=True, blank=True)

    objects = PetitionQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="petition_closes_after_opening",
            )
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def is_open(self) -> bool:
        now = timezone.now()
        return self.opens_at <= now and (self.closes_at is None or now < self.closes_at)


class PetitionText(models.Model):
    """The petition's words in one language."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=160)
    summary = models.CharField(max_length=300)
    addressee = models.CharField(
        max_length=200, help_text="Whom it asks, and when it is handed over."
    )
    body = models.TextField(help_text="Markdown.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["petition", "language"], name="petition_text_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.petition_id} in {self.language}"


class TrackedLinkQuerySet(models.QuerySet["TrackedLink"]):
    def posted(self) -> "TrackedLinkQuerySet":
        return self.exclude(posted_at=None)


class TrackedLink(models.Model):
    """The link of one reply, `/s/<slug>`, with what the reports need to know of that reply.

    The facts are copied here when the reply is approved and posted, so that reports stay true
    when a clip is retired or a reply taken down, and need to know nothing of the desk.
    """

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="links")
    slug = models.CharField(max_length=12, unique=True)
    mention_id = models.BigIntegerField(null=True, blank=True)
    reply_id = models.BigIntegerField(null=True, blank=True)
    clip_id = models.UUIDField(null=True, blank=True)
    clip_title = models.CharField(max_length=120, blank=True)
    storyteller = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=120, blank=True)
    shown_name = models.CharField(
        max_length=60, blank=True, help_text="What the public may be told: the name, if at all."
    )
    shown_place = models.CharField(max_length=120, blank=True)
    shown_quote = models.TextField(blank=True)
    language = models.CharField(max_length=8, blank=True)
    network = models.CharField(max_length=20, blank=True)
    editor_id = models.BigIntegerField(null=True, blank=True)
    tweeted_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TrackedLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[a-z0-9]{5,12}$"), name="link_slug_is_plain"
            )
        ]
        indexes = [models.Index("petition", "posted_at", name="link_posted")]

    def __str__(self) -> str:
        return f"/s/{self.slug}"


class ClickCount(models.Model):
    """Clicks on one link in one hour, people and bots apart. Only ever added to, by upsert."""

    link = models.ForeignKey(TrackedLink, models.CASCADE, related_name="clicks")
    hour = models.DateTimeField(help_text="The hour's first instant.")
    people = models.PositiveIntegerField(default=0)
    bots = models.PositiveIntegerField(default=0)
    repeats = models.PositiveIntegerField(default=0, help_text="The same person again that day.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "hour"], name="click_count_is_unique")
        ]
        indexes = [models.Index("hour", name="click_hour")]

    def __str__(self) -> str:
        return f"{self.link_id} {self.hour:%Y-%m-%d %H}: {self.people}"


class SignatureQuerySet(models.QuerySet["Signature"]):
    def confirmed(self) -> "SignatureQuerySet":
        return self.filter(state=Signature.State.CONFIRMED)


class Signature(models.Model):
    """One address, once, under one petition. Name and address are encrypted."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting for confirmation"
        CONFIRMED = "confirmed", "Confirmed"
        FRAUDULENT = "fraudulent", "Taken for fraud"
        INVALIDATED = "invalidated", "Taken out"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="signatures")
    email_hmac = models.CharField(max_length=64)
    email = EncryptedTextField()
    name = EncryptedTextField()
    country = models.CharField(max_length=2)
    language = models.CharField(max_length=8, default="en")
    link = models.ForeignKey(
        TrackedLink, models.SET_NULL, null=True, blank=True, related_name="signatures"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    news_consent = models.BooleanField(default=False)
    news_wording = models.CharField(
        max_length=40, blank=True, help_text="The version of the wording that was agreed to."
    )
    signed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    mails_sent = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_due = models.BooleanField(
        default=True, help_text="A mail is owed; the sweep finds it when a job was lost."
    )

    objects = SignatureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["petition", "email_hmac"], name="one_signature_each"),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(confirmed_at__isnull=False),
                name="signature_confirmed_complete",
            ),
            models.CheckConstraint(condition=Q(mails_sent__lte=5), name="signature_five_mails"),
        ]
        indexes = [
            models.Index("petition", "state", "confirmed_at", name="signature_counting"),
            models.Index("link", "state", name="signature_by_link"),
            models.Index("petition", "signed_at", name="signature_signed"),
            models.Index("id", condition=Q(mail_due=True), name="signature_mail_due"),
        ]

    def __str__(self) -> str:
        return f"Signature {self.pk} ({self.state})"


class CountSnapshot(models.Model):
    """The petition's counts as the count job last found them; what the public page shows."""

    petition = models.OneToOneField(Petition, models.CASCADE, related_name="count")
    confirmed = models.PositiveIntegerField(default=0)
    pending = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.petition_id}: {self.confirmed}"
