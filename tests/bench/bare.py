"""The baseline of the petition's figures: Django, no middleware, one view that does one INSERT.

Served by parts as they come: uvicorn, a2wsgi, a pool of as many threads as `campaign.asgi` has.
`BARE=threads` serves it as the newsroom is, `BARE=django` by Django's own ASGI handler. Only ever
imported by that process: it changes the settings.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")

from typing import Any

import django
from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

django.setup()

from campaign.threads import Threads  # noqa: E402  needs Django's apps to be ready

settings.MIDDLEWARE = []
settings.ROOT_URLCONF = __name__


def insert(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_bare (email, name) VALUES (%s, %s)",
            [request.POST["email"], request.POST["name"]],
        )
    return HttpResponse(status=204)


def served(by: str) -> Any:
    if by == "threads":
        return Threads(WSGIHandler(), threads=8)
    if by == "django":
        return ASGIHandler()
    return WSGIMiddleware(WSGIHandler(), workers=8)  # type: ignore[arg-type]  # Django answers with its own response class, which is iterable


urlpatterns = [path("insert", insert)]
application = served(by=os.environ.get("BARE", "a2wsgi"))
