"""Reviewing signatures: rules, suspicion, one more step, bulk removal and its undoing, alerts."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from campaign import roles
from campaign.models import AuditEntry
from petitions import limits, proof, rules
from petitions.actions import counting, ledger, moderation, signing, watching
from petitions.actions.moderation import Chosen
from petitions.limits import Rate
from petitions.models import Alert, CountSnapshot, LedgerEntry, Petition, Removal, Signature
from tests import factories
from tests.petitions.conftest import tess

pytestmark = pytest.mark.django_db

Fill = Callable[..., dict[str, str]]
State = Signature.State
PAGE = "/p/share/"


@pytest.fixture
def rosa(client: Client, petition: Petition) -> Client:
    """A manager of the petition's campaign."""
    person = factories.UserFactory(name="Rosa")
    person.groups.add(Group.objects.get(name=roles.MANAGER))
    person.campaigns.add(petition.campaign)
    client.force_login(person)
    return client


def address(petition: Petition, rest: str = "") -> str:
    return f"/c/{petition.campaign.slug}/petitions/{petition.slug}/{rest}"


def sign_many(petition: Petition, count: int, *, domain: str = "spam.example", **more: Any) -> None:
    for n in range(count):
        person = tess(email=f"t{n}@{domain}")
        signing.sign(petition, person=person, link=None, **more)


def states(petition: Petition) -> list[str]:
    return list(petition.signatures.order_by("id").values_list("state", flat=True))


@pytest.mark.parametrize(
    ("what", "value", "expected"),
    [
        ("domain", "@Spam.Example", State.FRAUDULENT),
        ("domain", "ham.example", State.PENDING),
        ("network", "192.0.2.0/24", State.FRAUDULENT),
        ("network", "198.51.100.0/24", State.PENDING),
    ],
)
def test_a_rule_keeps_signatures_apart_silently(
    visitor: Client, petition: Petition, filled: Fill, *, what: str, value: str, expected: str
) -> None:
    moderation.add_rule(petition, kind="block", what=what, value=value, by=factories.UserFactory())

    response = visitor.post(PAGE, filled(email="t@mail.spam.example"), REMOTE_ADDR="192.0.2.7")

    assert response.status_code == 303
    assert states(petition) == [expected]


def test_an_allowed_network_knows_no_limit(
    visitor: Client, petition: Petition, filled: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BURST", (1_800, 0, 0))
    by = factories.UserFactory()
    moderation.add_rule(petition, kind="allow", what="network", value="192.0.2.0/24", by=by)

    visitor.post(PAGE, filled(), REMOTE_ADDR="192.0.2.7")

    assert states(petition) == [State.PENDING]


@pytest.mark.parametrize("value", ["", "example", "no spaces.example", "300.1.1.1/8", "\x00"])
def test_a_rule_that_matches_nothing_is_refused(petition: Petition, value: str) -> None:
    what = "network" if "/" in value else "domain"
    with pytest.raises(rules.Wrong):
        moderation.add_rule(
            petition, kind="block", what=what, value=value, by=factories.UserFactory()
        )


def test_neighbours_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BURST", (1_800, 1, 2))
    monkeypatch.setattr(limits, "WIDE", 2)

    rates = [limits.rate(f"192.0.2.{n}") for n in range(6)]

    assert rates == [Rate.CALM] * 2 + [Rate.BUSY] * 2 + [Rate.OVER] * 2


def _challenge(page: str) -> dict[str, str]:
    return dict(
        re.findall(r'data-(algorithm|challenge|salt|signature)="([^"]*)"', html.unescape(page))
    )


def _solve(challenge: dict[str, str]) -> str:
    number = next(
        n
        for n in range(proof.MOST_WORK + 1)
        if hashlib.sha256(f"{challenge['salt']}{n}".encode()).hexdigest() == challenge["challenge"]
    )
    return base64.b64encode(json.dumps(challenge | {"number": number}).encode()).decode()


def test_a_crowd_is_asked_for_one_more_step_and_counts(
    visitor: Client, petition: Petition, filled: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BURST", (1_800, 0, 50))
    response = visitor.post(PAGE, filled())
    assert (response.status_code, states(petition)) == (429, [])
    work = _solve(_challenge(response.content.decode()))

    assert visitor.post(PAGE, filled(work=work)).status_code == 303
    assert states(petition) == [State.PENDING]
    again = visitor.post(PAGE, filled(work=work, email="other@example.org"))
    assert (again.status_code, states(petition)) == (429, [State.PENDING])


def test_who_has_no_scripts_waits_instead(
    visitor: Client, petition: Petition, filled: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BURST", (1_800, 0, 50))
    with time_machine.travel("2026-12-03T12:00Z", tick=False) as clock:
        page = visitor.post(PAGE, filled()).content.decode()
        found = re.search(r'name="ticket" value="([^"]+)"', page)
        assert found
        early = visitor.post(PAGE, filled(ticket=found[1]))
        clock.shift(proof.WAIT)
        late = visitor.post(PAGE, filled(ticket=found[1]))
        again = visitor.post(PAGE, filled(ticket=found[1], email="other@example.org"))

    assert (early.status_code, late.status_code, again.status_code) == (429, 303, 429)


@pytest.mark.parametrize("work", ["x", "e30=", base64.b64encode(b'{"number": "a"}').decode()])
def test_work_that_is_none_is_no_proof(work: str) -> None:
    assert not proof.is_given(work=work, ticket="forged:1:2")


def test_a_removal_counts_nothing_of_it_and_is_undone_whole(petition: Petition) -> None:
    by = factories.UserFactory()
    sign_many(petition, 3)
    sign_many(petition, 1, domain="example.org")
    signing.confirm(petition.signatures.order_by("id")[0].pk)
    counting.count_all()

    removal = moderation.remove(petition, Chosen(domain="spam.example"), reason="Robots", by=by)
    counting.count_all()
    after = CountSnapshot.objects.get(petition=petition)
    assert (after.confirmed, after.pending, after.removed, removal.count) == (0, 1, 3, 3)

    signing.not_me(petition.signatures.order_by("id")[1].pk)
    assert moderation.undo(removal, by=by) == 2
    with pytest.raises(moderation.Undone):
        moderation.undo(removal, by=by)
    counting.count_all()
    back = CountSnapshot.objects.get(petition=petition)
    assert (back.confirmed, back.pending, back.removed) == (1, 2, 1)
    assert [one.drift for one in counting.recount_all()] == [0]
    assert AuditEntry.objects.filter(verb__endswith="signatures").count() == 2


def test_a_manager_takes_out_what_the_filters_choose(rosa: Client, petition: Petition) -> None:
    sign_many(petition, 3)
    sign_many(petition, 1, domain="example.org")

    rosa.post(address(petition, "take-out/"), {"filters": "domain=spam.example", "reason": ""})
    rosa.post(address(petition, "take-out/"), {"filters": "", "reason": "All of them"})
    assert State.INVALIDATED not in states(petition)

    rosa.post(
        address(petition, "take-out/"), {"filters": "domain=spam.example", "reason": "Robots"}
    )
    assert states(petition) == [State.INVALIDATED] * 3 + [State.PENDING]
    page = rosa.get(address(petition)).content.decode()
    assert "Robots" in page
    rosa.post(address(petition, f"undo/{Removal.objects.get().pk}/"))
    assert states(petition) == [State.PENDING] * 4


def test_a_manager_takes_in_those_that_are_people(rosa: Client, petition: Petition) -> None:
    sign_many(petition, 2, suspicion="rate")

    rosa.post(address(petition, "accept/"), {"filters": "state=fraudulent"})

    assert states(petition) == [State.PENDING] * 2
    assert petition.signatures.filter(mail_due=True).count() == 2


def test_the_review_shows_no_name_and_no_address(rosa: Client, petition: Petition) -> None:
    sign_many(petition, 1, suspicion="rate")

    page = rosa.get(address(petition)).content.decode()

    assert "Tess" not in page
    assert "t0@" not in page
    assert "spam.example" in page


def test_the_review_takes_as_many_queries_for_many(
    rosa: Client, petition: Petition, django_assert_max_num_queries: Any
) -> None:
    sign_many(petition, 12, suspicion="rate")
    for n in range(3):
        moderation.take_out(
            petition, ids=[petition.signatures.order_by("id")[n].pk], by=factories.UserFactory()
        )

    with django_assert_max_num_queries(16):
        rosa.get(address(petition) + "?state=")


def test_the_list_calls_petitions_by_their_title(
    rosa: Client, petition: Petition, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        one = factories.PetitionFactory(campaign=petition.campaign)
        factories.PetitionTextFactory(petition=one, language="fr", title=f"Titre {number}")
        if number:
            factories.PetitionTextFactory(petition=one, language="en", title=f"Title {number}")
    nameless = factories.PetitionFactory(campaign=petition.campaign, slug="without-words")
    with django_assert_max_num_queries(14):
        page = rosa.get(f"/c/{petition.campaign.slug}/petitions/").content.decode()
    shown = ["Titre 0", "Title 1", "Title 2", nameless.slug]
    assert [name for name in shown if f">{name}</a>" not in page] == []
    assert "Titre 1" not in page


@pytest.mark.parametrize("rest", ["", "platforms/", "hand-over/"])
def test_a_petitions_pages_are_headed_by_its_title(
    rosa: Client, petition: Petition, rest: str
) -> None:
    petition.texts.all().delete()
    assert f"<bdi>{petition.slug}</bdi>" in rosa.get(address(petition, rest)).content.decode()
    factories.PetitionTextFactory(petition=petition, language="en", title="Give & way")
    assert "<bdi>Give &amp; way</bdi>" in rosa.get(address(petition, rest)).content.decode()


MANAGERS = [
    "", "take-out/", "accept/", "undo/1/", "rules/", "rules/1/drop/", "alerts/1/seen/", "switch/",
    "platforms/", "platforms/source/", "platforms/source/1/", "platforms/source/1/file/",
    "platforms/file/00000000-0000-0000-0000-000000000000/", "platforms/webhook/",
    "platforms/webhook/1/", "hand-over/", "hand-over/1.json",
]  # fmt: skip


@pytest.mark.parametrize("rest", MANAGERS)
def test_a_petition_is_managed_by_its_managers_alone(
    client: Client, petition: Petition, rest: str
) -> None:
    path = address(petition, rest)
    assert answers(client, path) == {302}  # to the sign-in page
    client.force_login(factories.editor(petition.campaign))
    assert answers(client, path) == {403}
    charlie = factories.UserFactory()
    charlie.groups.add(Group.objects.get(name=roles.MANAGER))
    client.force_login(charlie)
    assert answers(client, path) == {404}


def answers(client: Client, path: str) -> set[int]:
    """Of the methods that the page knows."""
    return {client.get(path).status_code, client.post(path).status_code} - {405}


def test_the_switches_stop_signing_and_counting(
    rosa: Client, visitor: Client, petition: Petition, filled: Fill
) -> None:
    counting.count_all()
    rosa.post(address(petition, "switch/"), {"what": "signing_paused", "on": "1"})
    response = visitor.post(PAGE, filled())
    assert response.status_code == 409
    assert "Signing rests for a moment" in response.content.decode()

    rosa.post(address(petition, "switch/"), {"what": "signing_paused", "on": "0"})
    rosa.post(address(petition, "switch/"), {"what": "counting_paused", "on": "1"})
    visitor.post(PAGE, filled())
    counting.count_all()
    assert CountSnapshot.objects.get(petition=petition).pending == 0
    rosa.post(address(petition, "switch/"), {"what": "counting_paused", "on": "0"})
    counting.count_all()
    assert CountSnapshot.objects.get(petition=petition).pending == 1


def test_an_alert_is_raised_once_and_goes_when_it_is_seen(rosa: Client, petition: Petition) -> None:
    sign_many(petition, 20)
    sign_many(petition, 5, domain="gmail.com")

    assert (watching.watch(), watching.watch()) == (1, 0)
    alert = Alert.objects.get()
    assert (alert.what, alert.value, alert.count, alert.whole) == (
        "domain", "spam.example", 20, 25,
    )  # fmt: skip
    assert "20 of 25" in rosa.get(address(petition)).content.decode()
    rosa.post(address(petition, f"alerts/{alert.pk}/seen/"))
    assert watching.watch() == 0


def test_usual_domains_raise_no_alert(petition: Petition) -> None:
    sign_many(petition, 30, domain="gmail.com")

    assert watching.watch() == 0


def test_the_ledger_is_sealed_once_a_night_and_shows_what_was_changed(
    visitor: Client, petition: Petition
) -> None:
    with time_machine.travel("2026-12-03T00:05Z", tick=False) as clock:
        sign_many(petition, 2)
        counting.count_all()
        assert (ledger.close_day(), ledger.close_day()) == (1, 0)
        clock.shift(timedelta(days=1))
        assert ledger.close_day() == 1
        file = visitor.get("/p/share/ledger.json").json()
        page = visitor.get("/p/share/ledger/").content.decode()

    days = list(LedgerEntry.objects.order_by("day"))
    assert [(one.day.isoformat(), one.pending, one.drift) for one in days] == [
        ("2026-12-02", 2, 0), ("2026-12-03", 2, 0),
    ]  # fmt: skip
    assert days[1].previous_hash == days[0].hash
    for one in file["days"]:
        facts = {name: value for name, value in one.items() if name != "hash"}
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == one["hash"]
    assert days[0].hash[:16] in page
    assert ledger.broken(days) is None
    days[0].confirmed += 1
    assert ledger.broken(days) == days[0].day


def test_a_recount_finds_and_mends_drift(petition: Petition, caplog: Any) -> None:
    sign_many(petition, 2)
    counting.count_all()
    CountSnapshot.objects.update(pending=7)

    assert [one.drift for one in counting.recount_all()] == [5]

    assert CountSnapshot.objects.get().pending == 2
    assert "were off by 5" in caplog.text
    assert [one.drift for one in counting.recount_all()] == [0]


def test_slices_add_up_to_the_whole(petition: Petition) -> None:
    link = factories.TrackedLinkFactory(petition=petition)
    signing.sign(petition, person=tess(email="a@example.org"), link=link)
    signing.sign(petition, person=tess(email="b@example.org", country="KE"), link=None)
    signing.confirm(Signature.objects.order_by("id")[0].pk)
    counting.count_all()
    counting.count_all()

    found = petition.slices.order_by("by", "key").values_list("by", "key", "confirmed", "pending")
    assert set(found) == {
        ("country", "GB", 1, 0), ("country", "KE", 0, 1), ("language", "en", 1, 1),
        ("link", "", 0, 1), ("link", str(link.pk), 1, 0),
    }  # fmt: skip


def test_the_count_is_at_most_ten_seconds_old(settings: Any) -> None:
    from petitions.views.answers import CACHED  # noqa: PLC0415

    seconds = [int(n) for n in re.findall(r"(?:max-age|while-revalidate)=(\d+)", CACHED)]

    assert settings.CLOCK["petitions.actions.counting.count_all"] + sum(seconds) <= 10


def test_networks_are_forgotten_after_thirty_days(petition: Petition) -> None:
    from petitions.actions import retention  # noqa: PLC0415

    signing.sign(petition, person=tess(), link=None, network=signing.network_key("192.0.2.1"))
    assert len(Signature.objects.get().network) == 32
    retention.purge_traces()
    assert Signature.objects.get().network
    Signature.objects.update(signed_at=timezone.now() - timedelta(days=31))
    retention.purge_traces()
    assert Signature.objects.get().network == ""
