"""A crew's phone signs in: by the link in a QR code, or by the code typed by hand.

Opening the link changes nothing, because programs that show previews of links open them too.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaign import devices, languages
from campaign.actions import devices as phones
from campaign.models import Device
from videos import wording
from videos.crew import crew_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, code: str = "") -> HttpResponse:
    """Anybody may open it; only a code from London leads on. Whoever is in already needs none."""
    if request.method != "POST":
        if not code and _is_in(request):
            return redirect("field")
        return _show(request, code)
    code = request.POST.get("code", code)
    try:
        _device, token = phones.join(code)
    except phones.CodeNotValidError:
        return _show(request, code, wrong=True)
    response = redirect("field")
    devices.remember(response, token)
    return response


def _is_in(request: HttpRequest) -> bool:
    try:
        crew_of(request)
    except PermissionDenied:
        return False
    return True


def _show(request: HttpRequest, code: str, *, wrong: bool = False) -> HttpResponse:
    invited = Device.objects.invited(phones.tidy(code), at=timezone.now())
    device = invited.select_related("user__crew__place").first() if code else None
    language = device.user.language if device else languages.base(get_language() or "en")
    context: dict[str, Any] = {
        "code": code,
        "device": device,
        "wrong": wrong or bool(code and device is None),
        "words": wording.speak(language),
        "language": language if language in wording.LANGUAGES else "en",
        "direction": languages.direction(language),
    }
    return render(request, "videos/join.html", context, status=422 if wrong else 200)
