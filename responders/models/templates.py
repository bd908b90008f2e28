from django.db import models

from campaign.models import Campaign


class ReplyTemplate(models.Model):
    """A beginning for replies in one language.

    Placeholders: {handle}, {storyteller}, {place}, {link}.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="reply_templates")
    language = models.CharField(max_length=8)
    name = models.CharField(max_length=60)
    text = models.TextField(max_length=500)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["language", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "language", "name"], name="reply_template_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
