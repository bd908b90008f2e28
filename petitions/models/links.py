from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from petitions.models.petitions import Petition


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
    shown_face = models.BooleanField(
        default=False, help_text="The public may see their face, and so the picture of the film."
    )
    shown_place = models.CharField(max_length=120, blank=True)
    shown_quote = models.TextField(blank=True)
    seconds = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How long the film is."
    )
    captions: "ArrayField[list[str], list[str]]" = ArrayField(
        models.CharField(max_length=8),
        default=list,
        db_default=[],
        blank=True,
        help_text="The languages in which people have checked captions of the film.",
    )
    language = models.CharField(max_length=8, blank=True)
    network = models.CharField(max_length=20, blank=True)
    editor_id = models.BigIntegerField(null=True, blank=True)
    themes: "ArrayField[list[str], list[str]]" = ArrayField(
        models.CharField(max_length=40), default=list, blank=True
    )
    lane = models.CharField(
        max_length=8, blank=True, help_text="field: filmed for this person; library: before."
    )
    tweeted_at = models.DateTimeField(null=True, blank=True)
    posted_at = models.DateTimeField(null=True, blank=True)
    steps = models.JSONField(
        default=dict, blank=True, help_text="Seconds of each step between tweet and reply."
    )
    cost = models.DecimalField(
        max_digits=8,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="What the network took for the post, in US dollars.",
    )
    views = models.PositiveIntegerField(
        null=True, blank=True, help_text="How often the network showed the post, as it last said."
    )
    shares = models.PositiveIntegerField(
        null=True, blank=True, help_text="How often it was passed on there: reposts and quotes."
    )
    measured_at = models.DateTimeField(
        null=True, blank=True, help_text="When the network was last asked for these two."
    )
    shared_from = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="passed_on",
        help_text="The link by which the person came who passed the petition on.",
    )
    channel = models.CharField(
        max_length=12, blank=True, help_text="Where a signer passed it on; empty for a reply's."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TrackedLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[a-z0-9]{5,12}$"), name="link_slug_is_plain"
            ),
            models.UniqueConstraint(
                fields=["petition", "shared_from", "channel", "language"],
                condition=~Q(channel=""),
                nulls_distinct=False,
                name="link_share_is_unique",
            ),
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
    shares = models.PositiveIntegerField(
        default=0, help_text="Signers who pressed the button that passes this link on."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "hour"], name="click_count_is_unique")
        ]
        indexes = [models.Index("hour", name="click_hour")]

    def __str__(self) -> str:
        return f"{self.link_id} {self.hour:%Y-%m-%d %H}: {self.people}"
