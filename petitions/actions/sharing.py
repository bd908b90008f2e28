"""Links that signers pass on. Each channel of each link has one of its own, so that what a shared
link brings is seen apart from the reply's, and yet belongs to the same clip and storyteller."""

from dataclasses import fields
from urllib.parse import quote

from django.db import IntegrityError, transaction

from petitions.actions import links
from petitions.actions.links import LinkSubject
from petitions.models import Petition, TrackedLink

CHANNELS = ("x", "whatsapp", "facebook", "mail", "copy")


def link_for(
    petition: Petition, *, came_by: TrackedLink | None, channel: str, language: str
) -> TrackedLink:
    """The link of this channel, made when it is first wanted. `came_by` is the signer's own.

    What was passed on and is passed on again belongs to the first link's buckets: a chain of
    strangers is not followed.
    """
    origin = _origin(came_by)
    facts = {
        "petition": petition, "shared_from": origin, "channel": channel, "language": language,
    }  # fmt: skip
    found = TrackedLink.objects.filter(**facts).first()
    if found:
        return found
    subject = _subject(origin, language=language)
    try:
        with transaction.atomic():
            return links.create(petition, subject=subject, shared_from=origin, channel=channel)
    except IntegrityError:
        return TrackedLink.objects.get(**facts)  # another signer was quicker


def all_for(
    petition: Petition, *, came_by: TrackedLink | None, language: str
) -> dict[str, TrackedLink]:
    """One link for each channel; two queries once they are there."""
    found = {
        link.channel: link
        for link in TrackedLink.objects.filter(
            petition=petition, shared_from=_origin(came_by), language=language
        ).exclude(channel="")
    }
    for channel in CHANNELS:
        if channel not in found:
            found[channel] = link_for(petition, came_by=came_by, channel=channel, language=language)
    return found


def _origin(came_by: TrackedLink | None) -> TrackedLink | None:
    return came_by.shared_from if came_by and came_by.channel else came_by


def _subject(origin: TrackedLink | None, *, language: str) -> LinkSubject:
    if origin is None:
        return LinkSubject(language=language)
    facts = {one.name: getattr(origin, one.name) for one in fields(LinkSubject)}
    return LinkSubject(**facts | {"language": language, "reply_id": None, "mention_id": None})


def intent(link: TrackedLink, *, text: str, title: str) -> str:
    """Where the button of this link's channel leads, with the words ready to be sent."""
    address = links.url(link)
    words, where = quote(text, safe=""), quote(address, safe="")
    return {
        "x": f"https://x.com/intent/post?text={words}&url={where}",
        "whatsapp": f"https://wa.me/?text={words}%20{where}",
        "facebook": f"https://www.facebook.com/sharer/sharer.php?u={where}",
        "mail": f"mailto:?subject={quote(title, safe='')}&body={words}%20{where}",
    }.get(link.channel, address)
