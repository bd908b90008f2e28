"""Words to one person about something of theirs that a colleague did, until they have read them."""

from django.utils import timezone

from campaign import live
from campaign.models import Campaign, Mention, User
from campaign.prepared import Given, Prepared
from responders.models import Notice, Reply


def tell(
    to: User,
    kind: Notice.Kind,
    *,
    reply: Reply | None = None,
    mention: Mention | None = None,
    words: str = "",
    by: User,
) -> None:
    """Nobody is told of what they did themselves. Part of the transaction that did it."""
    about = reply.mention if reply is not None else mention
    if to == by or about is None:
        return
    notice = Notice.objects.create(
        to=to,
        campaign_id=about.campaign_id,
        kind=kind,
        mention=about,
        reply=reply,
        words=words,
        by=by,
        at=timezone.now(),
    )
    live.announce("notice", campaign=about.campaign_id, ids=[notice.pk], to=to.pk)


def read(notice: Notice) -> None:
    """Its reader has read it."""
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=timezone.now())


_UNREAD = Prepared(
    lambda: Notice.objects.filter(
        to=Given("of"), campaign=Given("campaign"), read_at=None
    ).values_list("pk", flat=True)[:5]
)


def unread(campaign: Campaign, *, of: User) -> list[Notice]:
    """The oldest first, a handful."""
    own = _UNREAD.all(campaign=campaign.pk, of=of.pk)
    if not own:  # as mostly, and quicker asked than a hundred columns are read
        return []
    whole = Notice.objects.filter(pk__in=own).select_related("mention", "reply", "by")
    return list(whole.defer("mention__raw", "mention__search"))
