"""A brief under its lock: how it moves, who hears of it, and why it may not.

Locks are taken in one order: mention, storyteller, brief, the audit log.
"""

from campaign import live
from campaign.models import Mention
from videos.models import Brief


class BriefError(Exception):
    """Something about a brief could not be done; the text is for the person who tried."""


class BadAskingError(BriefError):
    """What is asked cannot be sent as it is."""


class MentionTakenError(BriefError):
    """The mention is with somebody else, asked for already, or past answering."""


class BriefOverError(BriefError):
    """The brief is past the step that was asked for."""


class NotYourPlaceError(BriefError):
    """The brief is another crew's."""


def mention_of(brief: Brief) -> Mention | None:
    """Its mention under the lock, taken before the brief's own."""
    if brief.mention_id is None:
        return None
    return Mention.objects.select_for_update(of=("self",)).get(pk=brief.mention_id)


def locked(brief: Brief) -> Brief:
    rows = Brief.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("campaign", "mention", "place", "storyteller").get(pk=brief.pk)


def is_replaced(brief: Brief) -> bool:
    """Asked once the lock is held: a join would still show the moment before it."""
    return Brief.objects.filter(replaces=brief).exists()


def over(brief: Brief) -> BriefOverError:
    words = {
        Brief.Status.CANCELLED: "London took this brief back. There is nothing to film for it.",
        Brief.Status.DECLINED: "You said that you cannot. London asks somebody else.",
        Brief.Status.RECEIVED: "The film for it is safely in London.",
    }
    return BriefOverError(words[Brief.Status(brief.status)])


def move(brief: Brief, status: Brief.Status, **facts: object) -> None:
    brief.status = status
    for name, value in facts.items():
        setattr(brief, name, value)
    brief.save(update_fields=["status", *facts])


def one_line(text: str, *, most: int) -> str:
    return " ".join(text.split())[:most]


def tell(brief: Brief, *, ready: bool = False) -> None:
    """The board, the desk and the phones of that place follow."""
    facts = {"status": brief.status, "mention": brief.mention_id, "by": brief.sent_by_id}
    live.announce(
        "brief",
        campaign=brief.campaign_id,
        ids=[brief.pk],
        place=brief.place_id,
        ready=ready,
        **facts,
    )
    if brief.mention_id is not None:
        live.announce("mention", campaign=brief.campaign_id, ids=[brief.mention_id], what="brief")
