"""A made-up week behind the demo campaign, so that reports and the wall have something to tell.

`manage.py demo --history`. Everything in it is invented, nothing is posted, and no mail is sent:
links without replies, clicks, signatures without anybody's address.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from campaign import roles
from campaign.models import Account, Campaign, Mention, User
from petitions import history as petition_history
from petitions.actions import links, rollups
from petitions.models import ClickCount, Petition, Signature, TrackedLink
from petitions.reports import page
from responders import wording
from responders.actions import drafts
from videos.models import Clip

DAYS = 8
#: Mentions of each hour of a day, relative to the busiest.
RHYTHM = (
    8, 5, 3, 2, 2, 4, 10, 22, 40, 55, 62, 70, 78, 74, 70, 72, 80, 92, 100, 96, 84, 62, 38, 18,
)  # fmt: skip
BUSIEST = 120
ANSWERED = 0.09
COUNTRIES = (
    "GB " * 30
    + "FR " * 12
    + "DE " * 9
    + "US " * 9
    + "KE " * 6
    + "ES IT NL SE CA AU LB IE BE NO ZA IN"
).split()
LANGUAGES = ("en", "en", "en", "en", "fr", "fr", "ar", "de", "sw", "es")
THEMES = ("home", "children", "school", "shelter", "family", "work", "health", "journey", "help")
STEPS = {
    "library": {"waiting": 55, "writing": 35, "posting": 10},
    "field": {
        "waiting": 8, "brief": 7, "filming": 45, "uploading": 22, "london": 5, "writing": 9,
        "posting": 4,
    },
}  # fmt: skip
MINUTES = {"library": 6.0, "field": 36.0}


def load(campaign: Campaign) -> int:
    """Fill the week before now; how many replies it has. A second time adds nothing."""
    petition = links.petition_for(campaign)
    if (
        petition is None
        or Mention.objects.filter(campaign=campaign, external_id__startswith="history-").exists()
    ):
        return 0
    chance = random.Random(2017)  # noqa: S311  invented numbers, the same each time
    with transaction.atomic():
        mentions = Mention.objects.bulk_create(_mentions(campaign, chance), batch_size=1_000)
        replies = TrackedLink.objects.bulk_create(
            _links(petition, mentions, chance), batch_size=1_000
        )
        ClickCount.objects.bulk_create(_clicks(replies, chance), batch_size=1_000)
        Signature.objects.bulk_create(_signatures(petition, replies, chance), batch_size=1_000)
        petition_history.load(petition, by=_manager(campaign))
    rollups.roll()
    page.forget_facts(campaign)
    return len(replies)


def _manager(campaign: Campaign) -> User:
    return User.objects.filter(campaigns=campaign, groups__name=roles.MANAGER).order_by("pk")[0]


def _mentions(campaign: Campaign, chance: random.Random) -> list[Mention]:
    account = Account.objects.filter(campaign=campaign).order_by("pk")[0]
    now = timezone.now()
    first = (now - timedelta(days=DAYS)).replace(minute=0, second=0, microsecond=0)
    found: list[Mention] = []
    for hour in range(DAYS * 24):
        at = first + timedelta(hours=hour)
        growth = 0.5 + hour / (DAYS * 24)
        for _ in range(int(BUSIEST * growth * RHYTHM[at.hour] / 100 * chance.uniform(0.7, 1.2))):
            came = at + timedelta(seconds=chance.uniform(0, 3_600))
            if came < now - timedelta(minutes=5):
                found.append(_mention(account, came, number=len(found), chance=chance))
    return found


def _mention(account: Account, at: datetime, *, number: int, chance: random.Random) -> Mention:
    return Mention(
        campaign_id=account.campaign_id,
        account=account,
        external_id=f"history-{number}",
        author_id=f"history-{number % 7_000}",
        author_handle=f"voice_{number % 7_000}",
        text=f"Nobody should have to wait for ten years. @{account.handle}",
        lang=chance.choice(LANGUAGES),
        posted_at=at,
        received_at=at + timedelta(seconds=2),
        # The network knows none of them: it is not to be asked whether they are deleted.
        seen_at=at + timedelta(days=3_650),
        queue_at=at,
        themes=[chance.choice(THEMES)],
        status=Mention.Status.DISMISSED,
        reason="demo",
    )


def _links(petition: Petition, mentions: list[Mention], chance: random.Random) -> list[TrackedLink]:
    clips = list(
        Clip.objects.filter(campaign=petition.campaign).select_related("storyteller__place")
    )
    voices = {clip.pk: (drafts.newest_consent(clip), chance.uniform(0.5, 1.5)) for clip in clips}
    editors = list(
        User.objects.filter(campaigns=petition.campaign, groups__name__icontains="editor")
    )
    made = []
    for mention in mentions:
        if not clips or chance.random() > ANSWERED:
            continue
        lane = "field" if chance.random() < 0.15 else "library"
        seconds = MINUTES[lane] * 60 * chance.lognormvariate(0, 0.5)
        posted = mention.posted_at + timedelta(seconds=seconds)
        if posted > timezone.now():
            continue
        clip = chance.choices(clips, [voices[one.pk][1] for one in clips])[0]
        consent = voices[clip.pk][0]
        shown = wording.shown(clip, consent)
        views = int(chance.lognormvariate(6.6, 1.1))
        made.append(
            TrackedLink(
                petition=petition,
                slug=links.new_slug(),
                mention_id=mention.pk,
                clip_id=clip.pk,
                clip_title=clip.title,
                storyteller=clip.storyteller.public_name,
                place=shown.place,
                shown_name=shown.name,
                shown_place=shown.place,
                shown_quote=clip.quote,
                seconds=round(clip.duration) if clip.duration else None,
                shown_face=consent is not None and consent.show_face and not clip.voice_only,
                language=mention.lang,
                network="x",
                editor_id=chance.choice(editors).pk if editors else None,
                themes=mention.themes,
                lane=lane,
                tweeted_at=mention.posted_at,
                posted_at=posted,
                steps=_steps(lane, seconds, chance),
                cost=Decimal("0.20"),
                views=views,
                shares=int(views * chance.uniform(0.001, 0.012)),
                measured_at=timezone.now(),
            )
        )
    return made


def _steps(lane: str, seconds: float, chance: random.Random) -> dict[str, float]:
    parts = {step: share * chance.uniform(0.6, 1.4) for step, share in STEPS[lane].items()}
    whole = sum(parts.values())
    return {step: round(seconds * part / whole, 1) for step, part in parts.items()}


def _after(link: TrackedLink, chance: random.Random) -> datetime | None:
    """When somebody followed it: mostly within hours. None for a time that is still to come."""
    assert link.posted_at is not None  # noqa: S101  made above
    at = link.posted_at + timedelta(hours=chance.expovariate(1 / 5))
    return at if at < timezone.now() else None


def _clicks(replies: list[TrackedLink], chance: random.Random) -> Iterator[ClickCount]:
    for link in replies:
        hours: dict[datetime, ClickCount] = {}
        for _ in range(int((link.views or 0) * chance.uniform(0.004, 0.012))):
            at = _after(link, chance)
            if at is None:
                continue
            hour = at.replace(minute=0, second=0, microsecond=0)
            count = hours.setdefault(hour, ClickCount(link=link, hour=hour))
            count.people += 1
            count.bots += chance.random() < 0.6
        yield from hours.values()


def _signatures(
    petition: Petition, replies: list[TrackedLink], chance: random.Random
) -> Iterator[Signature]:
    for link in replies:
        for _ in range(int((link.views or 0) * 0.0012 * chance.uniform(0, 2))):
            at = _after(link, chance)
            if at is not None:
                yield _signature(petition, link, at=at, chance=chance)
                if chance.random() < 0.2:
                    yield _signature(petition, None, at=at, chance=chance)


def _signature(
    petition: Petition, link: TrackedLink | None, *, at: datetime, chance: random.Random
) -> Signature:
    confirmed = chance.random() < 0.86
    return Signature(
        petition=petition,
        email_hmac=uuid4().hex * 2,
        country=chance.choice(COUNTRIES),
        language=link.language if link else "en",
        link=link,
        state=Signature.State.CONFIRMED if confirmed else Signature.State.PENDING,
        signed_at=at,
        confirmed_at=min(at + timedelta(minutes=4), timezone.now()) if confirmed else None,
        mail_due=False,
    )
