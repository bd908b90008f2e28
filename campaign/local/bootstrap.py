"""Makes `.venv` and installs what the project needs into it, when that is not done already.

    python3 campaign/local/bootstrap.py [--dev]

Runs before anything is installed, so it uses the standard library alone. Its syntax stays readable
to old Pythons, which thus get to say that they are too old.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import venv
from pathlib import Path

OLDEST = (3, 11)
NEWER = ("python3.13", "python3.12", "python3.11")
ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
# The last resort on a machine without any pip, so its content is pinned.
PIP = "pip-25.3-py3-none-any.whl"
PIP_SHA256 = "9655943313a94722b7774661c21049070f6bbb0a1516bf02f7c8d5d9201514cd"
SYSTEM_WHEELS = Path("/usr/share/python-wheels")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def use_new_enough_python() -> None:
    """Goes on under a newer Python where there is one, else ends with what to do."""
    if sys.version_info >= OLDEST:
        return
    for name in NEWER:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, *sys.argv])  # noqa: S606  (an exec, without a shell)
    version = ".".join(map(str, sys.version_info[:3]))
    sys.exit(
        f"Python {version} is too old for the newsroom: it needs 3.11 or newer.\n"
        "Install one (python.org, your system's packages, or pyenv), "
        "then `make run PYTHON=/path/to/python3.12`."
    )


def python_works() -> bool:
    """False for no environment, and for one whose Python was removed or replaced by an old one."""
    program = VENV / "bin" / "python"
    check = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.run([program, "-I", "-c", check], check=False).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    say("Making the virtual environment in .venv …")
    if VENV.exists():
        shutil.rmtree(VENV)
    if importlib.util.find_spec("ensurepip"):
        venv.create(VENV, with_pip=True, symlinks=True)
    else:  # Debian and Ubuntu without the package python3-venv
        venv.create(VENV, with_pip=False, symlinks=True)
        with tempfile.TemporaryDirectory() as folder:
            wheel = find_pip_wheel() or download_pip_wheel(Path(folder))
            run_pip("install", "--no-index", str(wheel), python_path=str(wheel))


def find_pip_wheel() -> Path | None:
    return next(iter(sorted(SYSTEM_WHEELS.glob("pip-*.whl"))), None)


def download_pip_wheel(folder: Path) -> Path:
    """The pinned wheel, from the index that PIP_INDEX_URL names."""
    named = os.environ.get("PIP_INDEX_URL")
    if not named:
        sys.exit(
            "This Python has no pip. Install it (Debian and Ubuntu: `apt install python3-venv`) "
            "or say in PIP_INDEX_URL which package index to fetch it from, and try again."
        )
    index = named.rstrip("/") + "/pip/"
    try:
        page = fetch(index).decode()
        address = re.search(rf'href="([^"]*{re.escape(PIP)})[^"]*"', page)
        content = fetch(urllib.parse.urljoin(index, address[1])) if address else b""
    except OSError as error:
        sys.exit(
            f"This Python has no pip, and it could not be fetched: {error}\n"
            "Install it (Debian and Ubuntu: `apt install python3-venv`) and try again."
        )
    if hashlib.sha256(content).hexdigest() != PIP_SHA256:
        sys.exit(f"{index} does not offer the {PIP} that we know. Nothing was installed.")
    wheel = folder / PIP
    wheel.write_bytes(content)
    return wheel


def fetch(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"Accept": "text/html"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310  (the user's index)
        content: bytes = response.read()
    return content


def run_pip(*arguments: str, python_path: str = "") -> None:
    command = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    environment = os.environ | {"PIP_ROOT_USER_ACTION": "ignore"}
    environment.pop("PIP_USER", None)
    if python_path:
        environment["PYTHONPATH"] = python_path
    done = subprocess.run([*command, *arguments, "--quiet"], env=environment, check=False)
    if done.returncode != 0:
        sys.exit(
            "The installation failed; pip's words are above. With a network that reaches "
            "your package index (PIP_INDEX_URL), run the same command again."
        )


def install(files: list[Path]) -> None:
    """Installs FILES unless they are what was installed last, by their content."""
    wanted = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    try:
        installed = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        installed = {}
    if wanted.items() <= installed.items():
        return
    say(f"Installing {' and '.join(wanted)} (once; half a minute or so) …")
    run_pip("install", *(part for file in files for part in ("-r", str(file))))
    STAMP.write_text(json.dumps(wanted))


def main() -> None:
    use_new_enough_python()
    files = [ROOT / "requirements.txt"]
    if "--dev" in sys.argv[1:]:
        files.append(ROOT / "requirements-dev.txt")
    with files[0].open("rb") as lock:
        # Two at once (`make run` and `make test`) take turns.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not python_works():
            make_venv()
        install(files)


if __name__ == "__main__":
    main()
