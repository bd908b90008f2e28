"""The front door: where a person lands, what the health checks see, and the error pages."""

from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import Error as DatabaseError
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST
from redis import Redis, RedisError

from campaign import live as live_news
from campaign import metrics as measuring
from campaign.models import User

#: Where people land after signing in: the first page that they may open.
LANDINGS = (
    ("campaign.upload_footage", "field"),
    ("campaign.use_desk", "desk"),
    ("campaign.view_reports", "reports"),
    ("campaign.view_clips", "clips"),
    ("campaign.set_up_campaign", "people"),
)


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Each person's own start: the field page, the desk or the reports."""
    user = cast(User, request.user)
    campaign = user.campaigns.first()
    for permission, name in LANDINGS:
        if not user.has_perm(permission):
            continue
        if name == "field" and hasattr(user, "crew"):
            return redirect(name)
        if name != "field" and campaign is not None:
            return redirect(name, campaign=campaign.slug)
    return render(request, "no_access.html", status=403)


@require_safe
def live(_request: HttpRequest) -> HttpResponse:
    """The process answers. Anybody may ask."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Each thing that we need, and whether it answers. Anybody may ask; no detail is told."""
    checks = {"database": _database_answers(), "redis": _redis_answers()}
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus, who shows `METRICS_TOKEN`. Without that setting there is no such page."""
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(shown, settings.METRICS_TOKEN):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(measuring.text(), content_type=CONTENT_TYPE_LATEST)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool:
    redis: Redis = live_news.connection()
    try:
        redis.ping()
    except RedisError:
        return False
    return True


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django's signature
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django's signature
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django's signature
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
