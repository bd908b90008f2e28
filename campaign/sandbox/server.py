"""uvicorn around the sandbox: loopback only, and able to break a connection on request."""

import socket
from collections.abc import Sequence
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from campaign.sandbox import app
from campaign.sandbox.api import TRANSPORT
from campaign.sandbox.app import LOOPBACK
from campaign.sandbox.state import Settings, State


class Protocol(H11Protocol):
    """Hands its transport to the application, which may have to break it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        inner = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            await inner({**scope, TRANSPORT: self.transport}, receive, send)

        self.app = with_transport


class Server(uvicorn.Server):
    """Ends open streams before it stops, so that stopping takes no time."""

    def __init__(self, settings: Settings) -> None:
        self.application: Starlette = app.build(settings)
        super().__init__(
            uvicorn.Config(
                self.application,
                http=Protocol,
                loop="asyncio",  # whose sockets can be broken
                ws="none",
                lifespan="on",
                access_log=False,
                log_config=None,
                log_level="warning",
                timeout_graceful_shutdown=5,
                server_header=False,
            )
        )

    @property
    def sandbox(self) -> State:
        state: State = self.application.state.sandbox
        return state

    async def shutdown(self, sockets: Sequence[socket.socket] | None = None) -> None:
        self.sandbox.close()
        await super().shutdown(list(sockets or []))


def listening_socket(port: int) -> socket.socket:
    """A port of this machine, which nobody else on the network can reach. 0 takes a free one."""
    # asyncio turns Nagle's delay off only where it is told that this is TCP: 40 ms an answer.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((LOOPBACK, port))
    except OSError:
        sock.close()
        raise
    return sock
