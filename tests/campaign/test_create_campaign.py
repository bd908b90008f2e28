import io

import pytest
from django.core.management import CommandError, call_command

from campaign.models import AuditEntry, Campaign

pytestmark = pytest.mark.django_db


def create(*words: str) -> str:
    said = io.StringIO()
    call_command("create_campaign", *words, stdout=said)
    return said.getvalue()


def test_a_campaign_is_made_with_its_languages_and_says_what_comes_next() -> None:
    said = create(
        "iwelcome", "--name", "I Welcome", "--hashtag", "#IWelcome", "--language", "en",
        "--language", "ar",
    )  # fmt: skip

    made = Campaign.objects.get()
    assert (made.slug, made.name, made.hashtag) == ("iwelcome", "I Welcome", "IWelcome")
    assert made.languages == ["en", "ar"]
    assert AuditEntry.objects.get().after == {"slug": "iwelcome"}
    assert "create_person NAME --role admin --superuser --campaign iwelcome" in said


@pytest.mark.parametrize(
    ("slug", "why"), [("I Welcome", "valid “slug”"), ("taken", "Campaign with this Slug already")]
)
def test_a_slug_that_cannot_be_is_refused(slug: str, why: str) -> None:
    create("taken", "--name", "One", "--hashtag", "One")
    with pytest.raises(CommandError, match=why):
        create(slug, "--name", "Two", "--hashtag", "Two")
    assert Campaign.objects.count() == 1
