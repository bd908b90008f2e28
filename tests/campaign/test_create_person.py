import io
import sys

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

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


def test_superuser_opens_setup_and_the_log_says_so(client: Client) -> None:
    create("ada", "--role", "admin", "--superuser")
    ada = User.objects.get(username="ada")
    client.force_login(ada)
    assert client.get("/admin/campaign/campaign/add/").status_code == 200
    assert AuditEntry.objects.get().after == {"role": "admin", "campaigns": [], "superuser": True}


def test_without_a_terminal_it_says_how_to_give_the_password() -> None:
    with pytest.raises(CommandError, match="add --password-stdin"):
        call_command("create_person", "ana", "--role", "editor")
    sys.stdin.read()
    with pytest.raises(CommandError, match="Standard input is empty"):
        create("ana", "--role", "editor")
    assert not User.objects.exists()


def test_password_is_asked_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    typed = iter(["three-quiet-rivers-7", "three-quiet-river-7"] + 2 * ["three-quiet-rivers-7"])
    monkeypatch.setattr("campaign.management.commands.create_person.getpass", lambda _: next(typed))
    with pytest.raises(CommandError, match="The two differ"):
        call_command("create_person", "ana", "--role", "editor")
    call_command("create_person", "ana", "--role", "editor", stdout=io.StringIO())
    assert User.objects.get().check_password("three-quiet-rivers-7")
