"""The queue follows its rules, and nothing else: neither time nor a rule moves a claim."""

from typing import Any

import pytest
from django.utils import timezone

from campaign.intake import themes
from campaign.intake.judging import Judge
from campaign.models import Account, Mention, Ranking, ThemeWords
from responders import queue
from responders.actions import desk, ranking
from responders.queue import Filters, Lane
from tests import factories
from videos.models import Clip

TEXT = "The children need a school"


@pytest.fixture
def account() -> Account:
    return factories.AccountFactory()


def _mention(account: Account, **facts: Any) -> Mention:
    return factories.MentionFactory(account=account, text=TEXT, **facts)


@pytest.mark.django_db
def test_first_ready_clip_lifts_the_mentions_that_it_answers(account: Account) -> None:
    about_school, other = _mention(account), factories.MentionFactory(account=account, text="Hello")
    ranking.keep_ranked()
    about_school.refresh_from_db()
    assert about_school.themes == ["children", "school"]
    assert about_school.priority_parts == {"staffed": 20, "replyable": 15, "reach": 8}

    clip = factories.ClipFactory(storyteller__campaign=account.campaign, themes=["school"])
    assert ranking.keep_ranked() == 1
    about_school.refresh_from_db()
    assert about_school.priority_parts["clip"] == 25
    assert [one.pk for one in queue.mentions(account.campaign, Filters(clip=True))] == [
        about_school.pk
    ]

    Clip.objects.filter(pk=clip.pk).update(status="withdrawn")
    assert ranking.keep_ranked() == 1
    about_school.refresh_from_db()
    assert about_school.priority == 43
    assert not queue.mentions(account.campaign, Filters(clip=True)).exists()
    other.refresh_from_db()
    assert other.priority == 43


@pytest.mark.django_db
def test_consent_withdrawn_counts_as_no_clip(account: Account) -> None:
    factories.ClipFactory(
        storyteller__campaign=account.campaign,
        themes=["school"],
        consent__withdrawn_at=timezone.now(),
    )
    mention = _mention(account)
    ranking.keep_ranked()
    mention.refresh_from_db()
    assert "clip" not in mention.priority_parts


@pytest.mark.django_db
def test_ranking_goes_on_where_it_stopped_and_writes_only_what_changed(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "BATCH", 2)
    for _ in range(5):
        _mention(account)
    assert ranking.keep_ranked() == 5
    assert ranking.keep_ranked() == 0
    kept = Ranking.objects.get()
    assert kept.reached == Mention.objects.order_by("-pk")[0].pk
    monkeypatch.setattr(ranking, "MOST_SECONDS", 0)
    kept.rules = "others"
    kept.save(update_fields=["rules"])
    assert ranking.keep_ranked() == 0
    assert Ranking.objects.get().reached == 0


@pytest.mark.django_db
def test_other_words_of_a_campaign_change_its_queue_alone(account: Account) -> None:
    mention = factories.MentionFactory(account=account, text="My caravan")
    ranking.keep_ranked()
    ThemeWords.objects.create(
        campaign=account.campaign, language="en", theme="home", entries=["caravan"]
    )
    themes.forget(account.campaign_id)
    ranking.keep_ranked()
    mention.refresh_from_db()
    assert mention.themes == ["home"]
    assert [one.pk for one in queue.mentions(account.campaign, Filters(theme="home"))] == [
        mention.pk
    ]


@pytest.mark.django_db
def test_claim_made_meanwhile_stays(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    mention = _mention(account)
    ana = factories.editor(account.campaign)
    judged = Judge.judge

    def claims_first(*args: Any) -> dict[str, Any]:
        desk.claim(Mention.objects.get(pk=mention.pk), by=ana)
        found: dict[str, Any] = judged(*args)
        return found

    monkeypatch.setattr(Judge, "judge", claims_first)
    ranking.keep_ranked()
    mention.refresh_from_db()
    assert (mention.status, mention.claimed_by) == ("claimed", ana)
    assert mention.themes == ["children", "school"]


@pytest.mark.django_db
def test_trusted_mention_does_not_go_back_into_doubt(account: Account) -> None:
    mention = factories.MentionFactory(account=account, text="Send them back? Never!")
    ranking.keep_ranked()
    doubtful = Filters(lane=Lane.DOUBT)
    assert queue.mentions(account.campaign, doubtful).get() == mention

    desk.trust(mention, by=factories.editor(account.campaign))
    Ranking.objects.update(rules="others")
    ranking.keep_ranked()
    assert not queue.mentions(account.campaign, doubtful).exists()
    assert queue.mentions(account.campaign, Filters()).get() == mention
