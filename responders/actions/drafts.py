"""Drafts behind the desk: how one begins, what its link says, whom it names."""

from campaign.models import Mention, User
from petitions.actions import links
from petitions.models import TrackedLink
from responders import wording
from responders.models import Reply, ReplyTemplate
from videos.models import Clip, Consent


def subject_of(reply: Reply, *, mention: Mention) -> links.LinkSubject:
    """The facts of a reply that its link carries for the reports."""
    clip = reply.clip
    shown = wording.shown(clip, newest_consent(clip)) if clip else None
    return links.LinkSubject(
        mention_id=mention.pk,
        reply_id=reply.pk,
        clip_id=clip.pk if clip else None,
        clip_title=clip.title if clip else "",
        storyteller=clip.storyteller.public_name if clip else "",
        place=str(clip.storyteller.place) if clip else "",
        shown_name=shown.name if shown else "",
        shown_place=shown.place if shown else "",
        shown_quote=clip.quote if clip else "",
        language=reply.language,
        network=mention.network,
        editor_id=reply.author_id,
        tweeted_at=mention.posted_at,
    )


def language_for(mention: Mention) -> str:
    """The language to answer in: theirs if the campaign is staffed for it, else its first."""
    spoken = mention.campaign.languages or ["en"]
    short = mention.lang.split("-", maxsplit=1)[0]
    return short if short in spoken else spoken[0]


def begin(mention: Mention, *, by: User) -> Reply:
    """The person's draft for it: the one they have, or a new one from the first template."""
    own = Reply.objects.filter(
        mention=mention, account=mention.account_id, author=by, status=Reply.Status.DRAFT
    )
    if draft := own.select_related("link", "clip__storyteller__place").first():
        return draft
    language = language_for(mention)
    template = ReplyTemplate.objects.filter(campaign=mention.campaign_id, language=language).first()
    link = link_for(mention, language=language, by=by)
    return Reply.objects.create(
        mention=mention,
        account_id=mention.account_id,
        author=by,
        language=language,
        link=link,
        text=wording.fill(
            template.text if template else "{handle} {link}",
            mention=mention,
            link=links.url(link) if link else "",
        ).strip(),
    )


def link_for(mention: Mention, *, language: str, by: User) -> TrackedLink | None:
    petition = links.petition_for(mention.campaign)
    if petition is None:
        return None
    subject = links.LinkSubject(
        mention_id=mention.pk,
        language=language,
        network=mention.network,
        editor_id=by.pk,
        tweeted_at=mention.posted_at,
    )
    return links.create(petition, subject=subject)


def inherit(mention: Mention, *, of: int | None, by: User) -> Reply | None:
    """The former holder's draft, now `by`'s; None if there is none or `by` has begun their own."""
    drafts = Reply.objects.filter(mention=mention, status=Reply.Status.DRAFT)
    draft = drafts.filter(author=of).select_for_update(of=("self",)).first() if of else None
    if draft is None or drafts.filter(author=by).exclude(pk=draft.pk).exists():
        return None
    draft.author = by
    draft.save(update_fields=["author", "updated_at"])
    return draft


def consent_words(clip: Clip) -> str:
    """What the newest consent lets us show of whoever speaks in the clip."""
    return wording.consent_words(newest_consent(clip))


def newest_consent(clip: Clip) -> Consent | None:
    return Consent.objects.filter(storyteller=clip.storyteller_id).order_by("-version").first()


def voice_of(clip: Clip, *, language: str) -> wording.Voice:
    """The name and place that may be said of this clip, by its storyteller's newest consent."""
    return wording.voice(clip, newest_consent(clip), language=language)
