from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from petitions.actions import links
from petitions.actions.links import LinkSubject
from petitions.models import Petition, TrackedLink
from tests.factories import PetitionFactory, TrackedLinkFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
CLIP = uuid4()
LEILA = LinkSubject(
    mention_id=7,
    reply_id=8,
    clip_id=CLIP,
    clip_title="Home",
    storyteller="Leila",
    place="Kakuma, Kenya",
    shown_name="Leila",
    shown_place="Kenya",
    shown_quote="We have one tree.",
    language="en",
    network="x",
    shown_face=True,
    seconds=42,
    captions=["ar", "en"],
    editor_id=9,
    themes=["children"],
    lane="field",
    tweeted_at=NOON,
)


def test_create_keeps_every_fact_of_the_reply(petition: Petition) -> None:
    link = links.create(petition, subject=LEILA)

    stored: dict[str, Any] = dict(TrackedLink.objects.values().get(pk=link.pk))
    assert stored.pop("created_at") <= timezone.now()
    assert stored == {
        "id": link.pk,
        "petition_id": petition.pk,
        "slug": link.slug,
        "mention_id": 7,
        "reply_id": 8,
        "clip_id": CLIP,
        "clip_title": "Home",
        "storyteller": "Leila",
        "place": "Kakuma, Kenya",
        "shown_name": "Leila",
        "shown_place": "Kenya",
        "shown_quote": "We have one tree.",
        "language": "en",
        "network": "x",
        "shown_face": True,
        "seconds": 42,
        "captions": ["ar", "en"],
        "editor_id": 9,
        "themes": ["children"],
        "lane": "field",
        "tweeted_at": NOON,
        "posted_at": None,
        "steps": {},
        "cost": None,
        "views": None,
        "shares": None,
        "measured_at": None,
        "shared_from_id": None,
        "channel": "",
    }
    assert len(link.slug) == 6


def test_create_takes_another_slug_when_one_is_taken(
    petition: Petition, monkeypatch: pytest.MonkeyPatch
) -> None:
    TrackedLinkFactory(slug="aaaaaa")
    slugs = iter(["aaaaaa", "aaaaaa", "bbbbbb"])
    monkeypatch.setattr(links, "new_slug", lambda: next(slugs))

    assert links.create(petition, subject=LEILA).slug == "bbbbbb"


def test_describe_replaces_the_facts(petition: Petition) -> None:
    link = links.create(petition, subject=LEILA)

    links.describe(link, subject=LinkSubject(reply_id=8, storyteller="Oscar"))

    stored = TrackedLink.objects.get(pk=link.pk)
    assert (stored.reply_id, stored.storyteller, stored.clip_id, stored.place) == (
        8, "Oscar", None, "",
    )  # fmt: skip


def test_mark_posted_keeps_the_first_time() -> None:
    link = TrackedLinkFactory()

    links.mark_posted(link, at=NOON)
    links.mark_posted(link, at=NOON + timedelta(hours=1))

    assert TrackedLink.objects.get(pk=link.pk).posted_at == NOON


def test_forget_clip_keeps_the_link_and_its_counts(petition: Petition) -> None:
    link = links.create(petition, subject=LEILA)
    other = links.create(petition, subject=LinkSubject(clip_id=uuid4()))

    assert links.forget_clip(CLIP) == 1

    assert TrackedLink.objects.get(pk=link.pk).clip_id is None
    assert TrackedLink.objects.get(pk=link.pk).storyteller == "Leila"
    assert TrackedLink.objects.get(pk=other.pk).clip_id is not None


def test_url_is_absolute() -> None:
    assert links.url(TrackedLinkFactory(slug="abc123")) == "http://testserver/s/abc123"


def test_petition_for_is_the_newest_open_one(petition: Petition) -> None:
    now = timezone.now()
    campaign = petition.campaign
    newest = PetitionFactory(campaign=campaign, opens_at=now - timedelta(hours=1))
    PetitionFactory(campaign=campaign, opens_at=now + timedelta(hours=1))
    PetitionFactory(
        campaign=campaign, opens_at=now - timedelta(minutes=9), closes_at=now - timedelta(minutes=1)
    )
    PetitionFactory(opens_at=now)

    assert links.petition_for(campaign) == newest


def test_petition_for_is_none_without_an_open_one() -> None:
    closed = PetitionFactory(closes_at=timezone.now() - timedelta(days=1))

    assert links.petition_for(closed.campaign) is None
