"""The sandbox as one ASGI application."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from django.conf import settings as django_settings
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from campaign.sandbox import (
    control,
    files,
    listening,
    mail,
    mailbox,
    pages,
    posts,
    problems,
    rain,
    troubles,
    uploads,
)
from campaign.sandbox.api import refused
from campaign.sandbox.state import Settings, State

# A page elsewhere whose name was made to point at this machine gets nothing.
LOOPBACK = "127.0.0.1"
STATIC = django_settings.BASE_DIR / "static" / "sandbox"
HOSTS = ["127.0.0.1", "localhost", "[::1]"]


def build(settings: Settings) -> Starlette:
    """An application; its state begins and ends with the server."""

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        state = app.state.sandbox = State(settings)
        async with AsyncExitStack() as stack:
            stack.callback(state.store.close)
            state.rain = rain.Rain(state)
            stack.callback(state.rain.stop)
            if settings.seed:
                rain.seed(state)
            if settings.smtp:
                catcher = await mail.listen(state, settings.smtp)
                stack.callback(catcher.close)
            yield

    return Starlette(
        routes=[
            *listening.ROUTES,
            *posts.ROUTES,
            *uploads.ROUTES,
            *control.ROUTES,
            *files.ROUTES,
            *mailbox.ROUTES,
            *troubles.ROUTES,
            *pages.ROUTES,
            Mount("/static", StaticFiles(directory=STATIC)),
            *pages.LAST_ROUTES,
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
        exception_handlers={404: _not_found, 405: _not_found},
        lifespan=life,
    )


async def _not_found(request: Request, _: Exception) -> Response:
    if request.url.path.startswith(("/2/", "/_")):
        return refused(problems.page_not_found(request.url.path))
    return pages.missing(request, "There is nothing at this address.")
