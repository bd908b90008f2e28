"""Drafts behind the desk: how one begins, what its link says, whom it names."""

from campaign.models import Mention, User
from petitions.actions import links
from petitions.models import TrackedLink
from responders import steps, wording
from responders.models import Reply, ReplyTemplate
from videos.models import Clip, Consent


def subject_of(reply: Reply, *, mention: Mention) -> links.LinkSubject:
    """The facts of a reply that its link carries for the reports."""
    clip = reply.clip
    consent = newest_consent(clip) if clip else None
    shown = wording.shown(clip, consent) if clip else None
    return links.LinkSubject(
        mention_id=mention.pk,
        reply_id=reply.pk,
        clip_id=clip.pk if clip else None,
        clip_title=clip.title if clip else "",
        storyteller=clip.storyteller.public_name if clip else "",
        place=shown.place if shown else "",  # exports leave the building, too
        shown_name=shown.name if shown else "",
        shown_place=shown.place if shown else "",
        shown_quote=clip.quote if clip else "",
        seconds=round(clip.duration) if clip and clip.duration else None,
        captions=captioned(clip) if clip else [],
        shown_face=consent.show_face and not clip.voice_only if clip and consent else False,
        language=reply.language,
        network=mention.network,
        editor_id=reply.author_id,
        themes=mention.themes,
        lane=steps.lane(reply, mention=mention),
        tweeted_at=mention.posted_at,
    )


def captioned(clip: Clip) -> list[str]:
    """The languages in which somebody has checked the captions."""
    return sorted(clip.captions.reviewed().values_list("language", flat=True))


def language_for(mention: Mention) -> str:
    """The language to answer in: theirs if the campaign is staffed for it, else its first."""
    spoken = mention.campaign.languages or ["en"]
    short = mention.lang.split("-", maxsplit=1)[0]
    return short if short in spoken else spoken[0]


def begin(mention: Mention, *, by: User) -> Reply:
    """The person's draft for it: the one they wrote in last, or a new one from a template."""
    own = Reply.objects.drafts_for(mention, by=by).order_by("-updated_at")
    # Seldom is there one, so it is only looked for before its rows are read.
    if known := own.values_list("pk", flat=True).first():
        return own.select_related("link", "clip__storyteller__place").get(pk=known)
    return another(mention, variant=0, by=by)


def another(mention: Mention, *, variant: int, clip: Clip | None = None, by: User) -> Reply:
    """A new candidate: from the first template of the language that its letter has come to."""
    language = language_for(mention)
    templates = ReplyTemplate.objects.filter(campaign=mention.campaign_id, language=language)
    offered = list(templates)
    template = offered[variant % len(offered)].text if offered else "{handle} {link}"
    link = link_for(mention, language=language, by=by)
    text = wording.fill(template, mention=mention, link=links.url(link) if link else "").strip()
    if clip is not None:
        text = wording.tell(text, old=None, new=voice_of(clip, language=language))
    return Reply.objects.create(
        mention=mention,
        account_id=mention.account_id,
        author=by,
        variant=variant,
        language=language,
        link=link,
        clip=clip,
        text=text,
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
    """The former holder's drafts, now `by`'s; None if there are none or `by` has begun their own.

    Who had them stays written down: nobody is the second pair of eyes on their own words.
    """
    if of is None or of == by.pk or Reply.objects.drafts_for(mention, by=by).exists():
        return None
    theirs = Reply.objects.filter(mention=mention, author=of, status=Reply.Status.DRAFT)
    drafts = list(theirs.select_for_update(of=("self",)).order_by("updated_at"))
    for draft in drafts:
        draft.writers = sorted({*draft.writers, of} - {by.pk})
        draft.author = by
        draft.save(update_fields=["writers", "author"])
    return drafts[-1] if drafts else None


def consent_words(clip: Clip) -> str:
    """What the newest consent lets us show of whoever speaks in the clip."""
    return wording.consent_words(newest_consent(clip))


def newest_consent(clip: Clip) -> Consent | None:
    return Consent.objects.filter(storyteller=clip.storyteller_id).order_by("-version").first()


def voice_of(clip: Clip, *, language: str) -> wording.Voice:
    """The name and place that may be said of this clip, by its storyteller's newest consent."""
    return wording.voice(clip, newest_consent(clip), language=language)
