"""The sandbox as one ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response

from campaign.sandbox import control, listening, posts, problems, uploads
from campaign.sandbox.api import refused
from campaign.sandbox.state import Settings, State

# A page elsewhere whose name was made to point at this machine gets nothing.
HOSTS = ["127.0.0.1", "localhost", "[::1]"]


def build(settings: Settings) -> Starlette:
    """An application; its state begins and ends with the server."""

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        app.state.sandbox = State(settings)
        try:
            yield
        finally:
            app.state.sandbox.store.close()

    return Starlette(
        routes=[
            *listening.ROUTES,
            *posts.ROUTES,
            *uploads.ROUTES,
            *control.ROUTES,
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS)],
        exception_handlers={404: _not_found, 405: _not_found},
        lifespan=life,
    )


async def _not_found(request: Request, _: Exception) -> Response:
    return refused(problems.page_not_found(request.url.path))
