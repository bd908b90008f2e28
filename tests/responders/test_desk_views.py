"""The desk's pages: who may open them, who may not, and what hostile forms get."""

import html
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaign.models import Account, Mention, User
from responders import queue
from responders.actions import approval, desk, writing
from responders.models import Notice, Reply, ShiftNote
from responders.urls import desk_urls
from tests import factories

MOST_QUERIES = 14
GETS = [
    "desk-history",
    "desk",
    "desk-cards",
    "desk-news",
    "desk-held",
    "desk-mention",
    "desk-state",
    "desk-shelf",
    "desk-conversation",
    "desk-translation",
]
HTMX = {"HX-Request": "true", "HX-Target": "pane"}


@pytest.fixture
def account() -> Account:
    account = factories.AccountFactory(campaign__slug="iwelcome")
    factories.PetitionFactory(campaign=account.campaign)
    factories.ReplyTemplateFactory(campaign=account.campaign)
    return account


@pytest.fixture
def ana(account: Account) -> User:
    return factories.editor(account.campaign, name="Ana")


@pytest.fixture
def mention(account: Account) -> Mention:
    return factories.MentionFactory(account=account, author_handle="tess")


@pytest.fixture
def as_ana(client: Client, ana: User) -> Client:
    client.force_login(ana)
    return client


def _url(name: str, *args: object) -> str:
    return reverse(name, args=["iwelcome", *args])


def _addresses(mention: Mention, reply: Reply) -> list[tuple[str, str]]:
    """Each address of the desk with the method that it takes."""
    notice = Notice.objects.create(
        to=reply.author,
        by=factories.UserFactory(),
        campaign=mention.campaign,
        mention=mention,
        kind="handed_over",
        at=timezone.now(),
    )
    note = ShiftNote.objects.create(
        campaign=mention.campaign, author=reply.author, text="Quiet night", at=timezone.now()
    )
    named = {"int:pk": mention.pk, "int:reply": reply.pk, "int:notice": notice.pk}
    named["int:note>"] = note.pk
    found = []
    for pattern in desk_urls:
        wants = str(pattern.pattern)
        args = [pk for name, pk in named.items() if name in wants]
        method = "get" if pattern.name in GETS else "post"
        found.append((method, _url(pattern.name or "", *args)))
    return found


@pytest.mark.django_db
def test_every_address_refuses_charlie(client: Client, mention: Mention, ana: User) -> None:
    """Not signed in, without the role, of another campaign, a crew member: nothing for them."""
    reply = desk.claim(mention, by=ana)
    charlies = {
        "manager": (factories.manager(mention.campaign), 403),
        "crew": (factories.crew(factories.PlaceFactory()), 404),
        "stranger": (factories.senior(factories.CampaignFactory()), 404),
        "nobody": (factories.person(None, mention.campaign), 403),
    }
    for method, address in _addresses(mention, reply):
        client.logout()
        answer = getattr(client, method)(address)
        assert answer.status_code == 302, address
        assert answer["Location"].startswith("/sign-in/"), address
        for who, (charlie, status) in charlies.items():
            client.force_login(charlie)
            assert getattr(client, method)(address).status_code == status, (who, address)
    reply.refresh_from_db()
    mention.refresh_from_db()
    assert (reply.status, mention.claimed_by) == ("draft", ana)


@pytest.mark.django_db
def test_actions_refuse_get(as_ana: Client, mention: Mention, ana: User) -> None:
    reply = desk.claim(mention, by=ana)

    for method, address in _addresses(mention, reply):
        if method == "post":
            assert as_ana.get(address).status_code in {403, 405}, address


@pytest.mark.django_db
def test_another_campaigns_ids_are_not_found(as_ana: Client, ana: User) -> None:
    foreign = factories.MentionFactory()
    reply = factories.ReplyFactory(mention=foreign, author=ana)

    for method, address in _addresses(foreign, reply):
        if re.search(r"/\d+/", address):
            wanted = 403 if address.endswith("take-over") else 404
            assert getattr(as_ana, method)(address).status_code == wanted, address
    body = as_ana.get(f"{_url('desk-cards')}?ids={foreign.pk}").content.decode()
    assert body.strip() == ""
    foreign.refresh_from_db()
    assert foreign.status == "waiting"


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, queue.PAGE])
def test_desk_asks_few_queries_however_many_mentions(
    as_ana: Client, account: Account, ana: User, count: int
) -> None:
    for number in range(count):
        factories.MentionFactory(
            account=account,
            claimed_by=factories.editor(account.campaign) if number % 2 else None,
            claimed_at=timezone.now(),
            claimed_until=timezone.now() + timedelta(minutes=2) if number % 2 else None,
            status="claimed" if number % 2 else "waiting",
        )
    cache.clear()
    with CaptureQueriesContext(connection) as cold:
        as_ana.get(_url("desk"))
    # What the bar shows is counted at most every two seconds, for all pages together.
    with CaptureQueriesContext(connection) as captured:
        page = as_ana.get(_url("desk"))

    assert page.status_code == 200
    assert page.content.count(b"data-card=") == count
    assert len(captured) <= MOST_QUERIES, [query["sql"][:90] for query in captured]
    assert len(cold) <= MOST_QUERIES + 5


@pytest.mark.django_db
def test_a_whole_page_asks_for_its_shelf_and_a_pane_brings_it(
    as_ana: Client, account: Account, mention: Mention
) -> None:
    clip = factories.ClipFactory(storyteller__campaign=account.campaign, title="One blackboard")
    here = reverse("desk-mention", args=["iwelcome", mention.pk])

    page = as_ana.get(f"{here}?lang=en&draft=7").content.decode()
    pane = as_ana.get(here, headers=HTMX).content.decode()
    asked = re.search(
        r'id="shelf"[^>]*hx-get="([^"]+)"[^>]*hx-trigger="load, online from:window"', page
    )

    assert clip.title not in page
    assert clip.title in pane
    assert asked
    assert html.unescape(asked[1]) == f"{here}shelf?lang=en&draft=7"
    assert clip.title in as_ana.get(html.unescape(asked[1])).content.decode()


@pytest.mark.django_db
def test_cards_and_clips_show_hostile_words_as_words(
    as_ana: Client, account: Account, mention: Mention
) -> None:
    evil = "<script>alert(1)</script> {{ 7 * 7 }} \"'"
    Mention.objects.filter(pk=mention.pk).update(author_handle=evil, text=evil, lang='"><xx')
    factories.ClipFactory(storyteller__campaign=account.campaign, title=evil, quote=evil)
    here = reverse("desk-mention", args=["iwelcome", mention.pk])

    pages = [
        as_ana.get(one).content.decode() for one in (here, f"{here}shelf", f"{here}shelf?x=<b")
    ]

    for page in pages:
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }} &#" in page
        assert '"><xx' not in page


@pytest.mark.django_db
def test_claim_pair_approve_undo_by_plain_forms(
    as_ana: Client, mention: Mention, ana: User
) -> None:
    clip = factories.ClipFactory(storyteller__campaign=mention.campaign)
    here = _url("desk-mention", mention.pk)

    assert as_ana.post(_url("desk-claim", mention.pk)).headers["Location"] == here
    as_ana.post(_url("desk-pair", mention.pk), {"clip": str(clip.pk)})
    reply = Reply.objects.select_related("clip", "link").get()
    assert reply.clip == clip
    as_ana.post(
        _url("desk-approve", mention.pk),
        {"text": f"{reply.text} #IWelcome", "seen": approval.fingerprint(reply)},
    )
    reply.refresh_from_db()
    assert (reply.status, reply.approved_by) == ("approved", ana)
    assert f"@{mention.author_handle}" in as_ana.get(_url("desk-held")).content.decode()
    as_ana.post(_url("desk-undo", reply.pk))
    reply.refresh_from_db()
    assert reply.status == "draft"


@pytest.mark.django_db
def test_approve_claims_the_next_and_shows_it(
    as_ana: Client, account: Account, mention: Mention, ana: User
) -> None:
    following = factories.MentionFactory(account=account, author_handle="next_one", priority=10)
    reply = desk.claim(mention, by=ana)
    clip = factories.ClipFactory(storyteller__campaign=account.campaign)
    reply = writing.pair(reply, clip=clip, by=ana)

    answer = as_ana.post(
        _url("desk-approve", mention.pk),
        {"text": reply.text, "seen": approval.fingerprint(reply)},
        headers=HTMX,
    )

    assert answer.headers["HX-Push-Url"] == _url("desk-mention", following.pk)
    assert "Next: @next_one" in answer.content.decode()
    following.refresh_from_db()
    assert following.claimed_by == ana


@pytest.mark.django_db
def test_claim_of_a_colleagues_says_who_in_the_pane(as_ana: Client, mention: Mention) -> None:
    joe = factories.editor(mention.campaign, name="Joe")
    desk.claim(mention, by=joe)

    answer = as_ana.post(_url("desk-claim", mention.pk), headers=HTMX)

    assert answer.status_code == 409
    assert "Joe was first. Your draft is kept." in answer.content.decode()


@pytest.mark.django_db
def test_save_answers_with_count_and_why_not(as_ana: Client, mention: Mention, ana: User) -> None:
    desk.claim(mention, by=ana)

    answer = as_ana.post(_url("desk-save", mention.pk), {"text": "日" * 141}, headers=HTMX)

    body = answer.content.decode()
    assert answer.status_code == 200
    assert "<b data-count>282</b> of 280" in body
    assert "2 too long" in body


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "status"),
    [("a\x00\u202eb", 200), ("x" * 4001, 409), ("<img src=x onerror=alert(1)>", 200), ("", 200)],
)
def test_save_takes_hostile_text_calmly(
    as_ana: Client, mention: Mention, text: str, status: int
) -> None:
    as_ana.post(_url("desk-claim", mention.pk))

    answer = as_ana.post(_url("desk-save", mention.pk), {"text": text}, headers=HTMX)

    assert answer.status_code == status
    assert "<img src=x" not in answer.content.decode()
    assert "<img src=x" not in as_ana.get(_url("desk-mention", mention.pk)).content.decode()


@pytest.mark.django_db
def test_save_after_the_lease_says_so_and_keeps_the_text(
    as_ana: Client, mention: Mention, ana: User
) -> None:
    desk.claim(mention, by=ana)
    Mention.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))

    answer = as_ana.post(_url("desk-save", mention.pk), {"text": "Half a thought"}, headers=HTMX)

    assert answer.status_code == 409
    assert "Your five minutes were over. Your draft is kept." in answer.content.decode()
    assert Reply.objects.get().text == "Half a thought"


@pytest.mark.django_db
def test_save_after_a_take_over_says_who_has_the_draft(
    as_ana: Client, mention: Mention, ana: User
) -> None:
    draft = desk.claim(mention, by=ana)
    rose = factories.senior(mention.campaign, name="Rose")
    desk.take_over(mention, by=rose)

    answer = as_ana.post(_url("desk-save", mention.pk), {"text": "Too late"}, headers=HTMX)

    assert answer.status_code == 409
    assert "Rose has it now, with your draft." in answer.content.decode()
    draft.refresh_from_db()
    assert draft.text != "Too late"


@pytest.mark.django_db
@pytest.mark.parametrize("clip", ["", "x", "6a0f4e0e-2f5c-4b5e-9f0d-0d5a52a0b7c1", "1' OR 1=1"])
def test_pair_with_a_forged_clip_is_refused(
    as_ana: Client, mention: Mention, ana: User, clip: str
) -> None:
    desk.claim(mention, by=ana)

    answer = as_ana.post(_url("desk-pair", mention.pk), {"clip": clip}, headers=HTMX)

    assert answer.status_code == 409
    assert Reply.objects.get().clip is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "lane=nonsense",
        "lane=answer&after=zz&lang=%00&q=%00",
        "after=9999999999999999999999-1",
        "q=" + "%25" * 400,
        "after=%D9%A3-%D9%A4",
    ],
)
def test_desk_takes_a_hostile_address_calmly(as_ana: Client, mention: Mention, query: str) -> None:
    assert as_ana.get(f"{_url('desk')}?{query}").status_code == 200
    assert as_ana.get(f"{_url('desk-news')}?{query}").status_code == 200
    assert as_ana.get(f"{_url('desk-cards')}?ids=1,,x,{10**40}&{query}").status_code == 200


@pytest.mark.django_db
def test_a_mention_past_every_id_is_not_found(as_ana: Client, mention: Mention) -> None:
    assert as_ana.get(_url("desk-mention", 10**40)).status_code == 404


@pytest.mark.django_db
def test_dismiss_needs_a_reason_that_exists(as_ana: Client, mention: Mention) -> None:
    address = _url("desk-dismiss", mention.pk)

    assert as_ana.post(address, {"reason": "because"}, headers=HTMX).status_code == 409
    mention.refresh_from_db()
    assert mention.status == "waiting"
    assert as_ana.post(address, {"reason": "hostile"}, headers=HTMX).status_code == 200
    mention.refresh_from_db()
    assert (mention.status, mention.reason) == ("dismissed", "hostile")


@pytest.mark.django_db
def test_not_replyable_is_answered_by_hand(as_ana: Client, account: Account, ana: User) -> None:
    mention = factories.MentionFactory(account=account, replyable=False)
    desk.claim(mention, by=ana)

    body = as_ana.get(_url("desk-mention", mention.pk)).content.decode()

    assert "No clip yet" in body
    assert "They did not mention us" in body
