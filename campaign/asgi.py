"""The web process: `uvicorn campaign.asgi:application`.

What `settings.ASGI_ROUTES` names (event streams, films that arrive) is served asynchronously; all
else is ordinary Django (the public's pages behind a shelf, `campaign.shelf`) in a fixed pool of
threads, each with its own lasting database connection
(measured: four times the pages of Django's own ASGI handler; see docs/decisions). The public has no
session: its pages go through fewer layers.
"""

import gc
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

newsroom = get_wsgi_application()

from django.conf import settings  # noqa: E402  needs Django's apps to be ready
from django.urls import get_resolver  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from campaign import events  # noqa: E402
from campaign.shelf import Shelf  # noqa: E402
from campaign.threads import Threads  # noqa: E402

THREADS = 8


class PublicHandler(WSGIHandler):
    """Django with `PUBLIC_MIDDLEWARE`. Made once, before any request."""

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002  Django's
        whole = settings.MIDDLEWARE
        settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = whole


public = PublicHandler()


def django_application(environ: dict[str, Any], start_response: Any) -> Any:
    """All of Django as WSGI has it."""
    is_public = environ["PATH_INFO"].startswith(settings.PUBLIC_PATHS)
    return (public if is_public else newsroom)(environ, start_response)


pages = Threads(django_application, threads=THREADS)
routes: dict[str, Any] = {
    route: import_string(name) for route, name in settings.ASGI_ROUTES.items()
}

shelf = Shelf(pages, paths=settings.PUBLIC_PAGES, query=settings.PUBLIC_QUERY)

# The first visitor need not wait for every view to be imported.
_ = get_resolver().url_patterns
# What is loaded by now stays for good: the collector need not walk all of it again and again.
gc.collect()
gc.freeze()


async def application(scope: events.Message, receive: events.Receive, send: events.Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        found = _route(scope["path"])
        if found is pages and shelf.keeps(scope):
            found = shelf
        await found(scope, receive, send)


def _route(path: str) -> Any:
    """A route that ends in a slash has all that is under it."""
    for route, application in routes.items():
        if path == route or (route.endswith("/") and path.startswith(route)):
            return application
    return pages


async def _lifespan(receive: events.Receive, send: events.Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
