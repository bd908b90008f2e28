"""Callers of the sandbox that are not our adapter: plain requests, signed by requests-oauthlib."""

import time
from types import TracebackType
from typing import Any, Self

import requests
from requests_oauthlib import OAuth1

from campaign.sandbox.credentials import Credentials
from tests.sandbox.server import Sandbox

CHUNK = 1024 * 1024


class Client:
    """One account, or its app."""

    def __init__(self, sandbox: Sandbox, keys: Credentials, *, bearer: bool = False) -> None:
        self.base_url = sandbox.base_url
        self.session = requests.Session()
        if bearer:
            self.session.headers["Authorization"] = f"Bearer {keys['bearer_token']}"
        else:
            self.session.auth = OAuth1(
                keys["consumer_key"],
                keys["consumer_secret"],
                keys["access_token"],
                keys["access_token_secret"],
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.session.close()

    def call(self, verb: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(verb, f"{self.base_url}{path}", **{"timeout": 5, **options})

    def get(self, path: str, **query: str) -> requests.Response:
        return self.call("GET", path, params=query)

    def post(self, path: str, body: Any) -> requests.Response:
        return self.call("POST", path, json=body)

    def reply(self, tweet: str, text: str = "Thank you", **more: Any) -> requests.Response:
        body = {"text": text, "reply": {"in_reply_to_tweet_id": tweet}, **more}
        return self.post("/2/tweets", body)

    def begin(self, size: int, **more: str) -> str:
        """An upload's id."""
        wanted = {"media_type": "video/mp4", "media_category": "tweet_video", **more}
        answer = self.post("/2/media/upload/initialize", {**wanted, "total_bytes": size})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["id"])

    def append(self, media: str, segment: int, data: bytes) -> requests.Response:
        return self.call(
            "POST",
            f"/2/media/upload/{media}/append",
            data={"segment_index": str(segment)},
            files={"media": data},
        )

    def finalize(self, media: str) -> requests.Response:
        return self.call("POST", f"/2/media/upload/{media}/finalize")

    def state(self, media: str) -> dict[str, Any]:
        answer = self.get("/2/media/upload", command="STATUS", media_id=media)
        found: dict[str, Any] = answer.json()["data"]
        return found

    def upload(self, data: bytes, **more: str) -> str:
        """A whole upload; answers its id when the processing is over, well or not."""
        media = self.begin(len(data), **more)
        for segment, start in enumerate(range(0, len(data), CHUNK)):
            assert self.append(media, segment, data[start : start + CHUNK]).ok
        assert self.finalize(media).ok
        deadline = time.monotonic() + 5
        while self.state(media)["processing_info"]["state"] in {"pending", "in_progress"}:
            assert time.monotonic() < deadline, "the processing never ended"
            time.sleep(0.02)
        return media
