from django.db import models

from petitions.models.petitions import Petition


class CountSnapshot(models.Model):
    """The petition's counts as the count job last left them; what the public page shows."""

    petition = models.OneToOneField(Petition, models.CASCADE, related_name="count")
    confirmed = models.PositiveIntegerField(default=0)
    pending = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    outside = models.PositiveIntegerField(
        default=0, help_text="Signed on other platforms, and known not to have signed here."
    )
    unverified = models.PositiveIntegerField(
        default=0, help_text="What other platforms say as a number alone."
    )
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.petition_id}: {self.confirmed}"

    @property
    def elsewhere(self) -> int:
        return self.outside + self.unverified


class CountSlice(models.Model):
    """The same counts for one country, one language, or one link."""

    class By(models.TextChoices):
        COUNTRY = "country", "Country"
        LANGUAGE = "language", "Language"
        LINK = "link", "Link"

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="slices")
    by = models.CharField(max_length=8, choices=By.choices)
    key = models.CharField(max_length=20, help_text="A code, or a link's id; empty for none.")
    confirmed = models.IntegerField(default=0)
    pending = models.IntegerField(default=0)
    removed = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["petition", "by", "key"], name="count_slice_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.key}: {self.confirmed}"


class CountChange(models.Model):
    """By how much a transaction moved the counts. Written with it, eaten by the count job.

    No foreign keys: a check of them would lock the petition's row for each signature.
    """

    petition_id = models.BigIntegerField()
    country = models.CharField(max_length=2)
    language = models.CharField(max_length=8)
    link_id = models.BigIntegerField(null=True)
    confirmed = models.IntegerField(default=0)
    pending = models.IntegerField(default=0)
    removed = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.petition_id}: {self.confirmed:+} {self.pending:+} {self.removed:+}"
