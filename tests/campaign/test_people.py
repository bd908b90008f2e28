"""Who works here: invitations, roles that take two, leaving out, second factors."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from campaign import roles
from campaign.actions import people, proposals
from campaign.models import AuditEntry, Campaign, Invitation, Proposal, User
from campaign.sign_in import SecondFactorAdapter
from tests import factories

pytestmark = pytest.mark.django_db

PASSWORD = "four unrelated words here"


@pytest.fixture
def campaign() -> Campaign:
    return factories.CampaignFactory(slug="iwelcome")


@pytest.fixture
def ada(campaign: Campaign) -> User:
    return factories.person(roles.ADMIN, campaign, username="ada", name="Ada")


@pytest.fixture
def bo(campaign: Campaign) -> User:
    return factories.person(roles.ADMIN, campaign, username="bo", name="Bo")


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def address(name: str, *args: object) -> str:
    return reverse(name, args=["iwelcome", *args])


def invited(campaign: Campaign, ada: User, **facts: str) -> Invitation:
    asked = {"email": "cy@example.org", "name": "Cy", "role": roles.EDITOR} | facts
    return people.invite(asked.pop("email"), **asked, campaign=campaign, by=ada)


def test_invitation_makes_a_person_who_is_signed_in(campaign: Campaign, ada: User) -> None:
    form = {"name": "Cy", "email": "cy@example.org", "role": roles.EDITOR}
    assert client_of(ada).post(address("people-invite"), form).status_code == 302
    people.send_invitations()
    [letter] = mail.outbox
    assert letter.to == ["cy@example.org"]
    link = next(word for word in letter.body.split() if "/join/" in word)
    stranger = Client()
    page = stranger.get(link.removeprefix("http://testserver"))
    assert page.status_code == 200
    entered = stranger.post(
        link.removeprefix("http://testserver"), {"username": "cy", "password": PASSWORD}
    )
    assert entered["Location"] == "/"
    cy = User.objects.get(username="cy")
    assert (cy.name, cy.email) == ("Cy", "cy@example.org")
    assert list(cy.groups.values_list("name", flat=True)) == [roles.EDITOR]
    assert list(cy.campaigns.all()) == [campaign]
    assert stranger.get("/")["Location"] == "/c/iwelcome/desk/"
    again = Client().get(link.removeprefix("http://testserver"))
    assert again.status_code == 410
    assert people.send_invitations() == 0


def test_invitation_is_refused_twice_and_after_taking_it_back(
    campaign: Campaign, ada: User
) -> None:
    first = invited(campaign, ada)
    with pytest.raises(people.AlreadyInvited):
        invited(campaign, ada, email="CY@example.org")
    client_of(ada).post(address("people-revoke", first.pk))
    with pytest.raises(people.InvitationOver):
        people.find_invitation(people.token(first))
    invited(campaign, ada)
    factories.editor(campaign, email="di@example.org")
    with pytest.raises(people.AlreadyInvited):
        invited(campaign, ada, email="di@example.org")


@pytest.mark.parametrize("token", ["", "x", "1:abc:def"])
def test_forged_invitation_is_over(token: str) -> None:
    with pytest.raises(people.InvitationOver):
        people.find_invitation(token)


def test_old_invitation_is_over(campaign: Campaign, ada: User) -> None:
    invitation = invited(campaign, ada)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(people.InvitationOver):
        people.accept(invitation, username="cy", password=PASSWORD)
    assert not User.objects.filter(username="cy").exists()


def test_join_tells_of_a_taken_name_and_a_weak_password(campaign: Campaign, ada: User) -> None:
    link = reverse("join", args=[people.token(invited(campaign, ada))])
    taken = Client().post(link, {"username": "ADA", "password": PASSWORD})
    assert taken.status_code == 422
    assert "is called “ADA” already" in taken.content.decode()
    weak = Client().post(link, {"username": "cy", "password": "short"})
    assert "at least 12 characters" in weak.content.decode()


def test_role_changes_when_a_second_person_confirms(
    campaign: Campaign, ada: User, bo: User
) -> None:
    cy = factories.editor(campaign, name="Cy")
    cys = client_of(cy)
    UserSession.objects.create(user=cy, session_key=cys.session.session_key, ip="127.0.0.1")
    client_of(ada).post(address("people-role", cy.pk), {"role": roles.SENIOR_EDITOR})
    proposal = Proposal.objects.get()
    assert proposal.summary == "Cy: from editor to senior editor"
    client_of(ada).post(address("proposal-confirm", proposal.pk))
    assert list(cy.groups.values_list("name", flat=True)) == [roles.EDITOR]
    client_of(bo).post(address("proposal-confirm", proposal.pk))
    assert list(cy.groups.values_list("name", flat=True)) == [roles.SENIOR_EDITOR]
    assert cys.get("/")["Location"] == "/sign-in/?next=/"
    assert list(AuditEntry.objects.values_list("verb", "actor__username")) == [
        ("proposed", "ada"),
        ("confirmed", "bo"),
        ("role changed", "bo"),
    ]


def test_nobody_confirms_their_own_proposal_or_role(
    campaign: Campaign, ada: User, bo: User
) -> None:
    about_bo = proposals.propose_role(bo, role=roles.MANAGER, campaign=campaign, by=ada)
    for person in (ada, bo):
        with pytest.raises(proposals.TakesTwo):
            proposals.confirm(about_bo, by=person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.update(decision="confirmed", decided_by=ada, decided_at=timezone.now())
    proposals.decline(about_bo, by=ada)
    with pytest.raises(proposals.ProposalOver):
        proposals.confirm(about_bo, by=factories.person(roles.ADMIN, campaign))


def test_credentials_take_two_and_are_never_shown(
    campaign: Campaign, ada: User, bo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = factories.AccountFactory(campaign=campaign)
    tried: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(
        "campaign.actions.accounts.connect",
        lambda network, *, campaign, credentials, by: tried.append((network, credentials)),
    )
    page = address("account-credentials", account.pk)
    wrong = client_of(ada).post(page, {"credentials": '{"consumer_key": "hush-hush"}'})
    assert wrong.status_code == 422
    assert "hush-hush" not in wrong.content.decode()
    names = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
    secret = {name: f"hush-{name}" for name in (*names, "bearer_token")}
    client_of(ada).post(page, {"credentials": json.dumps(secret)})
    proposal = Proposal.objects.get()
    assert tried == []
    assert "hush" not in client_of(bo).get(address("people")).content.decode()
    client_of(bo).post(address("proposal-confirm", proposal.pk))
    assert tried == [("x", secret)]
    proposal.refresh_from_db()
    assert proposal.change == {}


def test_left_out_person_is_out_at_once(campaign: Campaign, ada: User) -> None:
    cy = factories.editor(campaign)
    cys = client_of(cy)
    assert cys.get(reverse("desk", args=["iwelcome"])).status_code == 200
    client_of(ada).post(address("people-leave-out", cy.pk))
    assert cys.get(reverse("desk", args=["iwelcome"])).status_code == 302
    cy.refresh_from_db()
    cy.set_password(PASSWORD)
    cy.save()
    refused = Client().post("/sign-in/", {"login": cy.username, "password": PASSWORD})
    assert "_auth_user_id" not in refused.wsgi_request.session
    client_of(ada).post(address("people-take-back", cy.pk))
    entered = Client().post("/sign-in/", {"login": cy.username, "password": PASSWORD})
    assert entered.wsgi_request.session["_auth_user_id"] == str(cy.pk)


def test_nobody_leaves_themselves_out(campaign: Campaign, ada: User) -> None:
    client_of(ada).post(address("people-leave-out", ada.pk))
    ada.refresh_from_db()
    assert ada.is_active


def test_people_of_another_campaign_are_not_found(ada: User) -> None:
    charlie = factories.editor(factories.CampaignFactory(slug="other"))
    for name in ("people-role", "people-leave-out", "people-end-sessions", "people-take-back"):
        assert client_of(ada).post(address(name, charlie.pk)).status_code == 404
    charlie.refresh_from_db()
    assert charlie.is_active


@pytest.mark.parametrize("name", ["people", "people-who-can"])
@pytest.mark.parametrize("role", [role for role in roles.ROLES if role != roles.ADMIN])
def test_page_is_for_admins_alone(campaign: Campaign, name: str, role: str) -> None:
    person = factories.person(role, campaign)
    assert client_of(person).get(address(name)).status_code == 403
    assert client_of(factories.person(roles.ADMIN)).get(address(name)).status_code == 404


def test_page_asks_as_much_for_one_as_for_many(campaign: Campaign, ada: User) -> None:
    client = client_of(ada)
    client.get(address("people"))
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(address("people"))
        counts.append(len(queries))
        for number in range(len(counts) * 10, len(counts) * 10 + 3):
            cy = factories.editor(campaign)
            factories.AccountFactory(campaign=campaign)
            invited(campaign, ada, email=f"{number}@example.org")
            proposals.propose_role(cy, role=roles.MANAGER, campaign=campaign, by=ada)
    assert counts[0] == counts[1]


def test_who_can_do_what_names_people_by_their_role(campaign: Campaign, ada: User) -> None:
    factories.senior(campaign, name="Tom")
    page = client_of(ada).get(address("people-who-can")).content.decode()
    assert "Can pause and resume posting" in page
    assert "Tom" in page


def test_role_with_a_second_factor_opens_nothing_before_it_has_one(
    campaign: Campaign, settings: Settings
) -> None:
    settings.SECOND_FACTOR_ROLES = [roles.SENIOR_EDITOR]
    tom, maya = factories.senior(campaign), factories.editor(campaign)
    desk = reverse("desk", args=["iwelcome"])
    client = client_of(tom)
    assert client.get(desk)["Location"] == reverse("mfa_index")
    assert client.get("/admin/")["Location"] == reverse("mfa_index")
    assert client_of(maya).get(desk).status_code == 200
    TOTP.activate(tom, "JBSWY3DPEHPK3PXP")
    assert client.get(desk).status_code == 200


def test_second_factor_is_encrypted_and_asked_for(campaign: Campaign) -> None:
    tom = factories.senior(campaign)
    tom.set_password(PASSWORD)
    tom.save()
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(tom, secret)
    assert secret not in str(Authenticator.objects.get(user=tom).data)
    client = Client()
    half = client.post("/sign-in/", {"login": tom.username, "password": PASSWORD})
    assert half["Location"] == reverse("mfa_authenticate")
    assert client.get("/")["Location"] == "/sign-in/?next=/"
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(secret, counter))
    assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302
    assert client.get("/")["Location"] == "/c/iwelcome/desk/"


def test_last_second_factor_stays_where_the_role_needs_it(
    campaign: Campaign, settings: Settings
) -> None:
    settings.SECOND_FACTOR_ROLES = [roles.SENIOR_EDITOR]
    tom = factories.senior(campaign)
    totp = TOTP.activate(tom, "JBSWY3DPEHPK3PXP").instance
    assert not SecondFactorAdapter().can_delete_authenticator(totp)
    settings.SECOND_FACTOR_ROLES = []
    assert SecondFactorAdapter().can_delete_authenticator(totp)


def test_guessing_a_password_is_slowed_down(campaign: Campaign) -> None:
    tom = factories.senior(campaign)
    tom.set_password(PASSWORD)
    tom.save()
    client = Client()
    for _ in range(5):
        client.post("/sign-in/", {"login": tom.username, "password": "guess"})
    locked = client.post("/sign-in/", {"login": tom.username, "password": PASSWORD})
    assert "_auth_user_id" not in locked.wsgi_request.session
    assert "Too many failed login attempts" in locked.content.decode()


def test_nobody_signs_up() -> None:
    page = Client().get(reverse("account_signup"))
    assert "Nobody signs up" in page.content.decode()
    Client().post(
        reverse("account_signup"),
        {"username": "eve", "email": "eve@example.org", "password1": PASSWORD},
    )
    assert not User.objects.filter(username="eve").exists()


def test_admin_site_is_no_way_around_the_second_person(campaign: Campaign, ada: User) -> None:
    root = factories.UserFactory(is_staff=True, is_superuser=True)
    page = reverse("admin:campaign_user_change", args=[ada.pk])
    manager = Group.objects.get(name=roles.MANAGER)
    form = {"username": ada.username, "name": "Ada", "language": "en", "groups": [manager.pk]}
    answer = client_of(root).post(page, {**form, "is_superuser": "on"})
    assert answer.status_code == 302
    ada.refresh_from_db()
    assert (list(ada.groups.values_list("name", flat=True)), ada.is_superuser) == (
        [roles.ADMIN],
        False,
    )
    assert ada.is_active
