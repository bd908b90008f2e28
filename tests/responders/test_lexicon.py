"""The page where seniors change the words of themes."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from campaign.intake import themes
from campaign.models import AuditEntry, Campaign, ThemeWords, User
from tests import factories

CAMPAIGN = "iwelcome"


@pytest.fixture
def campaign() -> Campaign:
    return factories.CampaignFactory(slug=CAMPAIGN)


@pytest.fixture
def as_senior(client: Client, campaign: Campaign) -> Client:
    client.force_login(factories.senior(campaign))
    return client


def _change(client: Client, **said: str) -> int:
    return client.post(reverse("lexicon-change", args=[CAMPAIGN]), said).status_code


def _own() -> dict[tuple[str, str], list[str]]:
    rows = ThemeWords.objects.values_list("language", "theme", "entries")
    return {(language, theme): entries for language, theme, entries in rows}


@pytest.mark.django_db
def test_words_are_changed_tried_and_given_back(as_senior: Client, campaign: Campaign) -> None:
    shipped = ", ".join(themes.shipped()["ar"]["home"])
    assert _change(as_senior, lang="ar", home="كرفان*، بيت", school="مدرسة") == 302
    assert _own() == {("ar", "home"): ["كرفان*", "بيت"], ("ar", "school"): ["مدرسة"]}
    page = as_senior.get(reverse("lexicon", args=[CAMPAIGN]), {"lang": "ar", "try": "كرفانات"})
    assert "<b>Home</b>" in page.content.decode()

    _change(as_senior, lang="ar", home=shipped)
    assert list(_own()) == [("ar", "school")]
    entry = AuditEntry.objects.order_by("-id")[0]
    assert (entry.verb, entry.after) == (
        "changed the words of themes",
        {"language": "ar", "themes": ["home"]},
    )
    count = AuditEntry.objects.count()
    _change(as_senior, lang="ar", home=shipped)
    assert AuditEntry.objects.count() == count


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("house, *", "has no word in it"),
        ("house, …", "has no word in it"),
        ("ref*gee", "a * stands before a word or after it, not in it"),
        ("a" * 61, "is longer than 60 characters"),
        (",".join(f"word{number}" for number in range(401)), "400 are the most"),
    ],
)
def test_words_that_cannot_be_kept_say_why_and_stay_in_the_form(
    as_senior: Client, campaign: Campaign, said: str, why: str
) -> None:
    answer = as_senior.post(
        reverse("lexicon-change", args=[CAMPAIGN]), {"lang": "en", "home": said, "work": "typed"}
    )
    assert answer.status_code == 409
    page = answer.content.decode()
    assert why in page
    assert ">typed</textarea>" in page
    assert _own() == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("charlie", "status"),
    [
        (factories.editor, 403),
        (factories.manager, 403),
        (lambda _campaign: factories.senior(factories.CampaignFactory()), 404),
    ],
)
def test_charlie_changes_no_words(
    client: Client, campaign: Campaign, charlie: Callable[[Campaign], User], status: int
) -> None:
    client.force_login(charlie(campaign))
    assert client.get(reverse("lexicon", args=[CAMPAIGN])).status_code == status
    assert _change(client, lang="en", home="caravan") == status
    assert _own() == {}
