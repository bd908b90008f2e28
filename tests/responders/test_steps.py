"""What the time from tweet to reply was spent on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from responders import steps
from responders.models import Reply
from tests.factories import ClipFactory, MentionFactory, ReplyFactory, UserFactory
from videos.models import Brief

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)


def minutes(number: float) -> datetime:
    return NOON + timedelta(minutes=number)


def reply(**facts: Any) -> Reply:
    mention = MentionFactory(posted_at=NOON)
    mention.claimed_at = minutes(1)
    made: Reply = ReplyFactory(mention=mention, **facts)
    made.approved_at = minutes(3)
    return made


@pytest.mark.django_db
def test_between_of_a_reply_from_the_library() -> None:
    ours = reply()

    assert steps.lane(ours, mention=ours.mention) == "library"
    assert steps.between(ours, posted_at=minutes(3.5)) == {
        "waiting": 60.0, "writing": 120.0, "posting": 30.0,
    }  # fmt: skip


@pytest.mark.django_db
def test_between_of_a_reply_that_was_filmed_for_somebody() -> None:
    ours = reply()
    assert ours.clip is not None
    brief = Brief(
        mention=ours.mention, campaign=ours.mention.campaign, place=ours.clip.storyteller.place,
        sent_at=minutes(2), sent_by=UserFactory(), deadline=minutes(60), status="received",
        filming_at=minutes(5), uploading_at=minutes(25), received_at=minutes(30),
    )  # fmt: skip
    brief.save()
    ours.clip.brief = brief
    ours.approved_at = minutes(34)

    found = steps.between(ours, posted_at=minutes(35))

    assert steps.lane(ours, mention=ours.mention) == "field"
    assert found == {
        "waiting": 120.0, "brief": 180.0, "filming": 1200.0, "uploading": 300.0,
        "writing": 240.0, "posting": 60.0,
    }  # fmt: skip
    assert sum(found.values()) == 35 * 60


@pytest.mark.django_db
def test_between_leaves_out_what_cannot_be() -> None:
    ours = reply()
    ours.mention.claimed_at = minutes(-1)

    assert steps.between(ours, posted_at=minutes(4)) == {"writing": 180.0, "posting": 60.0}


@pytest.mark.django_db
def test_lane_of_a_clip_that_was_filmed_for_somebody_else() -> None:
    ours = reply()
    other = MentionFactory(account=ours.account)
    brief = Brief.objects.create(
        mention=other, campaign=other.campaign, place=ours.clip.storyteller.place,  # type: ignore[union-attr]
        sent_at=NOON, sent_by=UserFactory(), deadline=minutes(60),
    )  # fmt: skip
    ours.clip = ClipFactory(brief=brief)

    assert steps.lane(ours, mention=ours.mention) == "library"
