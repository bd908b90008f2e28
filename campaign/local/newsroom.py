"""What `make run` runs: the settings, the secrets, the ports, the processes and the last words."""

import base64
import fcntl
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

from dotenv import dotenv_values

from campaign.local.services import Postgres, Server, ServiceError, Valkey
from campaign.local.supervisor import Console, Program, Supervisor

ROOT = Path(__file__).resolve().parent.parent.parent
QUEUES = ("posting", "uploads", "arrivals", "media", "mail", "platforms")
ADDRESS = "127.0.0.1"
OFF = {"0", "no", "off", "false"}
SECRETS = "secrets.env"
# How the setup marks a line that is for the box at the end.
LOGIN = "login: "
ANSWER_SECONDS = 60.0


class Refusal(Exception):
    """The newsroom cannot start here; the text says why and what to do."""


class Newsroom:
    """One newsroom on this machine, with its data in one folder."""

    def __init__(self, given: Mapping[str, str]) -> None:
        """GIVEN are the environment's variables; those in `.env` stand below them."""
        from_file = {k: v for k, v in dotenv_values(ROOT / ".env").items() if v is not None}
        self.settings = {**from_file, **given}
        self.data = Path(self.settings.get("DATA_DIR") or ROOT / "var").absolute()
        self.sandboxed = self.settings.get("SANDBOX", "1").lower() not in OFF
        self.port = _port(self.settings.get("PORT") or "8000")

    @property
    def address(self) -> str:
        return f"http://{ADDRESS}:{self.port}"

    @property
    def sandbox_address(self) -> str:
        return f"http://{ADDRESS}:{self.port + 1}"

    @property
    def ports(self) -> dict[int, str]:
        ports = {self.port: "the newsroom"}
        if self.sandboxed:
            ports |= {self.port + 1: "the sandbox", self.port + 2: "the sandbox's mail"}
        return ports

    @property
    def own_servers(self) -> dict[str, Server]:
        """Those that the settings do not name, by the setting that would."""
        servers: dict[str, Server] = {
            "DATABASE_URL": Postgres(self.data / "postgres"),
            "REDIS_URL": Valkey(self.data / "valkey"),
        }
        return {name: one for name, one in servers.items() if not self.settings.get(name)}

    @property
    def addresses(self) -> dict[str, str]:
        """Of its own servers; those of others stand in the settings."""
        return {name: server.url for name, server in self.own_servers.items()}

    def require_free_ports(self) -> None:
        taken = [f"{port} ({use})" for port, use in self.ports.items() if not _is_free(port)]
        if taken:
            raise Refusal(
                f"In use on this machine: port {', port '.join(taken)}. Stop what uses it, or "
                f"choose another: `make run PORT={self.port + 100}`."
            )

    def require_data(self) -> None:
        if not (self.data / SECRETS).exists():
            raise Refusal(
                f"No newsroom has run on the data in {_short(self.data)}/ yet: "
                "`make run` makes one."
            )

    def environment(self) -> dict[str, str]:
        """The settings of every process, but for the servers' addresses."""
        settings = _secrets(self.data / SECRETS) | self.settings
        settings |= {"DATA_DIR": str(self.data), "PYTHONUNBUFFERED": "1"}
        settings.setdefault("PUBLIC_URL", self.address)
        settings.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1")
        if self.sandboxed:
            # Whatever `.env` says: a newsroom that plays must reach neither X nor a real mailbox.
            settings |= {
                "DEBUG": "1",
                "SECOND_FACTOR_ROLES": "",
                "X_API_URL": self.sandbox_address,
                "X_STREAM_URL": self.sandbox_address,
                "X_WEB_URL": self.sandbox_address,
                "EMAIL_URL": f"smtp://{ADDRESS}:{self.port + 2}",
            }
        return settings

    def setup(self, environment: dict[str, str]) -> Program:
        """What runs to its end before the newsroom opens (see `prepare.py`)."""
        extras = ["demo"] if self.sandboxed else []
        if environment.get("DEBUG", "0").lower() in {*OFF, ""}:
            extras.append("static")
        command = [sys.executable, "-m", "campaign.local.prepare", *extras]
        return Program("setup", command, environment | {"PYTHONPATH": str(ROOT)})

    def programs(self, environment: dict[str, str]) -> list[Program]:
        programs = [
            Program("web", self._web_command(), environment),
            _manage("listen", "listen", environment=environment),
            _manage("clock", "clock", environment=environment),
        ]
        for queue in QUEUES:
            own = _for_media(environment) if queue == "media" else environment
            programs.append(_manage(queue, "worker", queue, environment=own))
        if self.sandboxed:
            ports = ("--port", str(self.port + 1), "--smtp-port", str(self.port + 2))
            # It outlives the others, whose last calls it answers.
            sandbox = _manage("sandbox", "sandbox", *ports, environment=environment, stop_rank=1)
            programs.insert(0, sandbox)
        return programs

    def _web_command(self) -> list[str]:
        command = [sys.executable, "-m", "uvicorn", "campaign.asgi:application"]
        bind = ["--host", self.settings.get("HOST") or ADDRESS, "--port", str(self.port)]
        # Event streams never end by themselves.
        quiet = ["--no-access-log", "--log-level", "warning"]
        return [*command, *bind, *quiet, "--timeout-graceful-shutdown", "2"]

    def last_words(self, logins: list[str]) -> str:
        lines = ["The newsroom is up.", "", f"Newsroom   {self.settings_public_url}"]
        if self.sandboxed:
            lines += [
                f"Sandbox    {self.sandbox_address}   (tweet here; see the replies)",
                f"Mailbox    {self.sandbox_address}/mail   (every mail that the newsroom sends)",
            ]
        lines += ["", *logins] if logins else []
        lines += ["", f"Ctrl-C stops everything; data is in {_short(self.data)}/"]
        return _box(lines)

    @property
    def settings_public_url(self) -> str:
        return self.settings.get("PUBLIC_URL") or self.address


def run(given: Mapping[str, str]) -> int:
    """The whole of `make run`; returns the exit code."""
    try:
        newsroom = Newsroom(given)
        with lock(newsroom.data):
            newsroom.require_free_ports()
            return _run(newsroom)
    except (Refusal, ServiceError) as refusal:
        print(refusal, file=sys.stderr)
        return 1


def manage(given: Mapping[str, str], arguments: Sequence[str]) -> int:
    """`manage.py` with the settings and servers of this newsroom, whether it runs or not."""
    with ExitStack() as stack:
        try:
            newsroom = Newsroom(given)
            if arguments[:1] != ["restore"]:  # which begins with nothing
                newsroom.require_data()
            with suppress(Refusal):  # it runs, and so do its servers
                stack.enter_context(lock(newsroom.data))
                for server in newsroom.own_servers.values():
                    stack.enter_context(server)
        except (Refusal, ServiceError) as refusal:
            print(refusal, file=sys.stderr)
            return 1
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        environment = newsroom.environment() | newsroom.addresses
        return subprocess.run(command, env=environment, check=False).returncode


def _run(newsroom: Newsroom) -> int:
    width = max(len(name) for name in ("newsroom", *QUEUES))
    supervisor = Supervisor(Console(width=width))
    try:
        environment = newsroom.environment()
        environment |= _serve(supervisor, newsroom)
        logins: list[str] = []
        code = supervisor.finish(
            newsroom.setup(environment), listener=_reader_of_logins(logins, supervisor.console)
        )
        if code is None:
            return 0
        if code:
            supervisor.console.say("The setup failed, so the newsroom does not open.")
            return 1
        for program in newsroom.programs(environment):
            supervisor.start(program)
        _announce(supervisor, newsroom, logins)
        supervisor.run()
        supervisor.console.say("Stopping …")
    finally:
        supervisor.stop()
    return 0


def _serve(supervisor: Supervisor, newsroom: Newsroom) -> dict[str, str]:
    """Starts the servers that the settings do not name, and returns their addresses."""
    for server in newsroom.own_servers.values():
        supervisor.serve(server)
    return newsroom.addresses


def _reader_of_logins(logins: list[str], console: Console) -> Callable[[str, bytes], None]:
    def read(name: str, line: bytes) -> None:
        text = line.decode(errors="replace")
        if text.startswith(LOGIN):
            logins.append(text.removeprefix(LOGIN))
        else:
            console.line(name, line)

    return read


def _announce(supervisor: Supervisor, newsroom: Newsroom, logins: list[str]) -> None:
    """Says where everything is once it answers there."""
    deadline = time.monotonic() + ANSWER_SECONDS
    waiting = set(newsroom.ports)
    while waiting and not supervisor.stopping:
        supervisor.tick()
        waiting = {port for port in waiting if not _answers(port)}
        if time.monotonic() > deadline:
            supervisor.console.say("Not everything answers yet; the lines above may say why.")
            break
    if not supervisor.stopping:
        supervisor.console.plain(newsroom.last_words(logins))


def _manage(name: str, *arguments: str, environment: dict[str, str], stop_rank: int = 0) -> Program:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return Program(name, command, environment, stop_rank)


def _for_media(environment: dict[str, str]) -> dict[str, str]:
    """Decoders read what strangers send: what they could leak must not be theirs to read."""
    return environment | {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_ENCRYPTION_KEYS": _fernet_key(),
        "EMAIL_HMAC_KEYS": secrets.token_urlsafe(50),
        "EMAIL_URL": "dummy://",
    }


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _secrets(file: Path) -> dict[str, str]:
    """Made once, for this machine's data alone, and readable by their owner alone."""
    known = {name: value for name, value in dotenv_values(file).items() if value}
    secret = known.get("SECRET_KEY") or secrets.token_urlsafe(50)
    # Data from before there was a key for addresses has its hashes from SECRET_KEY.
    address_keys = [secrets.token_urlsafe(50), *([secret] if known else [])]
    values = {
        "SECRET_KEY": secret,
        "FIELD_ENCRYPTION_KEYS": _fernet_key(),
        "VAPID_PRIVATE_KEY": secrets.token_urlsafe(32),
        "EMAIL_HMAC_KEYS": ",".join(address_keys),
    } | known
    if values != known:
        new = file.with_suffix(".new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
            out.writelines(f"{name}={value}\n" for name, value in values.items())
        new.rename(file)
    return values


def lock(data: Path) -> IO[str]:
    """Held while open: one newsroom, or one `make reset`, for one folder of data."""
    try:
        # Footage of people at risk lies here: nobody else on this machine needs to look around.
        data.mkdir(mode=0o711, parents=True, exist_ok=True)
        file = (data / "lock").open("a+")
    except OSError as error:
        raise Refusal(f"{data} cannot be used for the data: {error.strerror}.") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Refusal(
            f"A newsroom already runs on the data in {_short(data)}/. Stop it first (Ctrl-C in its "
            "terminal), or give this one data of its own: `DATA_DIR=/another/folder`."
        ) from None
    return file


def _port(text: str) -> int:
    if not text.isdecimal() or not 1024 <= int(text) <= 65533:
        raise Refusal(f"PORT is {text!r}, but must be a number from 1024 to 65533.")
    return int(text)


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        # A port whose last connections are still closing is free for us, as it is for uvicorn.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((ADDRESS, port))
        except OSError:
            return False
    return True


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection((ADDRESS, port), timeout=0.2):
        return True
    return False


def _short(path: Path) -> str:
    with suppress(ValueError):
        return str(path.relative_to(ROOT))
    return str(path)


def _box(lines: list[str]) -> str:
    width = max(map(len, lines))
    inner = [f"│  {line:<{width}}  │" for line in lines]
    rule = "─" * (width + 4)
    return "\n".join(["", f"┌{rule}┐", *inner, f"└{rule}┘", ""])
