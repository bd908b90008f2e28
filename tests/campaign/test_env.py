import os
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

from campaign import env

GOOD = {
    "SECRET_KEY": "k" * 40,
    "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "EMAIL_HMAC_KEYS": "h" * 40,
    "DATABASE_URL": "postgres://me@127.0.0.1:5432/newsroom",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}


def start_with(**changes: str) -> subprocess.CompletedProcess[str]:
    """Import the settings in a process of its own, with just these variables."""
    environment = {"PATH": os.environ["PATH"], **GOOD, **changes}
    environment = {name: value for name, value in environment.items() if value != "UNSET"}
    code = (
        "from campaign import env; env.Environment.model_config['env_file'] = None; "
        "import campaign.settings"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=env.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_settings_load_from_a_good_environment() -> None:
    result = start_with()
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("name", sorted(GOOD))
def test_settings_name_what_is_missing_and_what_to_do(name: str) -> None:
    result = start_with(**{name: "UNSET"})
    assert result.returncode == 1
    assert f"  - {name} is not set. Set it to " in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short-secret"),
        ("FIELD_ENCRYPTION_KEYS", "not-a-key"),
        ("EMAIL_HMAC_KEYS", "short"),
        ("DATABASE_URL", "sqlite:///secret-path.db"),
        ("REDIS_URL", "http://secret-host/"),
        ("DEBUG", "secret-maybe"),
        ("PUBLIC_URL", "secret.example"),
        ("EMAIL_URL", "carrier-pigeon://secret"),
        ("LOG_LEVEL", "secret-loud"),
    ],
)
def test_settings_refuse_what_is_wrong_without_telling_its_value(name: str, value: str) -> None:
    result = start_with(**{name: value})
    assert result.returncode == 1
    assert f"  - {name} is not usable. Set it to " in result.stderr
    assert value not in result.stderr


def test_settings_complain_of_everything_at_once() -> None:
    result = start_with(SECRET_KEY="UNSET", REDIS_URL="UNSET", DEBUG="perhaps")
    assert result.stderr.count("  - ") == 3
