"""Finds a browser for the journeys; `python -m tests.browser` prints its path, or says what to do.

In order: `CHROMIUM`, a Chromium or Chrome on PATH, one that Playwright fetched before, and, when
run as a program, one that Playwright can fetch now.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
FETCHED = (
    "chromium-*/chrome-linux*/chrome",
    "chromium_headless_shell-*/chrome-*/*headless*shell",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
)
FETCH_SECONDS = 180
# A browser in a container has no sandbox of its own as root, and no business on the network.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def find() -> str | None:
    """The path of a browser on this machine."""
    if named := os.environ.get("CHROMIUM"):
        return named
    for name in NAMES:
        if found := shutil.which(name):
            return found
    if MAC.exists():
        return str(MAC)
    return _fetched_before()


def _fetched_before() -> str | None:
    default = "Library/Caches" if sys.platform == "darwin" else ".cache"
    folder = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / default / "ms-playwright"
    for pattern in FETCHED:
        for path in sorted(Path(folder).glob(pattern), reverse=True):
            return str(path)
    return None


def fetch() -> str | None:
    """Asks Playwright for its own; None without a network, or where the browser does not start."""
    sys.stderr.write("No browser is here; asking Playwright for one …\n")
    install = [sys.executable, "-m", "playwright", "install", "chromium-headless-shell"]
    try:
        subprocess.run(install, check=True, capture_output=True, timeout=FETCH_SECONDS)
        path = _fetched_before()
        if path:
            subprocess.run([path, "--version"], check=True, capture_output=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return None
    return path


def main() -> None:
    path = find() or fetch()
    if path is None:
        sys.stderr.write(
            "\n"
            "!! No browser was found: the journeys in a real browser will be SKIPPED.\n"
            "!! Install chromium or google-chrome, or set CHROMIUM to one, and run this again.\n\n"
        )
        return
    sys.stdout.write(path)


if __name__ == "__main__":
    main()
