"""What the outbox's templates say of replies, and the bar of its budget."""

from datetime import datetime, timedelta

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.safestring import SafeString

from campaign.models import Campaign
from responders.models import Reply
from responders.reports import outbox, status
from videos.models import Clip

register = template.Library()


@register.simple_tag
def budget_of(campaign: Campaign) -> status.Budget:
    return status.budget(campaign)


@register.filter
def long_time(value: timedelta | None) -> str:
    """6 min 52 s, 1 h 02 min: two units, for a list whose rows are compared."""
    seconds = int(value.total_seconds()) if value else 0
    if seconds < 60:
        return f"{max(0, seconds)} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    if seconds < 86_400:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"
    return f"{seconds // 86_400} d {seconds % 86_400 // 3600:02d} h"


@register.filter
def is_new(at: datetime | None) -> bool:
    """Posted within the last minute."""
    return at is not None and timezone.now() - at < outbox.NEW_FOR


@register.filter
def has_picture(reply: Reply) -> bool:
    """Whether a poster may be shown: not of footage that was withdrawn or taken down."""
    gone = {Reply.Status.REMOVING, Reply.Status.REMOVED}
    return (
        reply.clip is not None
        and reply.status not in gone
        and reply.clip.status != Clip.Status.WITHDRAWN
    )


@register.filter
def on_network(reply: Reply) -> str:
    """The tweet's address, for a person who looks with their own eyes."""
    return f"{settings.X_WEB_URL}/{reply.mention.author_handle}/status/{reply.mention.external_id}"


@register.filter
def posted_on_network(reply: Reply) -> str:
    return f"{settings.X_WEB_URL}/{reply.account.handle}/status/{reply.external_id}"


@register.simple_tag
def step_class(number: int, step: int) -> SafeString:
    """How one of the four steps is drawn when `step` is running."""
    return SafeString("is-done" if number < step else "is-now" if number == step else "")
