import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.core import mail as outbox
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from petitions import limits, tokens
from petitions.actions import counting, links, mail, signing
from petitions.models import Petition, PetitionText, Signature, TrackedLink
from tests import factories
from tests.factories import TrackedLinkFactory
from tests.petitions.conftest import tess

pytestmark = pytest.mark.django_db

Fill = Callable[..., dict[str, str]]
State = Signature.State
PAGE = "/p/share/"


@pytest.fixture
def link(petition: Petition) -> TrackedLink:
    return TrackedLinkFactory(
        petition=petition,
        slug="abc123",
        clip_id=uuid4(),
        clip_title="What a school needs",
        storyteller="Leila",
        place="Kakuma, Kenya",
        shown_name="Leila",
        shown_place="Kakuma, Kenya",
        shown_quote="Sixty children, one blackboard.",
    )


def text(response: Any) -> str:
    return str(response.content.decode())


def test_page_is_the_same_for_everybody_and_may_be_cached(
    visitor: Client, petition: Petition
) -> None:
    response = visitor.get(PAGE)

    assert response.status_code == 200
    assert response["Cache-Control"] == (
        "public, max-age=4, stale-while-revalidate=3, stale-if-error=86400"
    )
    assert response["Vary"] == "Accept-Language"
    assert not response.cookies


def test_page_shows_an_editor_nothing_else(client: Client, petition: Petition) -> None:
    client.force_login(factories.editor(petition.campaign, name="Ana Secret"))

    response = client.get(PAGE)

    assert "Ana Secret" not in text(response)
    assert "Cookie" not in response["Vary"]


def test_page_takes_two_queries(
    visitor: Client, link: TrackedLink, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    counting.count_all()

    with django_assert_num_queries(2):
        visitor.get(PAGE, {"l": "abc123"})


def test_page_is_small(visitor: Client, link: TrackedLink) -> None:
    parts = [visitor.get(PAGE, {"l": "abc123"}).content]
    styles = [f"css/{name}.css" for name in ("tokens", "base", "components", "petition")]
    for name in [*styles, "js/petition.js", "icons/sprite.svg"]:
        path = finders.find(name)
        assert isinstance(path, str)
        parts.append(Path(path).read_bytes())

    assert sum(len(gzip.compress(part)) for part in parts) < 50_000


@pytest.mark.parametrize(
    ("query", "accepts", "language"),
    [
        ({}, "", "en"),
        ({}, "ar-LB,ar;q=0.9,en;q=0.5", "ar"),
        ({"lang": "ar"}, "en", "ar"),
        ({"lang": "xx"}, "xx, de;q=0.7", "en"),
        ({"lang": "'\"><script>"}, "\x00;;q=", "en"),
    ],
)
def test_page_speaks_the_language_asked_for(
    visitor: Client, petition: Petition, *, query: dict[str, str], accepts: str, language: str
) -> None:
    response = visitor.get(PAGE, query, headers={"accept-language": accepts})

    direction = {"ar": "rtl", "en": "ltr"}[language]
    assert response["Content-Language"] == language
    assert " ".join(text(response).split("<head>")[0].split()).startswith(
        f'<!DOCTYPE html> <html lang="{language}" dir="{direction}"'
    )


def test_page_speaks_the_language_of_the_reply_when_the_browser_says_nothing(
    visitor: Client, link: TrackedLink
) -> None:
    TrackedLink.objects.update(language="ar")

    assert visitor.get(PAGE, {"l": "abc123"})["Content-Language"] == "ar"


def test_page_shows_the_storyteller_who_sent_the_reader(visitor: Client, link: TrackedLink) -> None:
    page = text(visitor.get(PAGE, {"l": "abc123"}))

    assert f"/v/{link.clip_id}.mp4" in page
    assert f"http://testserver/v/{link.clip_id}.jpg" in page
    assert "Leila answers" in page
    assert "Kakuma, Kenya" in page


def test_page_tells_the_films_length_and_switches_on_its_captions(
    visitor: Client, link: TrackedLink
) -> None:
    TrackedLink.objects.filter(pk=link.pk).update(seconds=62, captions=["ar", "en"])

    page = text(visitor.get(f"{PAGE}?l={link.slug}"))
    player = text(visitor.get(f"{PAGE}player/?l={link.slug}"))

    assert '<span class="petition-length">1:02</span>' in page
    tracks = re.findall(r'srclang="(\w+)"\s+label="(\w+)"\s+(default)?', page)
    assert tracks == [("en", "English", "default"), ("ar", "Arabic", "")]
    assert f'src="/v/{link.clip_id}/en.vtt"' in player
    assert f'href="/v/{link.clip_id}/en.txt"' in page
    assert "Read what Leila says" in page


@pytest.mark.parametrize("slug", ["", "zzzzzz", "\x00", "a' OR 1=1", "other1"])
def test_page_shows_no_video_for_another_link(
    visitor: Client, link: TrackedLink, slug: str
) -> None:
    TrackedLinkFactory(slug="other1", clip_id=uuid4())

    response = visitor.get(PAGE, {"l": slug})

    assert response.status_code == 200
    assert "<video" not in text(response)


def test_page_shows_no_video_after_consent_was_withdrawn(
    visitor: Client, link: TrackedLink
) -> None:
    assert link.clip_id is not None
    links.forget_clip(link.clip_id)

    page = text(visitor.get(PAGE, {"l": "abc123"}))

    assert "<video" not in page
    assert "Leila" not in page


def test_page_obeys_no_html_in_its_text(visitor: Client, petition: Petition) -> None:
    PetitionText.objects.filter(language="en").update(
        title="<b>Title</b>",
        body="<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![i](http://x.example/i.png)",
    )

    page = text(visitor.get(PAGE, {"lang": "en"}))

    assert "<script>alert" not in page
    assert "<b>Title" not in page
    assert 'href="javascript' not in page
    assert "<img" not in page


def test_page_has_no_inline_style_or_script(visitor: Client, link: TrackedLink) -> None:
    page = text(visitor.get(PAGE, {"l": "abc123"}))

    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert " onclick" not in page


@pytest.mark.parametrize("path", ["/p/nothing/", "/p/nothing/signed/", "/p/later/"])
def test_page_of_no_open_petition_is_not_found(visitor: Client, path: str) -> None:
    later = factories.PetitionFactory(slug="later", opens_at=timezone.now() + timedelta(days=1))
    factories.PetitionTextFactory(petition=later)

    assert visitor.get(path).status_code == 404


def test_page_shows_the_counts(visitor: Client, petition: Petition) -> None:
    for number, state in enumerate(["confirmed"] * 3 + ["pending"] * 2 + ["fraudulent"]):
        signing.sign(petition, person=tess(email=f"t{number}@example.org"), link=None)
        Signature.objects.filter(email_hmac=Signature.objects.latest("id").email_hmac).update(
            state=state, confirmed_at=timezone.now()
        )
    counting.count_all()

    page = text(visitor.get(PAGE))

    assert "<b>3</b> confirmed" in page
    assert "2 still to confirm, 1 removed" in page
    assert "next step 100" in page


def test_sign_leads_to_the_same_page_for_new_and_known_addresses(
    visitor: Client, petition: Petition, filled: Fill
) -> None:
    first = visitor.post(PAGE, filled())
    again = visitor.post(PAGE, filled(email="TESS@example.org"))

    assert (first.status_code, first["Location"]) == (303, "/p/share/signed/?lang=en")
    assert (again.status_code, again["Location"]) == (first.status_code, first["Location"])
    assert first.headers.keys() == again.headers.keys()
    assert Signature.objects.count() == 1
    assert "Check your mail" in text(visitor.get(first["Location"]))


def test_sign_is_attributed_to_the_reply_that_brought_the_person(
    visitor: Client, link: TrackedLink, filled: Fill
) -> None:
    landing = visitor.get("/s/abc123")["Location"]
    visitor.post(landing, filled())

    came_by = Signature.objects.select_related("link").get().link
    assert came_by is not None
    assert (came_by.slug, came_by.storyteller, came_by.clip_id) == (
        "abc123", "Leila", link.clip_id,
    )  # fmt: skip


def test_sign_keeps_consent_to_news_only_when_ticked(
    visitor: Client, petition: Petition, filled: Fill
) -> None:
    visitor.post(PAGE, filled())
    visitor.post(PAGE, filled(email="other@example.org", news="on"))

    given = Signature.objects.order_by("id").values_list("news_consent", "news_wording")
    assert list(given) == [(False, ""), (True, signing.NEWS_WORDING)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Write your name."),
        ({"name": "   "}, "Write your name."),
        ({"name": "x" * 300}, "Your name may have up to 120 letters; this has 300."),
        ({"name": "Tess\x07Morland"}, "Write your name in letters, without links or symbols."),
        ({"name": "Tess 🎉"}, "Write your name in letters, without links or symbols."),
        ({"name": "www.example.org"}, "Write your name in letters, without links or symbols."),
        ({"name": "http://example.org"}, "Write your name in letters, without links or symbols."),
        ({"name": "12345"}, "Write your name in letters, without links or symbols."),
        ({"name": "Tess\u202eMorland"}, "Write your name in letters, without links or symbols."),
        ({"email": ""}, "Write your email address."),
        ({"email": "tess@"}, "This address cannot receive mail."),
        ({"email": "tess@example.org\x00"}, "This address cannot receive mail."),
        ({"country": ""}, "Choose your country from the list."),
        ({"country": "ZZ"}, "Choose your country from the list."),
        ({"token": ""}, "This page had been open for a long time."),
        ({"token": "share:1:forged"}, "This page had been open for a long time."),
    ],
)
def test_sign_says_what_is_wrong_and_keeps_nothing(
    visitor: Client, petition: Petition, filled: Fill, *, changes: dict[str, str], message: str
) -> None:
    response = visitor.post(PAGE, filled(**changes))

    assert response.status_code == 422
    assert message in text(response)
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Tess   Morland ", "Tess Morland"),
        ("Séamus O’Brien-Nuñez", "Séamus O’Brien-Nuñez"),
        ("ليلى حسن", "ليلى حسن"),
        ("李小龍", "李小龍"),
        ("Tess\n\tMorland", "Tess Morland"),
    ],
)
def test_sign_takes_names_of_all_the_world(
    visitor: Client, petition: Petition, filled: Fill, *, written: str, kept: str
) -> None:
    assert visitor.post(PAGE, filled(name=written)).status_code == 303

    assert Signature.objects.get().name == kept


def test_sign_takes_a_domain_in_any_script(
    visitor: Client, petition: Petition, filled: Fill
) -> None:
    visitor.post(PAGE, filled(email="tess@bücher.example"))

    assert Signature.objects.get().email == "tess@xn--bcher-kva.example"


def test_sign_speaks_of_errors_in_the_language_of_the_page(
    visitor: Client, petition: Petition, filled: Fill
) -> None:
    response = visitor.post(f"{PAGE}?lang=ar", filled(name=""))

    assert "اكتب اسمك." in text(response)


def test_sign_offers_the_address_that_was_meant_and_imposes_nothing(
    visitor: Client, petition: Petition, filled: Fill
) -> None:
    wrong = filled(email="tess@gmial.com")
    offer = visitor.post(PAGE, wrong)
    assert offer.status_code == 422
    assert "Did you mean tess@gmail.com?" in text(offer)
    assert not Signature.objects.exists()

    visitor.post(PAGE, wrong | {"kept": "tess@gmial.com"})
    visitor.post(PAGE, wrong | {"kept": "tess@gmial.com", "use": "tess@gmail.com"})

    assert [one.email for one in Signature.objects.order_by("id")] == [
        "tess@gmial.com",
        "tess@gmail.com",
    ]


def test_enter_never_takes_up_the_offer(visitor: Client, petition: Petition, filled: Fill) -> None:
    page = text(visitor.post(PAGE, filled(email="tess@gmial.com")))

    form = page.split("<form")[1]
    assert 'name="use"' in form
    assert form.index('type="submit"') < form.index('name="use"')


def test_sign_by_a_program_gets_the_same_answer_and_no_mail(
    visitor: Client, petition: Petition, filled: Fill
) -> None:
    response = visitor.post(PAGE, filled(topic="Buy now"))

    assert (response.status_code, response["Location"]) == (303, "/p/share/signed/?lang=en")
    assert Signature.objects.values_list("state", "mail_due").get() == (State.FRAUDULENT, False)


def test_sign_over_the_limit_gets_the_same_answer_and_is_kept_for_review(
    visitor: Client, petition: Petition, filled: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BURST", (1_800, 3, 3))

    answers = {
        visitor.post(PAGE, filled(email=f"t{number}@example.org"))["Location"]
        for number in range(5)
    }

    assert answers == {"/p/share/signed/?lang=en"}
    assert list(Signature.objects.order_by("id").values_list("state", flat=True)) == (
        [State.PENDING] * 3 + [State.FRAUDULENT] * 2
    )


def test_sign_limits_each_network_by_itself(
    visitor: Client, petition: Petition, filled: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BURST", (1_800, 1, 1))
    for number, ip in enumerate(["192.0.2.1", "192.0.2.2", "2001:db8:0:1::1", "2001:db8:0:2::1"]):
        visitor.post(PAGE, filled(email=f"t{number}@example.org"), REMOTE_ADDR=ip)

    assert list(Signature.objects.order_by("id").values_list("state", flat=True)) == (
        [State.PENDING] * 3 + [State.FRAUDULENT]
    )


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://elsewhere.example"}, {"sec-fetch-site": "cross-site"}],
)
def test_sign_from_another_site_is_refused(
    visitor: Client, petition: Petition, filled: Fill, headers: dict[str, str]
) -> None:
    assert visitor.post(PAGE, filled(), headers=headers).status_code == 403

    assert not Signature.objects.exists()


def test_sign_from_our_own_page_is_taken(visitor: Client, petition: Petition, filled: Fill) -> None:
    response = visitor.post(PAGE, filled(), headers={"origin": "http://testserver"})

    assert response.status_code == 303


def test_a_closed_petition_says_so_and_takes_nothing(
    visitor: Client, petition: Petition, filled: Fill
) -> None:
    Petition.objects.update(closes_at=timezone.now() - timedelta(hours=1))

    page = text(visitor.get(PAGE))
    response = visitor.post(PAGE, filled())

    assert "This petition is closed" in page
    assert "<form" not in page
    assert response.status_code == 409
    assert "This petition is closed" in text(response)
    assert not Signature.objects.exists()


def test_a_petition_closed_this_second_takes_nothing_either(
    visitor: Client, petition: Petition, filled: Fill
) -> None:
    """The page is remembered for two seconds; the statement that signs asks the petition itself."""
    assert visitor.post(PAGE, filled()).status_code == 303
    Petition.objects.update(closes_at=timezone.now() - timedelta(seconds=1))

    response = visitor.post(PAGE, filled(email="ben@example.org"))

    assert response.status_code == 409
    assert "This petition is closed" in text(response)
    assert Signature.objects.count() == 1


def test_sign_with_too_much_data_is_refused(visitor: Client, petition: Petition) -> None:
    assert visitor.post(PAGE, {"name": "x" * 1_100_000}).status_code == 400


def pending(petition: Petition) -> Signature:
    signing.sign(petition, person=tess(), link=None)
    return Signature.objects.get()


def test_confirm_by_head_changes_nothing(visitor: Client, petition: Petition) -> None:
    token = tokens.confirming(pending(petition).pk)

    assert visitor.head(f"/confirm/{token}").status_code == 200

    assert Signature.objects.get().state == State.PENDING


def test_confirm_any_number_of_times_says_thank_you(visitor: Client, petition: Petition) -> None:
    token = tokens.confirming(pending(petition).pk)

    pages = [text(visitor.get(f"/confirm/{token}")) for _ in range(3)]

    assert [page == pages[0] for page in pages] == [True] * 3
    assert "Thank you. Your name counts." in pages[0]
    assert f"/share/{TrackedLink.objects.get(channel='x').slug}" in pages[0]
    assert Signature.objects.get().state == State.CONFIRMED


def shown(visitor: Client, signature: Signature) -> list[str]:
    """The confirmed, the pending and the removed, as the page of thanks tells them."""
    page = text(visitor.get(f"/confirm/{tokens.confirming(signature.pk)}"))
    found = re.search(
        r"<b>(\d+)</b> confirmed.*>(\d+) still to confirm, (\d+) removed", page, re.DOTALL
    )
    assert found
    return list(found.groups())


@pytest.mark.django_db(transaction=True)  # the database's clock stands still in a transaction
def test_whoever_confirms_is_counted_on_their_page_at_once(
    visitor: Client, petition: Petition
) -> None:
    first = pending(petition)
    assert shown(visitor, first) == ["1", "0", "0"]
    counting.count_all()
    assert shown(visitor, first) == ["1", "0", "0"]

    signing.sign(petition, person=tess(email="second@example.org"), link=None)
    counting.count_all()
    second = Signature.objects.get(confirmed_at=None)
    assert shown(visitor, second) == ["2", "0", "0"]
    counting.count_all()
    assert [shown(visitor, one) for one in (first, second)] == [["2", "0", "0"]] * 2


def test_a_doubtful_signature_is_told_the_same(visitor: Client, petition: Petition) -> None:
    signing.sign(petition, person=tess(), link=None, suspicion="rate")
    assert shown(visitor, Signature.objects.get()) == ["1", "0", "0"]


def test_confirm_by_the_link_in_the_mail(visitor: Client, petition: Petition) -> None:
    mail.send(pending(petition).pk)
    body = str(outbox.outbox[0].body)
    path = next(line for line in body.splitlines() if "/confirm/" in line)

    response = visitor.get(path.removeprefix("http://testserver"))

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert Signature.objects.get().state == State.CONFIRMED


@pytest.mark.parametrize("page", ["confirm", "not-me"])
@pytest.mark.parametrize("token", ["1", "1.abc", "nonsense", "%00", "1." + "A" * 43])
def test_forged_tokens_change_nothing(
    visitor: Client, petition: Petition, page: str, token: str
) -> None:
    pending(petition)

    response = visitor.get(f"/{page}/{token}")

    assert response.status_code == 404
    assert "This link is not complete" in text(response)
    assert Signature.objects.get().state == State.PENDING


def test_a_token_opens_only_its_own_page(visitor: Client, petition: Petition) -> None:
    signature = pending(petition)

    assert visitor.get(f"/not-me/{tokens.confirming(signature.pk)}").status_code == 404
    assert visitor.get(f"/confirm/{tokens.removing(signature.pk)}").status_code == 404


def test_confirm_of_an_erased_signature_is_not_found(visitor: Client, petition: Petition) -> None:
    token = tokens.confirming(pending(petition).pk)
    Signature.objects.all().delete()

    assert visitor.get(f"/confirm/{token}").status_code == 404


def test_not_me_asks_first_and_then_takes_out(visitor: Client, petition: Petition) -> None:
    signature = pending(petition)
    path = f"/not-me/{tokens.removing(signature.pk)}"

    assert "Was this not you?" in text(visitor.get(path))
    assert visitor.head(path).status_code == 200
    assert Signature.objects.get().state == State.PENDING

    assert "This signature has been taken out" in text(visitor.post(path))
    assert Signature.objects.get().state == State.INVALIDATED
    again = visitor.get(f"/confirm/{tokens.confirming(signature.pk)}")
    assert "This signature has been taken out" in text(again)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "How we count"), ("ar", "كيف نحسب"), ("zz", "How we count")]
)
def test_how_we_count_speaks_each_language(visitor: Client, language: str, words: str) -> None:
    response = visitor.get("/how-we-count/", {"lang": language})

    assert response.status_code == 200
    assert f"<h1>{words}</h1>" in text(response)
    assert not response.cookies


def test_page_says_no_name_and_no_place_that_consent_does_not_allow(
    visitor: Client, petition: Petition, link: TrackedLink
) -> None:
    TrackedLink.objects.filter(pk=link.pk).update(shown_name="", shown_place="")

    page = text(visitor.get(f"{PAGE}?l=abc123"))

    assert "Hear somebody" in page
    assert "Leila" not in page
    assert "Kakuma" not in page
