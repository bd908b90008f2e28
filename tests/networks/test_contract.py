"""Every verb against the sandbox, every request against what X allows."""

import json
import struct
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from threading import Event

import imageio_ffmpeg
import pytest
import requests

from campaign.networks.base import (
    Arrived,
    Connected,
    Kind,
    MediaStage,
    Refusal,
    Rejected,
    Rule,
    Subtitles,
)
from campaign.networks.x import X
from tests.networks import contract
from tests.sandbox.server import Sandbox, running_sandbox

CHUNK = 1024 * 1024
PADDING = 2_000_000  # so that it takes three chunks


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A second of a moving picture with a tone, as X takes it, and a box of nothing behind it."""
    path = tmp_path_factory.mktemp("video") / "second.mp4"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error"]
    command += ["-f", "lavfi", "-i", "testsrc=size=1280x720:rate=30:duration=1"]
    command += ["-f", "lavfi", "-i", "sine=duration=1", "-c:v", "libx264", "-pix_fmt", "yuv420p"]
    command += ["-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path.read_bytes() + struct.pack(">I", PADDING) + b"free" + bytes(PADDING - 8)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as running:
        yield running


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rules that the requests of this test fitted; an unfit one fails the test."""
    fitted: list[str] = []
    send = requests.Session.send

    def watched(
        session: requests.Session, request: requests.PreparedRequest, **more: object
    ) -> requests.Response:
        if "/2/" in (request.url or ""):
            fitted.append(contract.check(request))
        return send(session, request, **more)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(requests.Session, "send", watched)
    return fitted


@pytest.fixture
def network(sandbox: Sandbox) -> Iterator[X]:
    adapter = X(
        sandbox.credentials,  # type: ignore[arg-type]  # a TypedDict of texts
        account_id=sandbox.account_id,
        base_url=sandbox.base_url,
        stream_url=sandbox.base_url,
    )
    yield adapter
    adapter.close()
    sandbox.clear_faults()


def upload(network: X, video: bytes) -> str:
    ticket = network.upload_start(total_bytes=len(video), media_type="video/mp4")
    assert ticket.expires_at is not None
    for index, start in enumerate(range(0, len(video), CHUNK)):
        network.upload_append(ticket.media_id, index=index, chunk=video[start : start + CHUNK])
    return ticket.media_id


def test_a_ready_film_gets_subtitles(network: X, sent: list[str], video: bytes) -> None:
    media_id = upload(network, video)
    state = network.upload_finish(media_id)
    while not state.ready:
        Event().wait(0.05)
        state = network.media_state(media_id)
    sent.clear()
    track = Subtitles("ar", "العربية", b"1\n00:00:00,000 --> 00:00:01,000\nWords\n")
    network.add_subtitles(media_id, track)
    assert [call.rsplit("/", maxsplit=1)[-1] for call in sent] == [
        "initialize",
        "append",
        "finalize",
        "subtitles",
    ]


def test_me_says_whose_credentials_these_are(network: X, sandbox: Sandbox, sent: list[str]) -> None:
    person = network.me()
    assert (person.id, person.handle, person.name) == (
        sandbox.account_id,
        sandbox.handle,
        "I Welcome",
    )
    assert sent == ["GET /2/users/me"]


def test_a_reply_is_posted_with_its_video_found_again_and_deleted(
    network: X, sandbox: Sandbox, sent: list[str], video: bytes
) -> None:
    began = datetime.now(UTC) - timedelta(seconds=2)
    tweet = sandbox.tweet("What can I do? @iwelcome_now #IWelcome", handle="tess")
    media_id = upload(network, video)
    state = network.upload_finish(media_id)
    while not state.ready:
        assert state.state in {MediaStage.PENDING, MediaStage.IN_PROGRESS}
        Event().wait(0.05)
        state = network.media_state(media_id)
    posted = network.create_reply("Hello", in_reply_to=tweet, media_ids=[media_id])
    own = [post for post in network.own_posts(since=began) if post.in_reply_to == tweet]
    assert [(post.id, post.in_reply_to) for post in own] == [(posted.id, tweet)]
    assert own[0].text.startswith("Hello")
    assert abs(own[0].posted_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert network.post(tweet).author.handle == "tess"
    (early,) = network.reach([posted.id, "1"])
    sandbox.ahead(7_200)
    (late,) = network.reach([posted.id])
    sandbox.ahead(0)
    assert (early.post_id, early.views, early.shares) == (posted.id, 0, 0)
    assert (late.views or 0) > 20
    network.delete_post(posted.id)
    assert network.reach([posted.id]) == []
    network.delete_post(posted.id)
    assert posted.id not in {post.id for post in network.own_posts(since=began)}
    with pytest.raises(Rejected) as gone:
        network.post(posted.id)
    assert gone.value.kind is Refusal.GONE
    assert set(sent) == {
        r"POST /2/media/upload/initialize",
        r"POST /2/media/upload/\d{1,19}/append",
        r"POST /2/media/upload/\d{1,19}/finalize",
        r"GET /2/media/upload",
        r"POST /2/tweets",
        r"GET /2/tweets",
        r"GET /2/users/\d{1,19}/tweets",
        r"GET /2/tweets/\d{1,19}",
        r"DELETE /2/tweets/\d{1,19}",
    }


def test_a_reply_is_refused_in_the_networks_words(network: X, sandbox: Sandbox) -> None:
    stranger = sandbox.tweet("Only #IWelcome", handle="pete")
    with pytest.raises(Rejected, match="mentioned or otherwise engaged") as caught:
        network.create_reply("Hello", in_reply_to=stranger)
    assert caught.value.kind is Refusal.NOT_SUMMONED
    sandbox.delete(stranger)
    with pytest.raises(Rejected) as caught:
        network.create_reply("Hello again", in_reply_to=stranger)
    assert caught.value.kind is Refusal.GONE


def test_a_second_equal_reply_is_refused_as_duplicate(network: X, sandbox: Sandbox) -> None:
    tweet = sandbox.tweet("Tell me @iwelcome_now", handle="una")
    network.create_reply("The same", in_reply_to=tweet)
    with pytest.raises(Rejected) as caught:
        network.create_reply("The same", in_reply_to=tweet)
    assert caught.value.kind is Refusal.DUPLICATE


def test_a_reply_with_unknown_media_is_refused(network: X, sandbox: Sandbox) -> None:
    tweet = sandbox.tweet("Show me @iwelcome_now", handle="vera")
    with pytest.raises(Rejected) as caught:
        network.create_reply("Look", in_reply_to=tweet, media_ids=["1234567890123456789"])
    assert caught.value.kind is Refusal.MEDIA_INVALID
    with pytest.raises(Rejected) as caught:
        network.media_state("1234567890123456789")
    assert caught.value.kind is Refusal.MEDIA_INVALID


def test_failed_processing_says_why(network: X, sandbox: Sandbox, video: bytes) -> None:
    sandbox.fault("media_fail")
    media_id = upload(network, video)
    state = network.upload_finish(media_id)
    for _ in range(100):
        if state.state is MediaStage.FAILED:
            break
        Event().wait(0.05)
        state = network.media_state(media_id)
    assert state.state is MediaStage.FAILED
    assert state.error != ""


def test_search_turns_pages(network: X, sandbox: Sandbox, sent: list[str]) -> None:
    ids = [sandbox.tweet(f"Page {number} #Paged", handle=f"p{number}") for number in range(25)]
    first = network.search_recent("#Paged", limit=10)
    second = network.search_recent("#Paged", next_token=first.next_token, limit=10)
    third = network.search_recent("#Paged", next_token=second.next_token, limit=10)
    found = [post.id for page in (first, second, third) for post in page.posts]
    assert found == ids[::-1]
    assert first.newest_id == ids[-1]
    assert third.next_token == ""
    newer = network.search_recent("#Paged", since_id=ids[20])
    assert [post.id for post in newer.posts] == ids[:20:-1]
    assert set(sent) == {"GET /2/tweets/search/recent"}


def test_mentions_show_the_author_and_what_is_quoted(
    network: X, sandbox: Sandbox, sent: list[str]
) -> None:
    tweet = sandbox.tweet("First @iwelcome_now", handle="walt")
    ours = network.create_reply("Hello Walt", in_reply_to=tweet)
    quote = sandbox.tweet(
        "Look at this @iwelcome_now", handle="xenia", quotes=ours.id, lang="fr", followers=4711
    )
    newest = network.mentions(since_id=tweet).posts[0]
    assert newest.id == quote
    assert newest.kind is Kind.QUOTE
    assert newest.quoted_id == ours.id
    assert newest.quoted_author_id == sandbox.account_id
    assert newest.lang == "fr"
    assert newest.author.followers == 4711
    assert sandbox.handle in newest.mentioned_handles
    assert r"GET /2/users/\d{1,19}/mentions" in sent


def test_rules_are_made_exact_and_others_left_alone(
    network: X, sandbox: Sandbox, sent: list[str]
) -> None:
    network.listen_for([Rule("#IWelcome", "ours"), Rule("@iwelcome_now", "ours")])
    network.listen_for([Rule("#Theirs", "theirs")])
    network.listen_for([Rule("#IWelcome", "ours")])
    rules = {(rule.value, rule.tag) for rule in network._rules() if rule.tag.endswith("rs")}
    assert rules == {("#IWelcome", "ours"), ("#Theirs", "theirs")}
    requests_before = len(sent)
    network.listen_for([Rule("#IWelcome", "ours")])
    assert sent[requests_before:] == ["GET /2/tweets/search/stream/rules"]


def test_the_stream_brings_posts_and_ends_when_told(
    network: X, sandbox: Sandbox, sent: list[str]
) -> None:
    network.listen_for([Rule("#Streamed", "streamed")])
    stop = Event()
    events = network.stream(stop=stop)
    assert next(events) == Connected()
    tweet = sandbox.tweet("Now #Streamed @iwelcome_now", handle="yara", followers=12)
    arrived = next(event for event in events if isinstance(event, Arrived))
    assert arrived.post.id == tweet
    assert arrived.post.author.handle == "yara"
    assert arrived.post.author.followers == 12
    assert arrived.post.mentioned_handles == {"iwelcome_now"}
    assert json.loads(json.dumps(arrived.post.raw))["data"]["id"] == tweet
    stop.set()
    assert list(islice(events, 1)) == []
    assert "GET /2/tweets/search/stream" in sent


def test_a_stuck_connection_is_freed(network: X, sandbox: Sandbox, sent: list[str]) -> None:
    network.listen_for([Rule("#Stuck", "stuck")])
    stop = Event()
    events = network.stream(stop=stop)
    assert next(events) == Connected()
    network._free_connections()
    lost = next(events)
    assert type(lost).__name__ == "Lost"
    stop.set()
    assert {"GET /2/connections", "DELETE /2/connections"} <= set(sent)


def test_an_id_that_is_none_never_reaches_a_path(network: X, sent: list[str]) -> None:
    for strange in ("", "1/../2", "12a", "me", "1" * 20):
        with pytest.raises(Rejected):
            network.post(strange)
        with pytest.raises(Rejected):
            network.delete_post(strange)
        with pytest.raises(Rejected):
            network.media_state(strange)
    assert sent == []


def test_the_document_refuses_what_x_refuses() -> None:
    """The check itself can fail."""
    request = requests.Request(
        "POST",
        "https://api.x.com/2/tweets",
        json={"text": "Hello", "status": "v1.1"},
        headers={"Authorization": "OAuth x"},
    ).prepare()
    with pytest.raises(AssertionError):
        contract.check(request)
    tweet_mode = requests.Request(
        "GET",
        "https://api.x.com/2/tweets/1?tweet_mode=extended",
        headers={"Authorization": "OAuth x"},
    ).prepare()
    with pytest.raises(AssertionError):
        contract.check(tweet_mode)
