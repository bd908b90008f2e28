"""A mail catcher: takes every message for anybody, and delivers none."""

import asyncio
import logging
import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

from aiosmtpd.smtp import SMTP

from campaign.sandbox.state import State
from campaign.sandbox.store import Mail

if TYPE_CHECKING:
    from aiosmtpd.smtp import Envelope, Session

MAX_BYTES = 10 * 1024 * 1024
# aiosmtpd tells every line of every dialogue.
logging.getLogger("mail.log").setLevel(logging.WARNING)


class Catcher:
    """aiosmtpd's handler: what arrives is stored and told to the pages."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def handle_DATA(  # noqa: N802 (aiosmtpd calls it by this name)
        self, server: SMTP, session: "Session", envelope: "Envelope"
    ) -> str:
        del server, session
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        message = message_from_bytes(raw, policy=policy.default)
        mail = Mail(
            id=0,
            received_at=self._state.clock.now(),
            sender=str(message.get("from", envelope.mail_from or "")),
            recipients=tuple(envelope.rcpt_tos),
            subject=str(message.get("subject", "")),
            text=_part(message, "plain"),
            html=_part(message, "html"),
        )
        number = self._state.store.add_mail(mail)
        self._state.audience.tell("mail", {"id": number})
        return "250 Message caught"


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body(preferencelist=(kind,))
    return str(body.get_content()) if body else ""


async def listen(state: State, sock: socket.socket) -> asyncio.Server:
    return await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            Catcher(state), data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, ident="sandbox"
        ),
        sock=sock,
    )
