"""Which clips the shelf puts first, and why it says so."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from campaign.intake import themes
from campaign.models import Account, Mention
from petitions.models import ClickCount, Signature
from petitions.reports import clips as petition_clips
from responders import shelf, spoken
from responders.models import Reply
from responders.shelf import Wanted
from tests import factories
from videos.models import CaptionTrack, Clip

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    spoken.forget()
    petition_clips.forget()
    yield
    spoken.forget()


@pytest.fixture
def account() -> Account:
    return factories.AccountFactory()


@pytest.fixture
def mention(account: Account) -> Mention:
    return factories.MentionFactory(account=account, text="The children need a school", lang="en")


def _clip(account: Account, name: str, **facts: Any) -> Clip:
    given = {"themes": ["work"], "language": "ar", "quote": "", "title": "A title"} | facts
    given |= {"ready_at": given.get("ready_at", timezone.now() - 48 * HOUR)}
    used = {"used_at": timezone.now() - 5 * HOUR, "used": 1} | given
    return factories.ClipFactory(
        storyteller__campaign=account.campaign, storyteller__public_name=name, **used
    )


def _names(found: list[shelf.Suggestion]) -> list[str]:
    return [one.clip.storyteller.public_name for one in found]


@pytest.mark.django_db
def test_language_theme_and_rest_come_first(account: Account, mention: Mention) -> None:
    _clip(account, "fits", language="en", themes=["school", "children"])
    _clip(account, "language", language="en")
    _clip(account, "theme", themes=["children"])
    _clip(account, "tired", language="en", themes=["school"], used_at=timezone.now())
    _clip(account, "off the shelf", status="retired")
    _clip(account, "withdrawn", consent__withdrawn_at=timezone.now())
    factories.ClipFactory(storyteller__public_name="another campaign's")

    found = shelf.suggest(mention)

    assert _names(found) == ["fits", "language", "theme", "tired"]
    assert [one.points for one in found] == [60, 30, 15, 5]
    assert [one.number for one in found] == [1, 2, 3, 4]
    assert found[0].reasons == ["Children, School", "English", "rested 5 h"]
    assert found[3].rests_until is not None
    assert found[3].reasons[0].startswith("Resting until ")


@pytest.mark.django_db
def test_what_is_said_speaks_for_a_clip(account: Account) -> None:
    mention = factories.MentionFactory(
        account=account, text="Does the blackboard of Kakuma still stand?", lang="en"
    )
    _clip(account, "silent", storyteller__place__name="Shatila")
    said = _clip(account, "said", storyteller__place__name="Shatila")
    CaptionTrack.objects.create(
        clip=said,
        language="ar",
        segments=[{"start": 0, "end": 900, "text": "One blackboard"}],
        reviewed_at=timezone.now(),
        reviewed_by=factories.editor(),
    )
    unread = _clip(account, "unread", storyteller__place__name="Shatila")
    CaptionTrack.objects.create(clip=unread, language="ar", segments=[{"text": "A blackboard"}])
    _clip(account, "there", storyteller__place__name="Kakuma")

    found = shelf.suggest(mention)

    assert _names(found)[:2] == ["said", "there"]
    assert found[0].reasons[0] == "says “blackboard”"
    assert found[0].transcript == "One blackboard"
    assert found[0].captions == "Arabic"
    assert found[1].reasons[0] == "about Kakuma"
    assert [one.points for one in found] == [15, 10, 0, 0]


@pytest.mark.django_db
def test_clip_that_becomes_ready_is_heard_too(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    mention = factories.MentionFactory(account=account, text="A blackboard", lang="en")
    _clip(account, "first")
    assert shelf.suggest(mention)[0].said == []
    monkeypatch.setattr(spoken, "LOOK_EVERY", -1)
    _clip(account, "second", quote="One blackboard", ready_at=timezone.now())
    assert shelf.suggest(mention)[0].said == ["blackboard"]


@pytest.mark.django_db
def test_storyteller_who_answered_often_today_is_spared(account: Account, mention: Mention) -> None:
    often = _clip(account, "often", language="en")
    _clip(account, "seldom", themes=["school"])
    for _ in range(shelf.OFTEN):
        factories.approved_reply(mention__account=account, clip=often)
    Reply.objects.filter(
        pk=factories.approved_reply(mention__account=account, clip=often).pk
    ).update(status="cancelled")

    found = shelf.suggest(mention)

    assert _names(found) == ["seldom", "often"]
    assert (found[1].answers_today, found[1].points) == (6, 5)
    assert found[1].reasons[0] == "answered 6 times today"


def _brought(clip: Clip, *, people: int, signed: int) -> None:
    link = factories.TrackedLinkFactory(
        petition__campaign=clip.campaign, clip_id=clip.pk, posted_at=timezone.now()
    )
    ClickCount.objects.create(link=link, hour=timezone.now(), people=people)
    for number in range(signed):
        Signature.objects.create(
            petition=link.petition,
            link=link,
            state="confirmed",
            email_hmac=f"{link.slug}-{number}",
            email="",
            name="",
            country="GB",
            signed_at=timezone.now(),
            confirmed_at=timezone.now(),
        )


@pytest.mark.django_db
def test_conversion_so_far_moves_a_clip_and_is_told(account: Account, mention: Mention) -> None:
    weak, strong = _clip(account, "weak"), _clip(account, "strong")
    few = _clip(account, "few")
    _brought(weak, people=100, signed=2)
    _brought(strong, people=100, signed=18)
    _brought(few, people=2, signed=2)
    cache.clear()

    found = shelf.suggest(mention)

    assert _names(found) == ["strong", "few", "weak"]
    assert [one.converts for one in found] == ["18 %", "", "2 %"]
    assert [one.points for one in found] == [4, 3, -5]
    assert round(found[0].average, 3) == 0.109


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), {"Leila", "Omar"}),
        (Wanted(words="lei"), {"Leila"}),
        (Wanted(words="black board"), {"Omar"}),
        (Wanted(words="SCHOOL"), {"Leila"}),
        (Wanted(words="100%"), set()),
        (Wanted(language="en"), {"Leila"}),
        (Wanted(theme="work"), {"Omar"}),
        (Wanted(place="kakuma"), {"Leila"}),
        (Wanted(rested=True), {"Leila"}),
    ],
)
def test_search_and_filters_narrow_the_shelf(
    account: Account, mention: Mention, wanted: Wanted, expected: set[str]
) -> None:
    _clip(account, "Leila", language="en", themes=["school"], storyteller__place__slug="kakuma")
    _clip(account, "Omar", quote="One blackboard", used_at=timezone.now())
    assert set(_names(shelf.suggest(mention, wanted=wanted))) == expected


def test_wanted_reads_only_its_own() -> None:
    asked = {"words": "a\x00" * 90, "clip_theme": "nonsense", "rested": "yes", "lang": "fr"}
    assert Wanted.read(asked) == Wanted(words="a" * 90)


@pytest.mark.django_db
def test_chosen_clip_stands_first_whatever_it_scores(account: Account, mention: Mention) -> None:
    _clip(account, "best", language="en", themes=["school"])
    chosen = _clip(account, "chosen")
    assert _names(shelf.suggest(mention, chosen=chosen)) == ["chosen", "best"]
    assert _names(shelf.suggest(mention, chosen=chosen, wanted=Wanted(words="best"))) == ["best"]


def prefers_last(_text: str, *, lang: str, clips: list[tuple[str, str]]) -> dict[str, float]:
    assert lang == "en"
    return {clips[-1][0]: 1.0}


def fails(*_: object, **__: object) -> dict[str, float]:
    raise RuntimeError("no model")


@pytest.mark.django_db
def test_matcher_of_ones_own_orders_the_shelf(
    account: Account, mention: Mention, settings: Settings
) -> None:
    for number in range(3):
        _clip(account, f"clip {number}")
    plain = _names(shelf.suggest(mention))
    settings.CLIP_MATCHER = "tests.responders.test_shelf.prefers_last"
    assert _names(shelf.suggest(mention)) == [plain[-1], *plain[:-1]]


@pytest.mark.django_db
def test_matcher_that_fails_leaves_the_shelf_as_it_is(
    account: Account, mention: Mention, settings: Settings, caplog: Any
) -> None:
    _clip(account, "only")
    settings.CLIP_MATCHER = "tests.responders.test_shelf.fails"
    assert _names(shelf.suggest(mention)) == ["only"]
    assert "fails failed" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 12])
def test_suggest_asks_a_fixed_number_of_queries(
    account: Account,
    mention: Mention,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(count):
        factories.ClipFactory(storyteller__campaign=account.campaign)
    themes.lexicon(account.campaign_id)
    shelf.suggest(mention)  # the index of words, the clips' figures

    with django_assert_num_queries(6):
        found = shelf.suggest(mention)
        for one in found:
            assert (one.reasons[-1], one.may_show) == ("never used", "name, face, camp")
        assert found[0].transcript == ""


def test_rested_is_told_in_days_after_two(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 11, 5, 12, tzinfo=timezone.get_default_timezone())
    monkeypatch.setattr(timezone, "now", lambda: now)
    clip = Clip(used_at=now - timedelta(days=3))
    one = shelf.Suggestion(clip, 1, 0, [], [], from_there=False, answers_today=0, rests_until=None)
    assert one.rest == "rested 3 d"
