"""A video comes in pieces, is processed, is used, and expires."""

import base64
import time

import pytest
import requests

from campaign.sandbox.problems import MEDIA_INVALID
from tests.sandbox.clients import CHUNK, Client
from tests.sandbox.films import film
from tests.sandbox.server import Sandbox

DAY = 24 * 60 * 60


def post_with(account: Client, media: str, text: str) -> requests.Response:
    return account.post("/2/tweets", {"text": text, "media": {"media_ids": [media]}})


def test_takes_a_video_from_pieces_to_a_post(
    account: Client, app: Client, sandbox: Sandbox
) -> None:
    data = film(seconds=2, size="1280x720")
    data += b"\0\0\0\x08free" * ((2 * CHUNK - len(data)) // 8 + 1)
    media = account.begin(len(data))
    pieces = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
    answers = [account.append(media, segment, piece) for segment, piece in enumerate(pieces)]
    assert [answer.status_code for answer in answers] == [200, 204, 200]
    assert answers[1].content == b""
    done = account.finalize(media).json()["data"]
    assert done == {
        "id": media,
        "media_key": f"13_{media}",
        "size": len(data),
        "expires_after_secs": DAY,
        "processing_info": {"state": "pending", "check_after_secs": 1},
    }
    time.sleep(0.1)
    status = account.state(media)
    assert status["processing_info"] == {"state": "succeeded", "progress_percent": 100}
    answer = post_with(account, media, "With a video")
    assert answer.status_code == 201
    assert answer.json()["data"]["text"].startswith("With a video https://t.co/")
    shown = app.get(
        f"/2/tweets/{answer.json()['data']['id']}",
        **{"expansions": "attachments.media_keys", "media.fields": "duration_ms,width,height"},
    ).json()
    assert shown["data"]["attachments"] == {"media_keys": [f"13_{media}"]}
    (included,) = shown["includes"]["media"]
    assert (included["type"], included["width"], included["height"]) == ("video", 1280, 720)
    assert 1900 <= included["duration_ms"] <= 2200
    played = requests.get(f"{sandbox.base_url}/media/{media}.mp4", timeout=5)
    assert played.content == data


def test_takes_a_piece_as_json(account: Client, clip: bytes) -> None:
    media = account.begin(len(clip))
    body = {"media": base64.b64encode(clip).decode(), "segment_index": 0}
    assert account.post(f"/2/media/upload/{media}/append", body).status_code == 200
    assert account.finalize(media).status_code == 200


def test_refuses_a_piece_that_is_too_large(account: Client) -> None:
    media = account.begin(3 * CHUNK)
    answer = account.append(media, 0, b"x" * (CHUNK + 1))
    assert (answer.status_code, answer.content) == (413, b"")
    assert account.append(media, 0, b"x" * CHUNK).status_code == 200


def test_refuses_more_than_was_announced_and_less(account: Client) -> None:
    media = account.begin(10)
    assert account.append(media, 0, b"x" * 11).status_code == 400
    assert account.append(media, 0, b"").status_code == 400
    assert account.append(media, 0, b"x" * 9).status_code == 200
    assert account.finalize(media).status_code == 400


def test_takes_a_piece_again_in_its_place(account: Client, clip: bytes) -> None:
    media = account.begin(len(clip) + 4)
    assert account.append(media, 1, b"free").ok
    assert account.append(media, 0, clip).ok
    assert account.append(media, 1, b"last").status_code == 400
    assert account.finalize(media).status_code == 200


@pytest.mark.parametrize("segment", ["-1", "1000", "one", ""])
def test_refuses_a_wrong_segment(account: Client, segment: str) -> None:
    media = account.begin(10)
    path = f"/2/media/upload/{media}/append"
    answer = account.call("POST", path, data={"segment_index": segment}, files={"media": b"x"})
    assert answer.status_code == 400


def test_refuses_unknown_fields(account: Client) -> None:
    media = account.begin(10)
    path = f"/2/media/upload/{media}/append"
    fields = {"segment_index": "0", "command": "APPEND"}
    assert account.call("POST", path, data=fields, files={"media": b"x"}).status_code == 400
    body = {"media_type": "video/mp4", "total_bytes": 1, "media_category": "tweet_video", "x": 1}
    assert account.post("/2/media/upload/initialize", body).status_code == 400
    assert account.get("/2/media/upload", media_id=media, command="APPEND").status_code == 400


@pytest.mark.parametrize(
    "data",
    [b"\x1aE\xdf\xa3 not an mp4" * 20, b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", b"x" * 3],
)
def test_fails_what_is_no_video(account: Client, data: bytes) -> None:
    media = account.upload(data)
    info = account.state(media)["processing_info"]
    assert (info["state"], info["error"]["name"]) == ("failed", "InvalidMedia")
    answer = post_with(account, media, "Never posted")
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"parameters": {"media.media_ids": [media]}, "message": MEDIA_INVALID}
    ]


def test_fails_what_is_too_short_or_cut_off(account: Client, clip: bytes) -> None:
    assert account.state(account.upload(film(seconds=0.2)))["processing_info"]["state"] == "failed"
    assert account.state(account.upload(clip[:-500]))["processing_info"]["state"] == "failed"


def test_refuses_a_post_before_the_media_is_ready(
    account: Client, sandbox: Sandbox, clip: bytes
) -> None:
    sandbox.fault("media_slow", seconds=30)
    media = account.begin(len(clip))
    account.append(media, 0, clip)
    assert post_with(account, media, "Not finalized").status_code == 400
    account.finalize(media)
    info = account.state(media)["processing_info"]
    assert (info["state"], info["check_after_secs"]) == ("in_progress", 1)
    assert post_with(account, media, "Too early").status_code == 400
    sandbox.ahead(31)
    assert account.state(media)["processing_info"]["state"] == "succeeded"
    assert post_with(account, media, "In time").status_code == 201


def test_fails_the_processing_when_asked(account: Client, sandbox: Sandbox, clip: bytes) -> None:
    sandbox.fault("media_fail", detail="no reason")
    info = account.state(account.upload(clip))["processing_info"]
    assert info["error"]["message"] == "Unsupported or damaged video: no reason"
    assert account.state(account.upload(clip))["processing_info"]["state"] == "succeeded"


def test_lets_media_expire(account: Client, sandbox: Sandbox, clip: bytes) -> None:
    media = account.upload(clip)
    sandbox.ahead(DAY - 60)
    assert account.state(media)["expires_after_secs"] <= 60
    assert post_with(account, media, "Just in time").status_code == 201
    sandbox.ahead(DAY + 60)
    refused = post_with(account, media, "Too late")
    assert (refused.status_code, refused.json()["errors"][0]["message"]) == (400, MEDIA_INVALID)


def test_refuses_media_of_another_account(
    account: Client, other_account: Client, clip: bytes
) -> None:
    media = account.upload(clip)
    assert post_with(other_account, media, "Not mine").status_code == 400
    assert other_account.get("/2/media/upload", media_id=media).status_code == 400
    assert other_account.finalize(media).status_code == 400
    assert post_with(account, "123", "Unknown").status_code == 400


def test_refuses_to_go_on_after_the_end(account: Client, clip: bytes) -> None:
    media = account.upload(clip)
    assert account.append(media, 0, clip).status_code == 400
    assert account.finalize(media).status_code == 400


def test_takes_a_description_and_captions(account: Client, sandbox: Sandbox, clip: bytes) -> None:
    media = account.upload(clip)
    words = {"alt_text": {"text": "Somebody speaks"}}
    answer = account.post("/2/media/metadata", {"id": media, "metadata": words})
    assert answer.json() == {"data": {"id": media, "associated_metadata": words}}
    track = account.upload(
        b"1\n00:00:00,100 --> 00:00:01,000\nWelcome\n",
        media_type="text/srt",
        media_category="subtitles",
    )
    subtitles = {"id": track, "language_code": "EN", "display_name": "English"}
    body = {"id": media, "media_category": "TweetVideo", "subtitles": subtitles}
    assert account.post("/2/media/subtitles", body).status_code == 200
    tweet = post_with(account, media, "Captioned").json()["data"]["id"]
    page = requests.get(f"{sandbox.base_url}/{sandbox.handle}/status/{tweet}", timeout=5).text
    assert 'aria-label="Somebody speaks"' in page
    assert f'src="/media/{track}.vtt"' in page
    captions = requests.get(f"{sandbox.base_url}/media/{track}.vtt", timeout=5).text
    assert captions == "WEBVTT\n\n1\n00:00:00.100 --> 00:00:01.000\nWelcome\n"
    body = {"id": media, "media_category": "TweetVideo", "language_code": "EN"}
    answers = [account.call("DELETE", "/2/media/subtitles", json=body).json() for _ in range(2)]
    assert [answer["data"]["deleted"] for answer in answers] == [True, False]


@pytest.mark.parametrize(
    ("asked", "status", "shown", "part"),
    [
        ("bytes=0-3", 206, "bytes 0-3/{size}", slice(0, 4)),
        ("bytes=100-", 206, "bytes 100-{last}/{size}", slice(100, None)),
        ("bytes=-10", 206, "bytes {tail}-{last}/{size}", slice(-10, None)),
        ("bytes=0-99999999", 206, "bytes 0-{last}/{size}", slice(0, None)),
        ("bytes=99999999-", 416, "bytes */{size}", slice(0, 0)),
    ],
)
def test_plays_a_part(
    *,
    account: Client,
    sandbox: Sandbox,
    clip: bytes,
    asked: str,
    status: int,
    shown: str,
    part: slice,
) -> None:
    media = account.upload(clip)
    answer = requests.get(
        f"{sandbox.base_url}/media/{media}.mp4", headers={"Range": asked}, timeout=5
    )
    size = len(clip)
    expected = shown.format(size=size, last=size - 1, tail=size - 10)
    assert (answer.status_code, answer.headers["content-range"]) == (status, expected)
    assert answer.content == clip[part]
