"""Starting, stopping, remembering; and what the sandbox may not know."""

import ast
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

import campaign.sandbox
from campaign.sandbox import sample
from campaign.sandbox.credentials import CAMPAIGN
from campaign.sandbox.server import listening_socket
from campaign.sandbox.store import VERSION, Store
from tests.sandbox.clients import Client
from tests.sandbox.server import running_sandbox

PRODUCT = {"campaign", "responders", "videos", "petitions", "twitter"}
FOLDER = Path(campaign.sandbox.__file__).parent


def test_starts_with_something_to_read_and_remembers_it(tmp_path: Path) -> None:
    path = tmp_path / "sandbox" / "sandbox.sqlite3"
    with running_sandbox(path=path, seed=True) as sandbox:
        seeds = sandbox.posts()
        assert len(seeds) == sample.SEEDS
        assert all(post["created_at"] < time.time() - 60 for post in seeds)
        kept = sandbox.tweet("Keep me", handle="kept")
    with running_sandbox(path=path, seed=True) as sandbox:
        assert [post["id"] for post in sandbox.posts()] == [kept, *(post["id"] for post in seeds)]
        assert int(sandbox.tweet("Later", handle="kept")) > int(kept)


def test_throws_a_store_of_another_version_away(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.sqlite3"
    store = Store(path)
    store._run(f"PRAGMA user_version = {VERSION + 1}")
    store._run("DROP TABLE posts")
    store.close()
    with running_sandbox(path=path) as sandbox:
        assert sandbox.posts() == []


def test_stops_at_once_with_streams_and_pages_open() -> None:
    with running_sandbox() as sandbox, Client(sandbox, sandbox.credentials, bearer=True) as app:
        app.post("/2/tweets/search/stream/rules", {"add": [{"value": "#A"}]})
        stream = app.call("GET", "/2/tweets/search/stream", stream=True)
        live = app.call("GET", "/live", stream=True)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert list(stream.iter_content()) == []
    assert list(live.iter_lines()) == [b": here", b""]


def test_binds_to_this_machine_only() -> None:
    with listening_socket(0) as sock:
        assert sock.getsockname()[0] == "127.0.0.1"


def test_refuses_to_start_where_debug_is_off() -> None:
    with pytest.raises(CommandError, match="runs only where DEBUG is on"):
        call_command("sandbox")
    with pytest.raises(CommandError, match="runs only where DEBUG is on"):
        call_command("rain")


def test_says_that_a_port_is_taken(settings: Any) -> None:
    settings.DEBUG = True
    with listening_socket(0) as sock:
        sock.listen()
        port = sock.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} is taken"):
            call_command("sandbox", port=port)
        with pytest.raises(CommandError, match=f"Port {port} is taken"):
            call_command("sandbox", port=0, smtp_port=port)


def test_rains_on_a_running_sandbox(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.DEBUG = True
    with running_sandbox() as sandbox:
        call_command("rain", rate=20, seconds=0.2, sandbox=sandbox.base_url)
        assert capsys.readouterr().out == "4 tweets are on their way.\n"
    with pytest.raises(CommandError, match="No sandbox answers at"):
        call_command("rain", sandbox=sandbox.base_url)


def test_imports_nothing_else_of_the_product() -> None:
    """It is made from X's documentation, so that it can contradict our adapter."""
    found: set[str] = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
    found = {name for name in found if name.split(".")[0] in PRODUCT}
    assert {name for name in found if not name.startswith("campaign.sandbox")} == set()


def test_has_a_sample_of_many_kinds() -> None:
    mentions = sample.mentions()
    assert len(mentions) == len({mention.handle.lower() for mention in mentions}) == 200
    assert set(Counter(mention.lang for mention in mentions)) == {
        "en",
        "fr",
        "ar",
        "sw",
        "de",
        "es",
    }
    tones = Counter(mention.tone for mention in mentions)
    assert set(tones) == {"supportive", "question", "trolling", "off topic", "no mention"}
    assert all("@iwelcome_now" not in m.text for m in mentions if m.tone == "no mention")


def test_keeps_its_credentials_as_json() -> None:
    keys = json.loads(json.dumps(CAMPAIGN["credentials"]))
    assert sorted(keys) == [
        "access_token",
        "access_token_secret",
        "bearer_token",
        "consumer_key",
        "consumer_secret",
    ]
