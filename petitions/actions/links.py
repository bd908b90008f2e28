"""The tracked link of one reply: made when the reply is written, told what it became later.

What a report wants to know of a reply is copied onto its link, so that this app needs to know
nothing of replies and clips.
"""

import secrets
import string
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from campaign.models import Campaign
from petitions.models import Petition, TrackedLink

ALPHABET = string.ascii_lowercase + string.digits
LENGTH = 6
TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSubject:
    """What a link stands for; each fact as it is at the time of the call.

    `storyteller` and `place` are for reports and their exports, the place no finer than the
    storyteller's consent allows. The public sees only what is `shown_…`: as much as the consent
    allows, or nothing.
    """

    mention_id: int | None = None
    reply_id: int | None = None
    clip_id: UUID | None = None
    clip_title: str = ""
    storyteller: str = ""
    place: str = ""
    shown_name: str = ""
    shown_place: str = ""
    shown_quote: str = ""
    shown_face: bool = False
    seconds: int | None = None
    captions: list[str] = field(default_factory=list)
    language: str = ""
    network: str = ""
    editor_id: int | None = None
    themes: list[str] = field(default_factory=list)
    lane: str = ""
    tweeted_at: datetime | None = None


def petition_for(campaign: Campaign) -> Petition | None:
    """The campaign's open petition, the newest one if several are; None without any."""
    now = timezone.now()
    return (
        Petition.objects.filter(campaign=campaign, opens_at__lte=now)
        .filter(Q(closes_at=None) | Q(closes_at__gt=now))
        .order_by("-opens_at", "-id")
        .first()
    )


def create(
    petition: Petition,
    *,
    subject: LinkSubject,
    shared_from: TrackedLink | None = None,
    channel: str = "",
) -> TrackedLink:
    """A new link under a random slug that nobody can guess from another's."""
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return TrackedLink.objects.create(
                    petition=petition,
                    slug=new_slug(),
                    shared_from=shared_from,
                    channel=channel,
                    **asdict(subject),
                )
        except IntegrityError as error:
            collision = error
    raise collision


def describe(link: TrackedLink, *, subject: LinkSubject) -> None:
    """Replace the link's facts, when the clip changes and again when the reply is approved."""
    facts = asdict(subject)
    for name, value in facts.items():
        setattr(link, name, value)
    link.save(update_fields=list(facts))


def mark_posted(
    link: TrackedLink,
    *,
    at: datetime,
    steps: Mapping[str, float] | None = None,
    cost: Decimal | None = None,
) -> None:
    """The reply is out. Said twice, the first time stays: reports count from it.

    `steps` are the seconds of each step since the tweet, in their order; `cost` is in US dollars.
    """
    facts = {"posted_at": at, "steps": dict(steps or {}), "cost": cost}
    if TrackedLink.objects.filter(pk=link.pk, posted_at=None).update(**facts):
        for name, value in facts.items():
            setattr(link, name, value)


def measure(link_id: int, *, views: int | None, shares: int | None, at: datetime) -> None:
    """What the network said of the post; None where it did not say, and the last word stays."""
    said = {"views": views, "shares": shares}
    known = {name: value for name, value in said.items() if value is not None}
    TrackedLink.objects.filter(pk=link_id).update(measured_at=at, **known)


def forget_clip(clip_id: UUID) -> int:
    """Consent was withdrawn: no petition page shows this clip again. Returns how many links.

    The links stay alive and keep their title and storyteller, so that counts stay true.
    """
    return TrackedLink.objects.filter(clip_id=clip_id).update(
        clip_id=None, shown_name="", shown_place="", shown_quote="", shown_face=False
    )


def destination(link: TrackedLink) -> str:
    """Where the link leads. `link` comes with its petition. A petition that lives elsewhere is
    told the link's slug as `source`, the name that Action Network and others know."""
    petition = link.petition
    if petition.external_url:
        return external_address(petition, source=link.slug)
    address = reverse("petition", kwargs={"slug": petition.slug})
    return f"{address}?{urlencode({'l': link.slug})}"


def external_address(petition: Petition, *, source: str) -> str:
    parts = urlsplit(petition.external_url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("source", source)]
    return urlunsplit(parts._replace(query=urlencode(query)))


def url(link: TrackedLink) -> str:
    """The whole address, as it stands in a reply."""
    return settings.PUBLIC_URL + reverse("link", kwargs={"slug": link.slug})


def new_slug() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
