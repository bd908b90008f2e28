import io
import sys

import pytest
from django.core.management import CommandError, call_command

from campaign.models import AuditEntry, User
from tests import factories

pytestmark = pytest.mark.django_db


def create(*words: str) -> None:
    call_command("create_person", *words, "--password-stdin", stdout=io.StringIO())


@pytest.fixture(autouse=True)
def _types_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("three-quiet-rivers-7\n"))


def test_create_person_gives_role_and_campaign_and_is_audited() -> None:
    ours = factories.CampaignFactory(slug="ours")
    create("ana", "--role", "editor", "--name", "Ana", "--campaign", "ours")
    ana = User.objects.get(username="ana")
    assert ana.check_password("three-quiet-rivers-7")
    assert (ana.name, list(ana.campaigns.all())) == ("Ana", [ours])
    assert list(ana.groups.values_list("name", flat=True)) == ["editor"]
    assert AuditEntry.objects.get().verb == "person made"


def test_create_person_names_the_campaigns_that_there_are() -> None:
    factories.CampaignFactory(slug="ours")
    with pytest.raises(CommandError, match=r"There is no campaign “other”\. Known: ours\."):
        create("ana", "--role", "editor", "--campaign", "other")
    assert not User.objects.exists()


def test_create_person_refuses_a_name_that_is_taken() -> None:
    factories.UserFactory(username="ana")
    with pytest.raises(CommandError, match="Somebody is called “ana” already"):
        create("ana", "--role", "editor")
