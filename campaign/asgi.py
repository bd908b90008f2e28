"""The web process: `uvicorn campaign.asgi:application`.

Event streams are served asynchronously; everything else is ordinary Django in a fixed pool of
threads, each with its own lasting database connection (measured: four times the pages of Django's
own ASGI handler; see docs/decisions).
"""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

django_application = get_wsgi_application()

from campaign import events  # noqa: E402  needs Django's apps to be ready

THREADS = 8

pages: Any = WSGIMiddleware(django_application, workers=THREADS)  # type: ignore[arg-type]  # Django answers with its own response class, which is iterable


async def application(scope: events.Message, receive: events.Receive, send: events.Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] == "/events":
        await events.application(scope, receive, send)
    elif scope["type"] == "http":
        await pages(scope, receive, send)


async def _lifespan(receive: events.Receive, send: events.Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
