"""The coordinator's page: the phones of a campaign's crews, signed in by a code and out at once."""

import uuid
from typing import Any

import qrcode
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from qrcode.image.svg import SvgPathImage

from campaign.access import NewsroomRequest, newsroom
from campaign.actions import devices
from campaign.models import Campaign
from videos.forms import InvitePhoneForm
from videos.phones import people_of, phones_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@newsroom("campaign.manage_devices")
def phones(request: NewsroomRequest) -> HttpResponse:
    """GET: every phone. POST: a code for one more, shown this once."""
    if request.method != "POST":
        return _show(request, InvitePhoneForm(campaign=request.campaign))
    form = InvitePhoneForm(request.POST, campaign=request.campaign)
    if not form.is_valid():
        return _show(request, form, status=422)
    said = form.cleaned_data
    invitation = devices.invite(said["person"], name=said["name"], by=request.user)
    fresh = InvitePhoneForm(campaign=request.campaign)
    return _show(request, fresh, invitation=_as_shown(invitation))


@require_POST
@newsroom("campaign.manage_devices")
def revoke(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponse:
    """A phone is lost, or its person has left."""
    device = get_object_or_404(phones_of(request.campaign), pk=pk)
    try:
        devices.revoke(device, by=request.user)
    except devices.DeviceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{device.name} is signed out.")
    return redirect("phones", request.campaign.slug)


def _show(
    request: NewsroomRequest,
    form: InvitePhoneForm,
    *,
    invitation: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "phones": list(phones_of(request.campaign)),
        "form": form,
        "has_crew": _has_crew(request.campaign),
        "invitation": invitation,
        "now": timezone.now(),
    }
    return render(request, "videos/phones.html", context, status=status)


def _has_crew(campaign: Campaign) -> bool:
    return people_of(campaign).exists()


def _as_shown(invitation: devices.Invitation) -> dict[str, Any]:
    code = invitation.code
    address = settings.PUBLIC_URL + reverse("field-join", args=[code])
    return {
        "device": invitation.device,
        "code": f"{code[:5]} {code[5:]}",
        "address": address,
        "picture": _qr(address),
    }


def _qr(address: str) -> SafeString:
    """Drawn here: an address that signs a phone in is told to no other site."""
    drawn: str = qrcode.make(address, image_factory=SvgPathImage, border=2).to_string(
        encoding="unicode"
    )
    return mark_safe(drawn)  # noqa: S308  made of squares alone
