"""What the desk lists: the order, the lanes, pages by key, and what each may see."""

import pytest
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from campaign.models import Account, Mention, Ranking
from responders import queue
from responders.queue import Cursor, Filters, Lane
from responders.templatetags import desk as tags
from tests import factories


@pytest.fixture
def account() -> Account:
    return factories.AccountFactory()


def _handles(found: queue.Page) -> list[str]:
    return [mention.author_handle for mention in found.mentions]


@pytest.mark.django_db
def test_page_is_most_urgent_first_then_oldest(account: Account) -> None:
    for handle, points in (("low", 10), ("first", 90), ("second", 90)):
        factories.MentionFactory(account=account, author_handle=handle, priority=points)

    assert _handles(queue.page(account.campaign, Filters())) == ["first", "second", "low"]


@pytest.mark.django_db
@pytest.mark.parametrize(("common", "few"), [(1, 10), (99, 10), (99, 2)])
def test_words_find_the_same_in_the_same_order_whichever_way_they_are_looked_up(
    account: Account, monkeypatch: pytest.MonkeyPatch, common: int, few: int
) -> None:
    monkeypatch.setattr(queue, "COMMON", common)
    monkeypatch.setattr(queue, "FEW", few)
    for handle, text, priority in (
        ("low", "One blackboard", 10),
        ("silent", "No word of it", 90),
        ("high", "Blackboards!", 90),
        ("third", "a blackboard", 50),
    ):
        factories.MentionFactory(
            account=account, author_handle=handle, text=text, priority=priority
        )
    factories.MentionFactory(account=account, text="blackboard", status="dismissed", reason="spam")
    factories.MentionFactory(text="Another campaign's blackboard")

    found = queue.page(account.campaign, Filters(words="blackboard"))

    assert _handles(found) == ["high", "third", "low"]
    assert queue.arrived(account.campaign, Filters(words="blackboard"), after=0) == 3


@pytest.mark.django_db
def test_pages_follow_each_other_without_gap_or_double(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE", 3)
    made = [
        factories.MentionFactory(account=account, priority=priority)
        for priority in (50, 90, 50, 10, 50, 90, 0, 50)
    ]
    seen: list[int] = []
    cursor = None
    while True:
        page = queue.page(account.campaign, Filters(), after=cursor)
        seen += [mention.pk for mention in page.mentions]
        cursor = page.following
        if cursor is None:
            break

    expected = sorted(made, key=lambda mention: (mention.queue_at, mention.pk))
    assert seen == [mention.pk for mention in expected]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lane", "facts"),
    [
        (Lane.ANSWER, {}),
        (Lane.MANUAL, {"replyable": False}),
        (Lane.DOUBT, {"doubt": "hostile"}),
        (Lane.DOUBT, {"doubt": "off_topic", "replyable": False}),
        (Lane.BRIEFED, {"status": "briefed"}),
        (Lane.ANSWERED, {"status": "answered"}),
        (Lane.FILTERED, {"status": "filtered", "reason": "language"}),
        (Lane.DISMISSED, {"status": "dismissed", "reason": "hostile"}),
    ],
)
def test_lane_holds_its_own_and_no_other_campaigns(
    account: Account, lane: Lane, facts: dict[str, object]
) -> None:
    factories.MentionFactory(account=account, author_handle="ours", **facts)
    factories.MentionFactory(author_handle="theirs", **facts)
    others = [other for other in Lane if other is not lane]

    assert _handles(queue.page(account.campaign, Filters(lane=lane))) == ["ours"]
    for other in others:
        assert _handles(queue.page(account.campaign, Filters(lane=other))) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(language="fr"), ["marc"]),
        (Filters(words="TENT"), ["tess"]),
        (Filters(words="@ma"), ["marc"]),
        (Filters(words="marc"), ["marc"]),
        (Filters(words="100%_\\"), []),
        (Filters(words="@%"), ["marc", "tess"]),
        (Filters(words="mais tes"), []),
        (Filters(words="MAIS"), ["marc"]),
        (Filters(theme="home"), ["marc"]),
        (Filters(country="FR"), ["marc"]),
        (Filters(reach="10k"), ["marc"]),
        (Filters(sure=True), ["tess"]),
        (Filters(clip=True), ["tess"]),
        (Filters(clip=True, language="fr"), []),
        (Filters(language="xx'; --"), []),
    ],
)
def test_filters_narrow_the_lane(account: Account, filters: Filters, expected: list[str]) -> None:
    factories.MentionFactory(
        account=account,
        author_handle="marc",
        lang="fr",
        text="La maison",
        themes=["home"],
        country="FR",
        author_followers=12_000,
        replyable_reason="thread",
    )
    factories.MentionFactory(
        account=account, author_handle="tess", text="A tent", themes=["shelter"]
    )
    Ranking.objects.create(campaign=account.campaign, answerable=["shelter", "work"])

    assert _handles(queue.page(account.campaign, filters)) == expected


@pytest.mark.django_db
def test_arrived_counts_what_came_later_in_this_lane(account: Account) -> None:
    first = factories.MentionFactory(account=account)
    factories.MentionFactory(account=account)
    factories.MentionFactory(account=account, replyable=False)
    factories.MentionFactory(account=account, status="filtered", reason="language")
    factories.MentionFactory()

    assert queue.arrived(account.campaign, Filters(), after=first.pk) == 1


@pytest.mark.django_db
def test_next_after_goes_down_and_then_back_to_the_top(account: Account) -> None:
    top, middle, last = (
        factories.MentionFactory(account=account, priority=priority) for priority in (90, 50, 10)
    )
    campaign = account.campaign

    assert queue.next_after(top, campaign, Filters()) == middle
    assert queue.next_after(last, campaign, Filters()) == top
    Mention.objects.exclude(pk=last.pk).update(status="answered")
    assert queue.next_after(last, campaign, Filters()) is None


@pytest.mark.django_db
def test_counts_are_of_this_campaign_in_one_query(
    account: Account, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for facts in ({}, {}, {"replyable": False}, {"status": "answered"}):
        factories.MentionFactory(account=account, **facts)
    factories.MentionFactory()
    factories.approved_reply(mention__account=account, mention__status="answering")
    cache.clear()

    with django_assert_num_queries(1):
        counts = queue.counts(account.campaign)
        again = queue.counts(account.campaign)

    assert counts == again
    assert counts == queue.Counts(answer=2, manual=1, answered=1, held=1)
    assert counts.waiting == 3


@pytest.mark.parametrize(
    ("text", "cursor"),
    [
        ("1790000000000000-7", Cursor(1_790_000_000_000_000, 7)),
        ("", None),
        ("50", None),
        ("-1-7", None),
        ("a-b", None),
        ("1-" + "9" * 40, None),
        ("1-" + "9" * 19, None),
        ("9" * 18 + "-1", None),
        ("٣-٤", Cursor(3, 4)),
    ],
)
def test_cursor_reads_only_its_own(text: str, cursor: Cursor | None) -> None:
    assert Cursor.read(text) == cursor


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A tent <b>", "A <u class='tweet-u' title='Shelter'>tent</u> &lt;b&gt;"),
        ("@tess_home\nnow", "<bdi class='tweet-bdi'>@tess_home</bdi><br>now"),
        ("\"'><script>", "&quot;&#x27;&gt;&lt;script&gt;"),
    ],
)
def test_tweet_is_escaped_and_marked(account: Account, text: str, shown: str) -> None:
    assert tags.tweet(factories.MentionFactory(account=account, text=text)) == shown


def test_on_x_shows_links_as_x_does() -> None:
    shown = tags.on_x('Hi @tess <i> https://iwelcome.example/s/abc?x="1"')

    assert shown == (
        "Hi <bdi class='x-link'>@tess</bdi> &lt;i&gt; "
        "<bdi class='x-link'>iwelcome.example/s/abc?x=&quot;1&quot;</bdi>"
    )
