from django.conf import settings
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
    position = models.PositiveSmallIntegerField(
        default=0, help_text="The lowest of a language is what a draft begins from."
    )
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["language", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "language", "name"], name="reply_template_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
