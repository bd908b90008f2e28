from django.db import models

from petitions.models.petitions import Petition


class CountSnapshot(models.Model):
    """The petition's counts as the count job last found them; what the public page shows."""

    petition = models.OneToOneField(Petition, models.CASCADE, related_name="count")
    confirmed = models.PositiveIntegerField(default=0)
    pending = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.petition_id}: {self.confirmed}"
