"""How every change to a reply begins and ends: with both rows locked, and with the news of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from campaign import audit, live
from campaign.models import Mention, User
from campaign.prepared import Given, Prepared
from responders.models import Reply

#: How long a mention is its editor's own again when a reply comes back to them: a fresh claim.
LEASE = timedelta(minutes=5)
#: All that a change may need of a reply.
EVERYTHING = (
    "mention__campaign",
    "account__campaign",
    "clip__storyteller__place",
    "link",
    "author",
)


class Refused(Exception):
    """What was asked for cannot be done now. The message is for the person who asked."""


def lock(
    reply_id: int, *, reading: Sequence[str] = EVERYTHING, columns: Sequence[str] = ()
) -> Reply:
    """The reply as it is now, with its mention. Both rows stay locked until the transaction ends.

    The mention is always locked first, so that two changes never wait for each other. `reading`
    are the rows read with it, and `columns` all that is read of them, for a caller that is in a
    hurry: anything else costs a query.
    """
    _MENTION.get(reply=reply_id)
    return _reply(tuple(reading), tuple(columns)).get(reply=reply_id)


_MENTION = Prepared(
    lambda: (
        Mention.objects.select_for_update(no_key=True, of=("self",))
        .filter(replies=Given("reply"))
        .values_list("pk")
    )
)


@cache
def _reply(reading: tuple[str, ...], columns: tuple[str, ...]) -> Prepared[Reply]:
    replies = Reply.objects.select_for_update(no_key=True, of=("self",)).select_related(*reading)
    if columns:
        own = [column.name for column in Reply._meta.concrete_fields]
        replies = replies.only(*own, *columns)
    return Prepared(lambda: replies.filter(pk=Given("reply")))


@contextmanager
def locked(reply_id: int) -> Iterator[Reply]:
    """A transaction in which the reply is locked."""
    with transaction.atomic():
        yield lock(reply_id)


def note(verb: str, reply: Reply, *, before: str, by: User | None, **facts: Any) -> None:
    """Write the change down and tell open pages. `before` is the status that the reply left."""
    audit.record(
        verb, reply, before={"status": before}, after={"status": reply.status, **facts}, by=by
    )
    campaign = reply.mention.campaign_id
    live.announce("reply", campaign=campaign, ids=[reply.pk], status=reply.status)
    live.announce("mention", campaign=campaign, ids=[reply.mention_id])


def give_back(reply: Reply) -> None:
    """The mention is its editor's own again, for as long as a fresh claim; so are its drafts."""
    now = timezone.now()
    mention = reply.mention
    mention.status = Mention.Status.CLAIMED
    mention.claimed_by = reply.author
    mention.claimed_at = now
    mention.claimed_until = now + LEASE
    mention.save(update_fields=["status", "claimed_by", "claimed_at", "claimed_until"])
    _bring_back(mention)


def set_free(mention: Mention) -> None:
    """Back into the queue, for anybody, with every draft that there was."""
    mention.status = Mention.Status.WAITING
    mention.claimed_by = None
    mention.claimed_at = None
    mention.claimed_until = None
    mention.save(update_fields=["status", "claimed_by", "claimed_at", "claimed_until"])
    _bring_back(mention)


def grow_stale(reply: Reply, *, reason: str) -> None:
    """A locked, approved reply needs its approval again. REASON is one of `problems.DROPPED`."""
    reply.status = Reply.Status.STALE
    reply.problem = reason
    reply.save(update_fields=["status", "problem", "updated_at"])
    note("grew stale", reply, before="approved", reason=reason, by=None)


def retire_others(reply: Reply) -> None:
    """This candidate was chosen: the mention's other drafts, whoever wrote them, are retired."""
    drafts = Reply.objects.filter(mention=reply.mention_id, status=Reply.Status.DRAFT)
    drafts.exclude(pk=reply.pk).update(status=Reply.Status.CANCELLED, problem=Reply.NOT_CHOSEN)


def _bring_back(mention: Mention) -> None:
    """Retired drafts are drafts again, where their author has not begun another in their place."""
    newer = Reply.objects.filter(
        mention=mention,
        status=Reply.Status.DRAFT,
        author=OuterRef("author"),
        variant=OuterRef("variant"),
    )
    retired = Reply.objects.filter(
        mention=mention, status=Reply.Status.CANCELLED, problem=Reply.NOT_CHOSEN
    )
    retired.exclude(Exists(newer)).update(status=Reply.Status.DRAFT, problem="")


def dismiss(mention: Mention, *, reason: str) -> None:
    mention.status = Mention.Status.DISMISSED
    mention.reason = reason
    mention.handled_at = timezone.now()
    mention.claimed_until = None
    mention.save(update_fields=["status", "reason", "handled_at", "claimed_until"])
