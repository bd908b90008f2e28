"""A phone without a browser: speaks tus as the field's page does, and never gives up."""

import base64
import hashlib
import time
import uuid
from typing import Any

import requests

from tests.bench.live import sign_in
from tests.running import Run

PIECE = 256 * 1024
TUS = {"Tus-Resumable": "1.0.0"}


class Sender:
    """Signs in without the bad link, sends over it."""

    def __init__(self, base: str, newsroom: Run, *, film: bytes) -> None:
        self.base = base
        self.film = film
        self.id = uuid.uuid4()
        self.cookies = _cookies(newsroom)

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.film).digest()

    def send(self, storyteller: int, seconds: float) -> None:
        """Until London has all of it, or the time is over."""
        deadline = time.monotonic() + seconds
        steps = [lambda: self._tell(storyteller), self._create, self._send]
        while steps and time.monotonic() < deadline:
            try:
                if steps[0]():
                    steps.pop(0)
            except requests.RequestException:
                time.sleep(0.3)

    def _ask(self, method: str, address: str, **facts: Any) -> requests.Response:
        return requests.request(method, address, cookies=self.cookies, timeout=10, **facts)

    def _tell(self, storyteller: int) -> bool:
        told = {
            "id": str(self.id),
            "name": "film.mp4",
            "length": len(self.film),
            "sha256": self.digest.hex(),
            "storyteller": storyteller,
            "title": "From the crowd",
            "language": "en",
            "consent": True,
        }
        token = {"X-CSRFToken": self.cookies["csrftoken"], "Origin": self.base}
        answer = self._ask("POST", f"{self.base}/field/films/", json=told, headers=token)
        return answer.status_code == 201

    def _create(self) -> bool:
        named = base64.b64encode(str(self.id).encode()).decode()
        headers = TUS | {"Upload-Length": str(len(self.film)), "Upload-Metadata": f"film {named}"}
        answer = self._ask("POST", f"{self.base}/field/uploads/", headers=headers)
        return answer.status_code in {201, 410}

    def _send(self) -> bool:
        address = f"{self.base}/field/uploads/{self.id}"
        answer = self._ask("HEAD", address, headers=TUS)
        if answer.status_code != 200:
            return answer.status_code == 410
        start = int(answer.headers["Upload-Offset"])
        headers = TUS | {
            "Upload-Offset": str(start),
            "Content-Type": "application/offset+octet-stream",
        }
        body = self.film[start : start + PIECE]
        self._ask("PATCH", address, data=body, headers=headers)
        return False


_known: dict[str, dict[str, str]] = {}


def _cookies(newsroom: Run) -> dict[str, str]:
    """One session for all of them: they are one crew."""
    if newsroom.address not in _known:
        session = sign_in(newsroom, "achol")
        session.get(f"{newsroom.address}/field/", timeout=10).raise_for_status()
        _known[newsroom.address] = session.cookies.get_dict()
    return _known[newsroom.address]
