"""A mail server that takes everything and keeps nothing, in a process that knows no Django."""

import time
from typing import Any

from aiosmtpd.controller import Controller

#: Seconds; whoever started it ends it before.
LASTS = 600


class _Drain:
    async def handle_DATA(self, *_args: Any) -> str:  # noqa: N802  aiosmtpd's name
        return "250 OK"


def serve(port: int) -> None:
    Controller(_Drain(), hostname="127.0.0.1", port=port).start()
    time.sleep(LASTS)
