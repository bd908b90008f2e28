"""What was taken back in the demo before it began, so that its report has something to show.

Invented: nothing of it was ever on the network, and nothing is asked of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from campaign import audit
from campaign.models import Account, Campaign, Mention, User
from campaign.networks.x_payload import SNOWFLAKE_EPOCH_MS
from responders.models import Reply, Takedown
from videos.models import Clip

#: Never looked after on the network, which does not know it.
NEVER = timedelta(days=3650)


@dataclass(frozen=True)
class Order:
    """Somebody's takedown, so many hours ago, of replies to these tweets."""

    scope: Takedown.Scope
    reason: str
    hours: float
    tweets: tuple[tuple[str, str], ...]


ORDERS = (
    Order(
        Takedown.Scope.CLIP,
        "A street sign can be read in the background",
        50,
        (
            ("oda_kristensen", "What would they say to us if they could? @iwelcome_now"),
            ("joao_ferreira", "I keep thinking of the children in that picture. @iwelcome_now"),
            ("meg_whitby", "Ten years in a tent. Ten. @iwelcome_now #IWelcome"),
        ),
    ),
    Order(
        Takedown.Scope.REPLY,
        "Her name was misspelled",
        26,
        (("sanne_bakker", "Who speaks for those who wait? @iwelcome_now"),),
    ),
)


@transaction.atomic
def load(campaign: Campaign, *, editor: User, by: User) -> None:
    account = Account.objects.filter(campaign=campaign).order_by("pk")[0]
    clips = Clip.objects.filter(campaign=campaign).select_related("storyteller").order_by("title")
    for order, clip in zip(ORDERS, clips, strict=False):
        at = timezone.now() - timedelta(hours=order.hours)
        made = Takedown.objects.create(
            campaign=campaign,
            scope=order.scope,
            clip=clip if order.scope == Takedown.Scope.CLIP else None,
            reason=order.reason,
            asked_at=at,
            asked_by=by,
            spread_at=at,
        )
        facts = {"scope": made.scope, "reason": made.reason}
        audit.record("ordered a takedown", made, after=facts, by=by)
        for number, tweet in enumerate(order.tweets):
            posted = at - timedelta(minutes=47 - 13 * number)
            mention = _tweet(account, *tweet, at=posted - timedelta(minutes=7), by=editor)
            _reply(mention, clip, under=made, at=posted, took=3.1 + number)


def _tweet(account: Account, handle: str, text: str, *, at: datetime, by: User) -> Mention:
    return Mention.objects.create(
        campaign=account.campaign,
        account=account,
        external_id=_id(at),
        author_id=_id(at - NEVER / 2),
        author_handle=handle,
        author_name=handle.replace("_", " ").title(),
        text=text,
        lang="en",
        posted_at=at,
        received_at=at,
        queue_at=at,
        seen_at=at + NEVER,
        replyable=True,
        replyable_reason="mentioned",
        status=Mention.Status.ANSWERED,
        handled_by=by,
        handled_at=at,
    )


def _reply(mention: Mention, clip: Clip, *, under: Takedown, at: datetime, took: float) -> None:
    assert mention.handled_by is not None  # noqa: S101  made above
    name = clip.storyteller.public_name
    Reply.objects.create(
        mention=mention,
        account=mention.account,
        clip=clip,
        text=f"Thank you, @{mention.author_handle}. {name} heard you and has something to say.",
        author=mention.handled_by,
        status=Reply.Status.REMOVED,
        fingerprint="0" * 64,
        approved_at=at,
        approved_by=mention.handled_by,
        due_at=at,
        posted_at=at,
        external_id=_id(at),
        takedown=under,
        removed_at=under.asked_at + timedelta(seconds=took),
    )


def _id(at: datetime) -> str:
    """As X would have numbered it."""
    return str((int(at.timestamp() * 1000) - SNOWFLAKE_EPOCH_MS) << 22)
