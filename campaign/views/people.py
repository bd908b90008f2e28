"""The people of a campaign: who works here, who is asked to join, and what takes two to change."""

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign import roles
from campaign.access import NewsroomRequest, newsroom
from campaign.actions import accounts, people, proposals
from campaign.forms import CredentialsForm, InvitationForm, JoinForm, RoleForm
from campaign.models import Account, Campaign, Invitation, Proposal, User
from campaign.networks.base import NetworkError

ADMIN = "campaign.set_up_campaign"


def _of(campaign: Campaign) -> "QuerySet[User]":
    factors = Authenticator.objects.filter(user=OuterRef("pk"))
    return (
        User.objects.filter(campaigns=campaign)
        .annotate(
            protected=Exists(factors.exclude(type=Authenticator.Type.RECOVERY_CODES)),
            sessions=Count("usersession", distinct=True),
        )
        .prefetch_related("groups")
        .order_by("-is_active", "name", "pk")
    )


@require_safe
@newsroom(ADMIN)
def show(request: NewsroomRequest) -> HttpResponse:
    return _page(request, InvitationForm())


def _page(request: NewsroomRequest, form: InvitationForm, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    campaign = request.campaign
    invitations = Invitation.objects.open(at=now).filter(campaign=campaign)
    waiting = Proposal.objects.open(at=now).filter(campaign=campaign)
    facts: dict[str, Any] = {
        "people": _of(campaign),
        "form": form,
        "roles": list(roles.ROLES),
        "invitations": invitations.select_related("role", "invited_by"),
        "proposals": waiting.select_related("proposed_by", "person"),
        "accounts": Account.objects.filter(campaign=campaign),
    }
    return render(request, "people/people.html", facts, status=status)


@require_POST
@newsroom(ADMIN)
def invite(request: NewsroomRequest) -> HttpResponse:
    form = InvitationForm(request.POST)
    if form.is_valid():
        try:
            people.invite(**form.cleaned_data, campaign=request.campaign, by=request.user)
        except people.AlreadyInvited as error:
            form.add_error("email", str(error))
    if form.errors:
        return _page(request, form, status=422)
    messages.success(request, f"An invitation goes to {form.cleaned_data['name']}.")
    return redirect("people", campaign=request.campaign.slug)


@require_POST
@newsroom(ADMIN)
def revoke(request: NewsroomRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=pk, campaign=request.campaign)
    try:
        people.revoke(invitation, by=request.user)
    except people.InvitationOver as error:
        messages.error(request, str(error))
    return redirect("people", campaign=request.campaign.slug)


@require_POST
@newsroom(ADMIN)
def leave_out(request: NewsroomRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk, campaigns=request.campaign)
    try:
        people.leave_out(person, campaign=request.campaign, by=request.user)
    except people.NotYourself as error:
        messages.error(request, str(error))
    return redirect("people", campaign=request.campaign.slug)


@require_POST
@newsroom(ADMIN)
def take_back(request: NewsroomRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk, campaigns=request.campaign)
    people.take_back(person, by=request.user)
    return redirect("people", campaign=request.campaign.slug)


@require_POST
@newsroom(ADMIN)
def end_sessions(request: NewsroomRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk, campaigns=request.campaign)
    people.sign_out_everywhere(person, campaign=request.campaign, by=request.user)
    return redirect("people", campaign=request.campaign.slug)


@require_POST
@newsroom(ADMIN)
def change_role(request: NewsroomRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk, campaigns=request.campaign)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the roles.")
    else:
        proposals.propose_role(
            person, role=form.cleaned_data["role"], campaign=request.campaign, by=request.user
        )
        messages.success(request, "Somebody else has to confirm the new role.")
    return redirect("people", campaign=request.campaign.slug)


@sensitive_post_parameters("credentials")
@require_http_methods(["GET", "HEAD", "POST"])
@newsroom(ADMIN)
def credentials(request: NewsroomRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(Account, pk=pk, campaign=request.campaign)
    form = CredentialsForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        proposals.propose_credentials(
            account, credentials=form.cleaned_data["credentials"], by=request.user
        )
        messages.success(request, "Somebody else has to confirm the new credentials.")
        return redirect("people", campaign=request.campaign.slug)
    facts = {"account": account, "form": form}
    return render(request, "people/credentials.html", facts, status=422 if form.errors else 200)


@require_POST
@newsroom(ADMIN)
def confirm(request: NewsroomRequest, pk: int) -> HttpResponse:
    proposal = get_object_or_404(Proposal, pk=pk, campaign=request.campaign)
    try:
        proposals.confirm(proposal, by=request.user)
    except (proposals.ProposalOver, proposals.TakesTwo, accounts.OfAnotherCampaign) as error:
        messages.error(request, str(error))
    except NetworkError as error:
        messages.error(request, f"Nothing was changed: the network did not take them ({error}).")
    else:
        messages.success(request, "Done.")
    return redirect("people", campaign=request.campaign.slug)


@require_POST
@newsroom(ADMIN)
def decline(request: NewsroomRequest, pk: int) -> HttpResponse:
    proposal = get_object_or_404(Proposal, pk=pk, campaign=request.campaign)
    try:
        proposals.decline(proposal, by=request.user)
    except proposals.ProposalOver as error:
        messages.error(request, str(error))
    return redirect("people", campaign=request.campaign.slug)


@require_safe
@newsroom(ADMIN)
def who_can(request: NewsroomRequest) -> HttpResponse:
    """Who can do what: a row for each thing that can be done, a column for each role."""
    held = {role: set(codes) for role, codes in roles.ROLES.items()}
    rows = [
        {"can": words, "by": [code in held[role] for role in roles.ROLES]}
        for code, words in Campaign._meta.permissions
    ]
    names = User.objects.filter(campaigns=request.campaign, is_active=True, is_superuser=False)
    columns = [
        {"role": role, "people": [str(one) for one in names.filter(groups__name=role)]}
        for role in roles.ROLES
    ]
    everything = User.objects.filter(is_active=True, is_superuser=True)
    facts = {"rows": rows, "columns": columns, "everything": everything}
    return render(request, "people/who_can.html", facts)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the link of an open invitation makes their own sign-in."""
    try:
        invitation = people.find_invitation(token)
    except people.InvitationOver as error:
        return render(request, "people/join_over.html", {"error": error}, status=410)
    form = JoinForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            person = people.accept(invitation, **form.cleaned_data)
        except people.NameTaken as error:
            form.add_error("username", str(error))
        except people.InvitationOver as error:
            return render(request, "people/join_over.html", {"error": error}, status=410)
        else:
            entered: HttpResponse = perform_login(request, Login(user=person, redirect_url="/"))
            return entered
    facts = {"invitation": invitation, "form": form}
    return render(request, "people/join.html", facts, status=422 if form.errors else 200)
