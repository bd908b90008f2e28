from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaign.models import Campaign, Pause, User
from campaign.networks.base import OutcomeUnknown, Refusal, Rejected
from petitions.models import ClickCount
from responders.actions import approval, posting
from responders.models import Attempt, Look, MediaUpload, Reply
from responders.reports import outbox, status
from tests import factories
from tests.responders.fakes import POSTED_UNHEARD, FakeNetwork

pytestmark = pytest.mark.django_db

Make = Callable[..., Reply]


@pytest.fixture
def campaign() -> Campaign:
    return factories.CampaignFactory(slug="iwelcome")


@pytest.fixture
def account(campaign: Campaign) -> Any:
    return factories.AccountFactory(campaign=campaign)


@pytest.fixture
def ana(campaign: Campaign) -> User:
    return factories.senior(campaign, name="Ana")


@pytest.fixture
def signed_in(client: Client, ana: User) -> Client:
    client.force_login(ana)
    return client


def page(name: str, *args: object) -> str:
    return reverse(name, args=["iwelcome", *args])


def some_of_each(due: Make, network: FakeNetwork, account: Any, *, times: int) -> None:
    """Held, waiting, posted, unknown, refused, stale and put right replies."""
    for _ in range(times):
        replies = [due(mention__account=account) for _ in range(7)]
        held, _waiting, posted, unknown, refused, stale, found = replies
        now = timezone.now()
        Reply.objects.filter(pk=held.pk).update(due_at=now + timedelta(seconds=8))
        Reply.objects.filter(pk=stale.pk).update(status="stale", problem="waited")
        for reply, answer in (
            (posted, None),
            (unknown, OutcomeUnknown("reset")),
            (refused, Rejected(Refusal.BLOCKED, "No.")),
            (found, POSTED_UNHEARD),
        ):
            network.answers = [answer] if answer else []
            posting.post(reply.pk, worker="test")
        attempt = Attempt.objects.get(reply=found)
        Look.objects.create(attempt=attempt, at=now, found_id="9", posts_seen=1)
        Reply.objects.filter(pk=found.pk).update(status="posted", external_id="9", posted_at=now)
        assert posted.link is not None
        ClickCount.objects.create(link=posted.link, hour=now, people=3)


@pytest.mark.parametrize("name", ["outbox", "approvals"])
def test_page_makes_the_same_number_of_queries_for_any_number_of_rows(
    name: str,
    *,
    signed_in: Client,
    due: Make,
    network: FakeNetwork,
    account: Any,
    django_assert_max_num_queries: Any,
) -> None:
    some_of_each(due, network, account, times=1)
    cache.clear()
    with django_assert_max_num_queries(40) as one:
        assert signed_in.get(page(name)).status_code == 200
    some_of_each(due, network, account, times=2)
    cache.clear()
    with django_assert_max_num_queries(40) as three:
        assert signed_in.get(page(name)).status_code == 200
    assert len(three.captured_queries) == len(one.captured_queries)


def test_outbox_shows_each_reply_in_its_place(
    signed_in: Client, due: Make, network: FakeNetwork, account: Any
) -> None:
    some_of_each(due, network, account, times=1)
    context = signed_in.get(page("outbox")).context
    assert [len(context[part]) for part in ("held", "stale", "flight", "posted")] == [1, 1, 1, 2]
    assert sorted(one.problem.label for one in context["trouble"]) == [
        "Outcome unknown",
        "X refused",
    ]
    assert [one.by for one in context["put_right"]] == ["by itself"]
    assert {reply.clicked for reply in context["posted"]} == {0, 3}


def test_outbox_gives_one_part_alone(signed_in: Client) -> None:
    answer = signed_in.get(page("outbox"), {"part": "held"})
    assert next(template.name for template in answer.templates) == "responders/outbox/held.html"


def test_outbox_escapes_what_the_public_wrote(
    signed_in: Client, due: Make, account: Any, network: FakeNetwork
) -> None:
    reply = due(mention__account=account, mention__author_handle="<script>x")
    Reply.objects.filter(pk=reply.pk).update(text="<script>alert(1)</script>")
    Reply.objects.update(due_at=timezone.now() + timedelta(seconds=5))
    body = signed_in.get(page("outbox")).content.decode()
    assert "<script>alert(1)" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body


def test_evidence_tells_what_was_seen(due: Make, network: FakeNetwork, account: Any) -> None:
    reply = due(mention__account=account)
    network.answers = [OutcomeUnknown("reset")]
    posting.post(reply.pk, worker="test")
    attempt = Attempt.objects.get()
    for seen in (4, 24):
        Look.objects.create(attempt=attempt, at=timezone.now(), posts_seen=seen)
    Reply.objects.update(status="problem", problem="not_found")
    (one,) = outbox.trouble(account.campaign)
    assert [event.words for event in one.events] == [
        "Attempt 1 written down, then sent",
        "No answer in 1 s; the connection was cut",
        "Looked at our timeline: not there",
        "Last look, all 24 posts since: not there",
    ]


def waits_for_film(reply: Reply) -> None:
    MediaUpload.objects.update(state="uploading", bytes_total=200, bytes_sent=124)


def is_paused(reply: Reply) -> None:
    Pause.objects.create(reason="x", started_at=timezone.now())


def is_being_sent(reply: Reply) -> None:
    posting.begin(reply.pk, worker="test")


def nothing(reply: Reply) -> None:
    """As it is."""


@pytest.mark.parametrize(
    ("happens", "step", "words", "share"),
    [
        (nothing, 3, "The film is ready. Last checks", None),
        (waits_for_film, 2, "The film is on its way to X", 62),
        (is_paused, 1, "Paused. It waits where it is", None),
        (is_being_sent, 4, "Sent. Waiting for X to answer", None),
    ],
)
def test_journey_says_what_a_reply_waits_for(
    due: Make, account: Any, *, happens: Any, step: int, words: str, share: int | None
) -> None:
    happens(due(mention__account=account))
    (one,) = outbox.in_flight(account.campaign)
    assert (one.step, one.words, one.share, one.attempt) == (step, words, share, 1)


# What the buttons do --------------------------------------------------------------------------


def test_undo_button_gives_the_draft_back(signed_in: Client, due: Make, account: Any) -> None:
    reply = due(mention__account=account)
    answer = signed_in.post(page("outbox-undo", reply.pk), headers={"HX-Request": "true"})
    assert answer.context["said"].startswith("Undone.")
    reply.refresh_from_db()
    assert reply.status == Reply.Status.DRAFT


def test_undo_button_says_when_it_is_too_late(
    signed_in: Client, due: Make, network: FakeNetwork, account: Any
) -> None:
    reply = due(mention__account=account)
    posting.post(reply.pk, worker="test")
    answer = signed_in.post(page("outbox-undo", reply.pk), headers={"HX-Request": "true"})
    assert answer.context["refused"] == "Too late: it is posted."


def test_undo_button_works_without_javascript(signed_in: Client, due: Make, account: Any) -> None:
    reply = due(mention__account=account)
    answer = signed_in.post(page("outbox-undo", reply.pk))
    assert (answer.status_code, answer["Location"]) == (302, page("outbox"))


def test_problem_buttons_settle_it(
    signed_in: Client, due: Make, network: FakeNetwork, account: Any
) -> None:
    reply = due(mention__account=account)
    network.answers = [POSTED_UNHEARD]
    posting.post(reply.pk, worker="test")
    wrong = signed_in.post(
        page("outbox-there", reply.pk), {"link": "nonsense"}, headers={"HX-Request": "true"}
    )
    assert wrong.context["refused"].startswith("Paste the link")
    signed_in.post(page("outbox-there", reply.pk), {"link": network.timeline[0].id})
    reply.refresh_from_db()
    assert reply.status == Reply.Status.POSTED


def test_post_again_button_sends_it_back_into_the_lane(
    signed_in: Client, due: Make, network: FakeNetwork, account: Any
) -> None:
    reply = due(mention__account=account)
    now = timezone.now()
    Reply.objects.update(status="problem", problem="not_found", problem_at=now)
    signed_in.post(page("outbox-again", reply.pk))
    reply.refresh_from_db()
    assert reply.status == Reply.Status.APPROVED


def test_drop_button_gives_the_reply_up(signed_in: Client, due: Make, account: Any) -> None:
    reply = due(mention__account=account)
    now = timezone.now()
    Reply.objects.update(status="problem", problem="gone", problem_at=now)
    signed_in.post(page("outbox-drop", reply.pk))
    reply.refresh_from_db()
    assert reply.status == Reply.Status.CANCELLED


def test_refusal_is_shown_where_its_problem_was_settled_meanwhile(
    signed_in: Client, due: Make, account: Any
) -> None:
    reply = due(mention__account=account)
    Reply.objects.update(status="cancelled", problem="gone", problem_at=timezone.now())
    answer = signed_in.post(page("outbox-drop", reply.pk), headers={"HX-Request": "true"})
    assert "This reply was given up." in answer.content.decode()


def test_approvals_button_approves_what_was_shown(
    signed_in: Client, draft: Make, account: Any
) -> None:
    reply = draft(mention__account=account)
    approval.submit(reply, by=reply.author)
    (shown,) = signed_in.get(page("approvals")).context["waiting"]
    assert shown.seen == approval.fingerprint(Reply.objects.get())
    signed_in.post(page("approvals-approve", reply.pk), {"seen": shown.seen})
    reply.refresh_from_db()
    assert reply.status == Reply.Status.APPROVED


def test_approvals_button_refuses_what_changed(
    signed_in: Client, draft: Make, account: Any
) -> None:
    reply = draft(mention__account=account)
    approval.submit(reply, by=reply.author)
    answer = signed_in.post(
        page("approvals-approve", reply.pk), {"seen": "old"}, headers={"HX-Request": "true"}
    )
    assert answer.context["refused"].startswith("The reply changed")


def test_approvals_button_sends_back_with_a_comment(
    signed_in: Client, draft: Make, account: Any
) -> None:
    reply = draft(mention__account=account)
    approval.submit(reply, by=reply.author)
    signed_in.post(page("approvals-back", reply.pk), {"comment": "Warmer"})
    reply.refresh_from_db()
    assert (reply.status, reply.problem_detail) == ("draft", "Warmer")


def test_pause_and_resume_from_the_bar(signed_in: Client, account: Any, ana: User) -> None:
    signed_in.post(page("pause"), {"reason": "Checking a clip"})
    stop = Pause.objects.get()
    assert (stop.campaign, stop.account, stop.started_by) == (account.campaign, None, ana)
    signed_in.post(page("resume"))
    stop.refresh_from_db()
    assert stop.ended_by == ana


def test_pause_does_not_send_people_elsewhere(signed_in: Client, account: Any) -> None:
    answer = signed_in.post(
        page("pause"), {"reason": "x"}, headers={"Referer": "https://evil.example/"}
    )
    assert answer["Location"] == page("outbox")


def test_budget_counts_what_was_posted_today(due: Make, network: FakeNetwork, account: Any) -> None:
    posting.post(due(mention__account=account).pk, worker="test")
    assert status.budget(account.campaign) == status.Budget(left=9_980, whole=10_000)


# Who must not ---------------------------------------------------------------------------------

PAGES = ["outbox", "approvals", "status"]
DESK_BUTTONS = ["outbox-undo", "outbox-drop", "approvals-approve", "approvals-back"]
SENIOR_BUTTONS = ["outbox-there", "outbox-again", "outbox-down"]


@pytest.mark.parametrize("name", [*PAGES, *DESK_BUTTONS, *SENIOR_BUTTONS, "pause", "resume"])
def test_charlie_who_is_signed_out_is_asked_to_sign_in(
    client: Client, due: Make, account: Any, name: str
) -> None:
    reply = due(mention__account=account)
    address = page(name, reply.pk) if "-" in name else page(name)
    answer = client.get(address) if name in PAGES else client.post(address)
    gate = reverse("account_login")
    assert (answer.status_code, answer["Location"]) == (302, f"{gate}?next={address}")


@pytest.mark.parametrize("name", [*PAGES, *DESK_BUTTONS, *SENIOR_BUTTONS, "pause", "resume"])
def test_charlie_of_another_campaign_finds_nothing(
    client: Client, due: Make, account: Any, name: str
) -> None:
    reply = due(mention__account=account)
    client.force_login(factories.senior(factories.CampaignFactory()))
    address = page(name, reply.pk) if "-" in name else page(name)
    answer = client.get(address) if name in PAGES else client.post(address)
    assert answer.status_code == 404
    reply.refresh_from_db()
    assert reply.status == Reply.Status.APPROVED


@pytest.mark.parametrize("name", [*DESK_BUTTONS, *SENIOR_BUTTONS])
def test_reply_of_another_campaign_is_not_found(
    signed_in: Client, due: Make, campaign: Campaign, name: str
) -> None:
    theirs = due()
    assert signed_in.post(page(name, theirs.pk), {"comment": "x"}).status_code == 404


@pytest.mark.parametrize("name", [*PAGES, *DESK_BUTTONS, *SENIOR_BUTTONS])
def test_charlie_the_manager_is_refused(client: Client, due: Make, account: Any, name: str) -> None:
    reply = due(mention__account=account)
    client.force_login(factories.manager(account.campaign))
    address = page(name, reply.pk) if "-" in name else page(name)
    answer = client.get(address) if name in PAGES else client.post(address)
    assert answer.status_code == 403


@pytest.mark.parametrize("name", [*SENIOR_BUTTONS, "pause", "resume"])
def test_charlie_the_editor_is_refused_what_seniors_do(
    client: Client, due: Make, account: Any, name: str
) -> None:
    reply = due(mention__account=account)
    client.force_login(factories.editor(account.campaign))
    address = page(name, reply.pk) if "-" in name else page(name)
    assert client.post(address, {"reason": "x"}).status_code == 403
    assert not Pause.objects.exists()
