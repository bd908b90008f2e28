"""The crew's pages: what is on its way, and the form for a film. Scripts send the films."""

from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from campaign import devices, languages
from campaign.actions import devices as phones
from videos import reports, wording
from videos.crew import FieldRequest, crew_only
from videos.forms import storytellers_at
from videos.processing.probe import MAX_BYTES
from videos.views.phone_briefs import briefs_to_film, tasks
from videos.wording import Words, withdrawing


def shell(request: FieldRequest) -> dict[str, Any]:
    """What every page of the field needs: its words, its direction, and who this is."""
    language = languages.base(request.user.language)
    return {
        "place": request.place,
        "device": request.crew.device,
        "words": request.words,
        "withdrawing": withdrawing.speak(language),
        "scripts_words": _as_dict(request.words),
        "language": language,
        "direction": languages.direction(language),
    }


@require_safe
@ensure_csrf_cookie
@crew_only
def field(request: FieldRequest) -> HttpResponse:
    """The briefs and clips of the crew's own place; htmx asks for the list of clips alone."""
    context = {**shell(request), "clips": reports.sent_from(request.place)}
    if request.headers.get("HX-Request"):
        return render(request, "videos/field.html#clips", context)
    agreeing = reports.agreeing_at(request.place)
    return render(request, "videos/field.html", context | tasks(request) | {"agreeing": agreeing})


@require_safe
@ensure_csrf_cookie
@crew_only
def film(request: FieldRequest) -> HttpResponse:
    """The form for one film; what is written into it goes from the phone's own storage."""
    context = {
        **shell(request),
        "storytellers": storytellers_at(request.place),
        "languages": list(reports.LANGUAGES.items()),
        "themes": list(request.words.theme_names.items()),
        "max_bytes": MAX_BYTES,
        "briefs": briefs_to_film(request.place),
    }
    return render(request, "videos/film.html", context)


@require_safe
def worker(_request: HttpRequest, name: str) -> HttpResponse:
    """A worker's script. It must lie under the pages that it serves, not among static files."""
    script = (settings.BASE_DIR / "static/js/field" / f"{name}.js").read_bytes()
    return HttpResponse(
        script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What makes the page installable; anybody may read it, for it says nothing of anybody."""
    language = languages.base(request.GET.get("lang", "en"))
    words = wording.speak(language)
    return JsonResponse(
        {
            "id": "/field/",
            "name": f"I Welcome · {words.field}",
            "short_name": words.field,
            "lang": language,
            "dir": languages.direction(language),
            "start_url": "/field/",
            "scope": "/field/",
            "display": "standalone",
            "orientation": "portrait",
            "background_color": "#fffefb",
            "theme_color": "#fffefb",
            "icons": [
                {
                    "src": static(f"icons/field-{size}.png"),
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                    "purpose": "any maskable",
                }
                for size in (192, 512)
            ],
        },
        content_type="application/manifest+json",
    )


@require_POST
@crew_only
def leave(request: FieldRequest) -> HttpResponse:
    """Sign out: a phone is revoked with it, and forgets what it holds."""
    if request.crew.device is not None:
        phones.revoke(request.crew.device, by=request.user)
    logout(request)
    response = redirect("field-join")
    response.delete_cookie(devices.COOKIE)
    return response


def _as_dict(words: Words) -> dict[str, str]:
    """The texts that scripts say."""
    texts = {name: getattr(words, name) for name in words.__slots__}
    return {name: text for name, text in texts.items() if isinstance(text, str)}
