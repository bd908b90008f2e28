"""What signers meet beside the form: reminders, passing it on, results, their data, outages."""

import base64
import io
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core import mail as outbox
from django.core.management import call_command
from django.db import OperationalError, connections
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from petitions import pages, tokens
from petitions.actions import counting, handover, mail, rekeying, requests, signing, texts
from petitions.models import (
    ClickCount,
    HandOver,
    OutsideSignature,
    Petition,
    PetitionText,
    Signature,
    Suppression,
    TextVersion,
    TrackedLink,
)
from tests import factories
from tests.factories import PetitionTextFactory, TrackedLinkFactory
from tests.petitions.conftest import BROWSER, tess
from tests.petitions.test_review import address, rosa

__all__ = ["rosa"]
pytestmark = pytest.mark.django_db
Fill = Callable[..., dict[str, str]]
State = Signature.State
PAGE = "/p/share/"
NEW, OLD = "n" * 40, "only-for-tests-only-for-tests-only-for-tests"


def confirmed(petition: Petition, **facts: Any) -> Signature:
    link = facts.pop("link", None)
    signing.sign(petition, person=tess(**facts), link=link)
    return signing.confirm(Signature.objects.order_by("-id")[0].pk)


def test_reminders_are_three_two_days_apart_and_then_end(petition: Petition) -> None:
    with time_machine.travel("2026-12-03T12:00Z", tick=False) as clock:
        signing.sign(petition, person=tess(), link=None)
        mail.send_owed()
        for _ in range(6):
            clock.shift(timedelta(days=1))
            assert mail.remind() == 0
            clock.shift(timedelta(days=1, minutes=1))
            mail.remind()
            mail.send_owed()

    assert [one.subject.partition(":")[0] for one in outbox.outbox] == (
        ["Confirm your name"] + ["Your name does not count yet"] * 3
    )


@pytest.mark.parametrize("facts", [{"closes_at": "2026-12-01T00:00Z"}, {"signing_paused": True}])
def test_nobody_is_reminded_of_what_takes_no_names(
    petition: Petition, facts: dict[str, Any]
) -> None:
    signing.sign(petition, person=tess(), link=None)
    mail.send_owed()
    Signature.objects.update(mailed_at=timezone.now() - timedelta(days=3))
    if "closes_at" in facts:
        facts = {"closes_at": timezone.now() - timedelta(hours=1)}
    Petition.objects.update(**facts)

    assert mail.remind() == 0


def test_an_address_that_bounced_gets_no_more_mail(petition: Petition) -> None:
    mail.suppress("T.ess@gmail.com", reason="bounced")
    signing.sign(petition, person=tess(email="tess@googlemail.com"), link=None)

    mail.send_owed()

    assert not outbox.outbox
    assert not Signature.objects.get().mail_due


def test_the_mail_providers_news_stops_mail_and_needs_its_secret(
    client: Client, settings: Any
) -> None:
    settings.EMAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": "us:sixteen-letters-x"}
    bounce = {"RecordType": "Bounce", "Type": "HardBounce", "Email": "tess@example.org", "ID": 1}
    complaint = {"RecordType": "SpamComplaint", "Email": "bob@example.org", "ID": 2}
    good = "Basic " + base64.b64encode(b"us:sixteen-letters-x").decode()

    def post(body: Any, authorization: str = good, provider: str = "postmark") -> int:
        return client.post(
            f"/mail-news/{provider}/",
            body if isinstance(body, str) else json.dumps(body),
            content_type="application/json",
            headers={"authorization": authorization},
        ).status_code

    wrong = "Basic " + base64.b64encode(b"us:other").decode()
    assert (post(bounce, wrong), post(bounce, provider="mailgun"), post("{")) == (403, 404, 400)
    assert not Suppression.objects.exists()
    assert (post(bounce), post(complaint), post(bounce)) == (204, 204, 204)
    assert sorted(Suppression.objects.values_list("reason", flat=True)) == [
        "bounced", "complained",
    ]  # fmt: skip
    assert mail.is_suppressed("tess@example.org")


def test_passing_it_on_has_its_own_bucket_of_the_same_story(
    visitor: Client, petition: Petition
) -> None:
    link = TrackedLinkFactory(petition=petition, storyteller="Leila", clip_id=uuid4())
    signature = confirmed(petition, link=link)
    path = f"/confirm/{tokens.confirming(signature.pk)}"
    first, second = visitor.get(path).content, visitor.get(path).content
    assert first == second
    shared = TrackedLink.objects.get(channel="whatsapp")
    assert (shared.shared_from, shared.storyteller, shared.clip_id) == (
        link, "Leila", link.clip_id,
    )  # fmt: skip

    answer = visitor.get(f"/share/{shared.slug}")
    visitor.get(f"/share/{shared.slug}")
    assert answer["Location"].startswith("https://wa.me/?text=")
    assert f"%2Fs%2F{shared.slug}" in answer["Location"]
    assert ClickCount.objects.get(link=shared).shares == 1

    friend = confirmed(petition, email="friend@example.org", link=shared)
    visitor.get(f"/confirm/{tokens.confirming(friend.pk)}")
    assert TrackedLink.objects.exclude(channel="").count() == 5
    assert visitor.get(f"/share/{link.slug}").status_code == 404


def test_a_bot_that_follows_a_share_button_counts_nothing(
    client: Client, petition: Petition
) -> None:
    shared = TrackedLinkFactory(petition=petition, channel="x", language="en")

    for agent in ("Twitterbot/1.0", ""):
        client.get(f"/share/{shared.slug}", headers={"user-agent": agent})
    client.head(f"/share/{shared.slug}", headers={"user-agent": BROWSER})

    assert not ClickCount.objects.exists()


def test_a_link_to_a_petition_elsewhere_tells_its_source(
    visitor: Client, petition: Petition
) -> None:
    link = TrackedLinkFactory(petition=petition, slug="abc123")
    Petition.objects.update(external_url="https://act.example/sign?lang=en")

    answer = visitor.get("/s/abc123")

    assert answer["Location"] == "https://act.example/sign?lang=en&source=abc123"
    assert ClickCount.objects.get(link=link).people == 1
    page = visitor.get(PAGE, {"l": "abc123"}).content.decode()
    assert "source=abc123" in page
    assert "<form" not in page


def test_the_player_may_be_framed_and_nothing_else(visitor: Client, petition: Petition) -> None:
    link = TrackedLinkFactory(petition=petition, slug="abc123", clip_id=uuid4())

    player = visitor.get("/p/share/player/", {"l": "abc123"})
    page = visitor.get(PAGE, {"l": "abc123"})

    assert "X-Frame-Options" not in player
    assert "frame-ancestors *" in player["Content-Security-Policy"]
    assert f"/v/{link.clip_id}.mp4" in player.content.decode()
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
    assert 'name="twitter:card" content="player"' in page.content.decode()
    assert visitor.get("/p/share/player/").status_code == 404


def test_a_closed_petition_shows_what_came_of_it_and_stands_in_the_archive(
    visitor: Client, petition: Petition
) -> None:
    confirmed(petition)
    counting.count_all()
    Petition.objects.update(
        closes_at=timezone.now() - timedelta(days=1), handed_over_on=date(2027, 2, 8)
    )
    PetitionText.objects.update(outcome="They **agreed**. <script>x</script>")
    other = factories.PetitionFactory(slug="other")
    PetitionTextFactory(petition=other, title="Another one")
    factories.PetitionFactory(slug="later", opens_at=timezone.now() + timedelta(days=1))

    page = visitor.get(PAGE).content.decode()
    archive = visitor.get("/p/").content.decode()

    assert "They <strong>agreed</strong>. &lt;script&gt;" in page
    assert "Handed over on 8 February 2027" in page
    assert re.findall(r'href="/p/(\w+)/', archive) == ["other", "share"]
    assert "later" not in archive
    assert "سُلِّمت في" in visitor.get(PAGE, {"lang": "ar"}).content.decode()


@pytest.mark.parametrize(
    ("asks", "written", "kept"),
    [
        (True, " sw1a 1aa ", "SW1A 1AA"),
        (True, "", ""),
        (True, "<script>", ""),
        (True, "9" * 40, ""),
        (False, "SW1A 1AA", ""),
    ],
)
def test_a_postcode_is_kept_only_where_it_is_asked_for(
    visitor: Client, petition: Petition, filled: Fill, *, asks: bool, written: str, kept: str
) -> None:
    Petition.objects.update(asks_postcode=asks)

    assert visitor.post(PAGE, filled(postcode=written)).status_code == 303

    assert Signature.objects.get().postcode == kept


def test_signing_while_the_database_is_away_says_that_nothing_was_stored(
    visitor: Client, petition: Petition, filled: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any, **_facts: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(pages, "find", away)

    response = visitor.post(f"{PAGE}?lang=ar", filled())

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "لا نستطيع تسجيل اسمك الآن" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_sixty_four_at_once_are_one_row_and_one_count(petition: Petition) -> None:
    def sign(number: int) -> None:
        try:
            signing.sign(petition, person=tess(name=f"Tess {number}"), link=None)
            counting.count_all()
            signing.confirm(Signature.objects.get().pk)
        finally:
            connections.close_all()

    counting.count_all()
    with ThreadPoolExecutor(64) as pool:
        list(pool.map(sign, range(64)))
    counting.count_all()

    petition.refresh_from_db()
    assert Signature.objects.count() == 1
    assert (petition.count.confirmed, petition.count.pending) == (1, 0)
    assert [one.drift for one in counting.recount_all()] == [0]


def test_what_we_hold_is_mailed_to_the_address_alone(visitor: Client, petition: Petition) -> None:
    confirmed(petition, email="tess@gmail.com")
    answers = [
        visitor.post("/your-data/?lang=en", {"email": email}).content
        for email in ("T.ess+x@gmail.com", "nobody@example.org")
    ]
    assert answers[0] == answers[1]
    requests.answer(_sealed("T.ess+x@gmail.com"), language="fr")
    body = str(outbox.outbox[0].body)
    path = next(line for line in body.splitlines() if "/your-data/" in line)
    path = path.removeprefix("http://testserver")

    page = visitor.get(path).content.decode()
    file = visitor.get(f"{path.partition('?')[0]}?as=json").json()
    assert "Tess Morland" in page
    assert [one["email"] for one in file["signatures"]] == ["tess@gmail.com"]

    visitor.post(path)
    stored = Signature.objects.get()
    assert (stored.state, stored.name, stored.email) == (State.INVALIDATED, "", "")
    assert "Tess Morland" not in visitor.get(path).content.decode()


def _sealed(address: str) -> str:
    from campaign import encryption  # noqa: PLC0415

    return encryption.encrypt(address)


@pytest.mark.parametrize("token", ["x", "a.b.c", "%00"])
def test_a_forged_link_opens_nothing(visitor: Client, petition: Petition, token: str) -> None:
    assert visitor.get(f"/your-data/{token}").status_code == 404
    assert visitor.post(f"/your-data/{token}").status_code == 404


def test_a_link_to_what_we_hold_ends_after_a_week(visitor: Client, petition: Petition) -> None:
    with time_machine.travel("2026-12-03T12:00Z", tick=False) as clock:
        token = tokens.opening("tess@example.org")
        clock.shift(timedelta(days=6))
        assert visitor.get(f"/your-data/{token}").status_code == 200
        clock.shift(timedelta(days=2))
        assert visitor.get(f"/your-data/{token}").status_code == 404


def test_erasing_leaves_a_handed_over_number_as_it_was(petition: Petition) -> None:
    confirmed(petition)
    Petition.objects.update(handed_over_on=date(2027, 2, 8))

    assert requests.erase("tess@example.org") == 1

    stored = Signature.objects.get()
    assert (stored.state, stored.name) == (State.CONFIRMED, "")


def test_a_key_is_changed_and_nobody_signs_twice(petition: Petition, settings: Any) -> None:
    signing.sign(petition, person=tess(), link=None)
    signing.sign(petition, person=tess(email="b@example.org"), link=None)
    before = set(Signature.objects.values_list("email_hmac", flat=True))
    settings.EMAIL_HMAC_KEYS = [NEW, OLD]

    signing.sign(petition, person=tess(), link=None)
    assert Signature.objects.count() == 2
    call_command("rekey_addresses", stdout=io.StringIO())
    settings.EMAIL_HMAC_KEYS = [NEW]
    signing.sign(petition, person=tess(email="b@example.org"), link=None)

    after = set(Signature.objects.values_list("email_hmac", flat=True))
    assert len(after) == 2
    assert not before & after
    assert rekeying.rekey().changed == 0


def test_each_version_of_the_words_is_kept_with_who_signed_it(
    rosa: Client, petition: Petition
) -> None:
    texts.keep_versions(petition, by=None)
    confirmed(petition)
    PetitionText.objects.filter(language="en").update(title="Newer", body="Other words.")
    assert (texts.keep_versions(petition, by=None), texts.keep_versions(petition, by=None)) == (
        1, 0,
    )  # fmt: skip
    confirmed(petition, email="later@example.org", country="KE")

    rosa.post(address(petition, "hand-over/"), {"do": "seal"})

    kept = HandOver.objects.get()
    assert kept.document["countries"] == [
        {"country": "GB", "confirmed": 1}, {"country": "KE", "confirmed": 1},
    ]  # fmt: skip
    words = [(one["language"], one["version"], one["confirmed"]) for one in kept.document["texts"]]
    assert words == [("ar", 1, 0), ("en", 1, 1), ("en", 2, 1)]
    assert handover.hash_of(kept.document) == kept.hash
    file = rosa.get(address(petition, f"hand-over/{kept.pk}.json"))
    assert handover.hash_of(json.loads(file.content)) == kept.hash
    page = rosa.get(address(petition, f"hand-over/?sealed={kept.pk}")).content.decode()
    read = " ".join(strip_tags(page.partition("<article")[2]).split())
    assert kept.hash in page
    assert "Tess" not in page
    title = petition.texts.get(language="en").title
    assert page.count(f"<h2>{title}</h2>") == 1
    assert "Apart from these: 0 not confirmed, 0 removed." in read
    assert re.findall(r"(\w+), version (\d), since \d+ \w+ \d{4} \d\d:\d\d: (\d)", read) == [
        ("Arabic", "1", "0"), ("English", "1", "1"), ("English", "2", "1"),
    ]  # fmt: skip
    assert TextVersion.objects.count() == 3


def test_anonymised_petitions_count_the_same(petition: Petition, settings: Any) -> None:
    from petitions.actions import retention  # noqa: PLC0415

    confirmed(petition)
    signing.sign(petition, person=tess(email="b@example.org"), link=None, suspicion="rate")
    counting.count_all()
    Petition.objects.update(closes_at=timezone.now() - timedelta(days=31))
    assert retention.anonymise_closed() == 0
    settings.SIGNATURES_KEPT_DAYS = 30

    assert retention.anonymise_closed() == 2

    assert [one.drift for one in counting.recount_all()] == [0]
    assert set(Signature.objects.values_list("name", "email", "domain", "network")) == {
        ("", "", "", "")
    }
    assert not OutsideSignature.objects.exists()
