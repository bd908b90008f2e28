"""What an editor writes under a claim: the draft, whose clip it is, and the approval as typed.

Every write looks at the lease again under the mention's row lock (see `desk`). What was typed is
kept even when the lease is gone.
"""

from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from campaign import audit
from campaign.models import Campaign, Mention, User
from petitions.actions import links
from responders import wording
from responders.actions import approval, desk, drafts, media
from responders.models import Reply
from videos.models import Clip


class NoDraft(desk.DeskError):
    """This person has no draft for it any more: it was taken over, or has left the desk."""

    def __init__(self, to: User | None) -> None:
        self.to = to
        who = f"{to.short_name} has it now" if to else "It is not yours any more"
        super().__init__(f"{who}, with your draft. Copy what you typed since, if you need it.")


class NotYours(desk.DeskError):
    """The draft is somebody else's, or has left the desk."""


class ClipNotUsable(desk.DeskError):
    """The clip is not ready, not this campaign's, or without a consent that covers it."""


class TooMany(desk.DeskError):
    """There is a candidate for every letter already."""


class OnlyOne(desk.DeskError):
    """It is the only candidate: there is nothing beside it to go on with."""


def draft_of(mention: Mention, *, pk: str = "", by: User) -> Reply:
    """The person's draft for it: the named one, else the one they wrote in last.

    Raises NoDraft, or approval.Settled if they approved or submitted the named one already (as a
    second click of the same button does).
    """
    own = Reply.objects.filter(mention=mention, author=by).order_by("-updated_at")
    own = own.select_related("mention__campaign", "account", "link", "clip__storyteller", "author")
    if pk.isdecimal() and len(pk) < 19:
        named = own.filter(pk=int(pk)).first()
        if named is not None and named.status != Reply.Status.DRAFT:
            raise approval.Settled(approval.too_late(named))
        if named is not None:
            return named
    draft = None if pk else own.filter(status=Reply.Status.DRAFT).first()
    if draft is None:
        raise NoDraft(desk.holder(mention, at=timezone.now()))
    return draft


def add_candidate(mention: Mention, *, beside: Reply, by: User) -> Reply:
    """Another candidate, with the clip of the one it stands beside. Raises LeaseLost, TooMany."""
    with transaction.atomic():
        held = desk.held(mention, by=by)
        variant = _free_letter(held, by=by)
        reply = drafts.another(held, variant=variant, clip=beside.clip, by=by)
        if reply.link is not None:
            links.describe(reply.link, subject=drafts.subject_of(reply, mention=held))
        audit.record("began another", reply, after={"letter": reply.letter}, by=by)
        return reply


def discard_candidate(reply: Reply, *, by: User) -> Reply:
    """Take one candidate away; its words are kept, and it can be brought back.

    Raises LeaseLost, NotYours, OnlyOne.
    """
    with transaction.atomic():
        held = desk.held(reply.mention, by=by)
        draft = _own_draft(reply, by=by)
        if not Reply.objects.drafts_for(held, by=by).exclude(pk=draft.pk).exists():
            raise OnlyOne("This is the only candidate. Change it, or release the tweet.")
        draft.status = Reply.Status.CANCELLED
        draft.problem = Reply.DISCARDED
        draft.save(update_fields=["status", "problem"])
        audit.record("discarded", draft, after={"letter": draft.letter}, by=by)
        return draft


def bring_back_candidate(reply: Reply, *, by: User) -> Reply:
    """A discarded candidate is a draft again, under its letter or the first that is free.

    Raises LeaseLost, NotYours, TooMany.
    """
    with transaction.atomic():
        held = desk.held(reply.mention, by=by)
        kept = Reply.objects.select_for_update(of=("self",)).select_related("mention")
        draft = kept.get(pk=reply.pk)
        if draft.author_id != by.pk or draft.problem != Reply.DISCARDED:
            raise NotYours("This reply is not one that you discarded.")
        draft.variant = _free_letter(held, first=draft.variant, by=by)
        draft.status = Reply.Status.DRAFT
        draft.problem = ""
        draft.save(update_fields=["variant", "status", "problem", "updated_at"])
        audit.record("brought back", draft, after={"letter": draft.letter}, by=by)
        return draft


def save_draft(reply: Reply, *, text: str, language: str = "", by: User) -> Reply:
    """Keep what was typed. The text is kept even when the lease is gone: then raises LeaseLost.

    Raises NotYours for another's draft or one that has left the desk, TextTooLong past 4,000
    characters. Not audited: drafts change with every word.
    """
    words = wording.clean(text)
    with transaction.atomic():
        mentions = Mention.objects.select_for_update(of=("self",)).select_related("campaign")
        mention = mentions.get(pk=reply.mention_id)
        draft = _own_draft(reply, by=by)
        draft.text = words
        if language in mention.campaign.languages:
            draft.language = language
        draft.save(update_fields=["text", "language", "updated_at"])
    now = timezone.now()
    if not desk.is_held(mention, by=by, at=now):
        raise desk.lost(mention, at=now)
    return draft


def pair(reply: Reply, *, clip: Clip, text: str | None = None, by: User) -> Reply:
    """Choose who answers, and name them in the text (`text` is what stands in the composer).

    Raises LeaseLost, NotYours, ClipNotUsable.
    """
    words = None if text is None else wording.clean(text)
    with transaction.atomic():
        mention = desk.held(reply.mention, by=by)
        draft = _own_draft(reply, by=by)
        chosen = _usable(clip, mention=mention)
        before = draft.clip_id
        old = drafts.voice_of(draft.clip, language=draft.language) if draft.clip else None
        new = drafts.voice_of(chosen, language=draft.language)
        draft.text = wording.tell(draft.text if words is None else words, old=old, new=new)
        draft.clip = chosen
        draft.link = draft.link or drafts.link_for(mention, language=draft.language, by=by)
        draft.save(update_fields=["text", "clip", "link", "updated_at"])
        if draft.link is not None:
            links.describe(draft.link, subject=drafts.subject_of(draft, mention=mention))
        media.want(chosen, draft.account)
        audit.record("paired", draft, before={"clip": before}, after={"clip": chosen.pk}, by=by)
        return draft


def approve_as_typed(reply: Reply, *, text: str, seen: str, language: str = "", by: User) -> Reply:
    """Approve what stands in the composer: words typed since the last save are part of it.

    `seen` is the fingerprint that the page was given. If the draft was changed elsewhere since
    (another tab, another clip), that is not what the person sees: raises approval.Changed.
    """
    kept = Reply.objects.select_related("clip", "link").get(pk=reply.pk)
    if wording.clean(text) != kept.text:
        if approval.fingerprint(kept) != seen:
            raise approval.Changed("The reply changed in another window. Read it again.")
        kept = save_draft(kept, text=text, language=language, by=by)
        seen = approval.fingerprint(kept)
    return approval.approve(kept, seen=seen, by=by)


def clip_named(pk: str, *, campaign: Campaign) -> Clip:
    """From a form: a clip of this campaign. Raises ClipNotUsable for anything else."""
    with suppress(ValueError):
        if clip := Clip.objects.filter(pk=UUID(pk), campaign=campaign).first():
            return clip
    raise ClipNotUsable("This clip is not here. Choose another.")


def _free_letter(mention: Mention, *, first: int = 0, by: User) -> int:
    """The one asked for if no candidate has it, else the first that none has. Raises TooMany."""
    taken = set(Reply.objects.drafts_for(mention, by=by).values_list("variant", flat=True))
    free = [number for number in range(len(Reply.LETTERS)) if number not in taken]
    if not free:
        raise TooMany("Four candidates are the most. Change one of them.")
    return first if first in free else free[0]


def _own_draft(reply: Reply, *, by: User) -> Reply:
    draft = (
        Reply.objects.select_for_update(of=("self",))
        .select_related("mention", "account", "link", "clip__storyteller__place")
        .get(pk=reply.pk)
    )
    if draft.author_id != by.pk or draft.status != Reply.Status.DRAFT:
        raise NotYours("This reply is not a draft of yours.")
    return draft


def _usable(clip: Clip, *, mention: Mention) -> Clip:
    usable = Clip.objects.ready().with_consent(network=mention.network, at=timezone.now())
    chosen = (
        usable.filter(pk=clip.pk, campaign=mention.campaign_id)
        .select_related("storyteller__place")
        .first()
    )
    if chosen is None:
        raise ClipNotUsable("This clip cannot be used here. Choose another.")
    return chosen
