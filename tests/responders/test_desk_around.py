"""What is around a mention: its author, the conversation, the translation, the covered media."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from campaign.models import Account, Mention
from campaign.networks import attached
from campaign.networks.base import Author, IncomingPost, Page, Unreachable
from responders import surroundings
from responders.models import Reply
from responders.templatetags import desk as tags
from tests import factories
from tests.responders.fakes import FakeNetwork

RAW = {
    "data": {
        "attachments": {"media_keys": ["3_1", "3_2", "13_3"]},
        "referenced_tweets": [
            {"type": "quoted", "id": "77"},
            {"type": "replied_to", "id": "78"},
            {"type": "retweeted", "id": "79"},
            {"type": "quoted"},
            "nonsense",
        ],
    },
    "includes": {
        "tweets": [{"id": "77", "text": "<b>Stay</b>", "author_id": "5"}],
        "users": [{"id": "5", "username": "orla"}, None],
    },
}


@pytest.fixture
def account() -> Account:
    return factories.AccountFactory()


def _address(mention: Mention, name: str = "") -> str:
    return f"/c/{mention.campaign.slug}/desk/{mention.pk}/{name}"


def _signed_in(mention: Mention) -> Client:
    client = Client()
    client.force_login(factories.editor(mention.campaign))
    return client


def test_attached_reads_what_was_kept_and_trusts_no_type() -> None:
    assert attached.referenced(RAW) == [
        attached.Referenced("quoted", "77", handle="orla", text="<b>Stay</b>"),
        attached.Referenced("replied_to", "78"),
    ]
    assert attached.media(RAW) == {"photo": 2, "video": 1}
    broken: list[dict[str, Any]] = [
        {},
        {"data": []},
        {"data": {"referenced_tweets": 3, "attachments": {"media_keys": 1}}},
    ]
    for raw in broken:
        assert attached.referenced(raw) == []
        assert attached.media(raw) == {}
    assert tags.media_words({"photo": 2, "video": 1}) == "2 photos, 1 video"
    assert tags.media_words({}) == "Media"


@pytest.mark.django_db
def test_author_comes_with_what_they_wrote_and_what_we_answered(account: Account) -> None:
    now = timezone.now()
    for day in (1, 2, 3, 4):
        factories.MentionFactory(
            account=account, author_id="9", posted_at=now - timedelta(days=day)
        )
    answered = factories.MentionFactory(
        account=account, author_id="9", status="answered", posted_at=now - timedelta(hours=1)
    )
    reply = factories.approved_reply(mention=answered)
    Reply.objects.filter(pk=reply.pk).update(status="posted", posted_at=now, external_id="1")
    factories.MentionFactory(author_id="9", posted_at=now - timedelta(hours=2))
    mention = factories.MentionFactory(
        account=account, author_id="9", author_since=now - timedelta(days=3), posted_at=now
    )

    around = surroundings.around(mention)

    assert (len(around.earlier), around.earlier_count) == (3, 5)
    assert around.answered == reply
    assert around.new_account is not None
    assert around.new_account.days == 3
    page = _signed_in(mention).get(_address(mention)).content.decode()
    assert "New account: 3" in page
    assert "Answered by " in " ".join(page.split())
    assert "Never reply again" in page


@pytest.mark.django_db
def test_conversation_and_quoted_post_stand_beside_the_tweet(account: Account) -> None:
    other = factories.MentionFactory(account=account, conversation_id="500", text="Mine asked too")
    factories.MentionFactory(conversation_id="500", text="Somebody else's campaign")
    mention = factories.MentionFactory(
        account=account, conversation_id="500", raw=RAW, has_media=True
    )

    assert surroundings.around(mention).others == [other]
    page = _signed_in(mention).get(_address(mention)).content.decode()
    assert "Mine asked too" in page
    assert "Somebody else" not in page
    assert "&lt;b&gt;Stay&lt;/b&gt;" in page
    assert "2 photos, 1 video" in page
    assert "<img" not in page.partition('class="tweet"')[2].partition('class="about"')[0]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 5])
def test_around_asks_a_fixed_number_of_queries(
    account: Account, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        factories.MentionFactory(
            account=account,
            author_id="9",
            conversation_id="500",
            posted_at=timezone.now() - timedelta(days=1 + number),
        )
    mention = factories.MentionFactory(account=account, author_id="9", conversation_id="500")
    with django_assert_num_queries(5 if count else 2):
        assert surroundings.around(mention).earlier_count == count


@pytest.mark.django_db
def test_whole_conversation_is_asked_for_once_a_minute(
    account: Account, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    mention = factories.MentionFactory(account=account, conversation_id="500")
    asked: list[str] = []

    def search(query: str, **_: Any) -> Page:
        asked.append(query)
        ids = ("3", "2", mention.external_id, "1")
        return Page([_post(one) for one in ids])

    monkeypatch.setattr(network, "search_recent", search, raising=False)
    client = _signed_in(mention)
    first = client.get(_address(mention, "conversation")).content.decode()
    client.get(_address(mention, "conversation"))

    assert asked == ["conversation_id:500"]
    assert [first.index(f"Said {one}") for one in "123"] == sorted(
        first.index(f"Said {one}") for one in "123"
    )
    assert f"Said {mention.external_id}" not in first


def _post(post_id: str) -> IncomingPost:
    return IncomingPost(
        id=post_id,
        author=Author(id="5", handle="orla"),
        text=f"Said {post_id}",
        lang="en",
        posted_at=timezone.now(),
    )


@pytest.mark.django_db
def test_conversation_that_cannot_be_read_says_so(
    account: Account, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def search(*_: Any, **__: Any) -> Page:
        raise Unreachable("no route")

    monkeypatch.setattr(network, "search_recent", search, raising=False)
    mention = factories.MentionFactory(account=account, conversation_id="500")
    answer = _signed_in(mention).get(_address(mention, "conversation"))
    assert "X did not tell us. Open the tweet on X to read on." in answer.content.decode()
    assert "conversation 500 not read: no route" in caplog.text


def shouts(text: str, *, source: str, target: str) -> str:
    return f"{source}>{target}: {text.upper()}"


def fails(*_: object, **__: object) -> str:
    raise RuntimeError("no quota")


@pytest.mark.django_db
def test_translation_is_off_until_a_translator_is_named(
    account: Account, settings: Settings
) -> None:
    mention = factories.MentionFactory(account=account, lang="fr", text="Une maison")
    client = _signed_in(mention)
    assert "Translate" not in client.get(_address(mention)).content.decode()

    settings.TRANSLATOR = "tests.responders.test_desk_around.fails"
    assert "Translate" in client.get(_address(mention)).content.decode()
    failed = client.get(_address(mention, "translation")).content.decode()
    assert "The translation did not come." in failed

    settings.TRANSLATOR = "tests.responders.test_desk_around.shouts"
    cache.clear()
    shown = client.get(_address(mention, "translation")).content.decode()
    assert "fr&gt;en: UNE MAISON" in shown


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["conversation", "translation"])
def test_charlie_of_another_campaign_asks_in_vain(account: Account, name: str) -> None:
    mention = factories.MentionFactory(account=account)
    client = Client()
    client.force_login(factories.editor())
    assert client.get(_address(mention, name)).status_code == 404
