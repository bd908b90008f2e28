"""What is under deploy/: valid where a schema can say so, and true to the newsroom's processes."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from cryptography.fernet import Fernet
from django.conf import settings

from campaign.env import Environment
from deploy import first_settings
from tests.process.helpers import ROOT

DEPLOY = ROOT / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


def documents(path: Path) -> list[dict[str, Any]]:
    return [one for one in yaml.safe_load_all(path.read_text()) if one]


def deployments() -> dict[str, dict[str, Any]]:
    found = documents(DEPLOY / "kubernetes" / "processes.yaml")
    return {one["metadata"]["name"]: one["spec"] for one in found}


def container(spec: dict[str, Any]) -> dict[str, Any]:
    first: dict[str, Any] = spec["template"]["spec"]["containers"][0]
    return first


def test_compose_file_follows_its_schema() -> None:
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run(
        [*check, DEPLOY / "compose.yaml"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_manifests_follow_the_schema_of_kubernetes(path: Path) -> None:
    for document in documents(path):
        kubernetes_validate.validate(document, "1.33", strict=True)


def test_every_queue_has_a_worker_wherever_it_is_deployed() -> None:
    compose = documents(DEPLOY / "compose.yaml")[0]["services"]
    commands = [service.get("command", []) for service in compose.values()]
    queues = {command[-1] for command in commands if "worker" in command}
    assert queues == set(settings.RQ_QUEUES)
    started = [container(spec).get("command", []) for spec in deployments().values()]
    assert {command[-1] for command in started if "worker" in command} == queues
    target = (DEPLOY / "systemd" / "newsroom.target").read_text()
    assert all(f"newsroom-worker@{queue}.service" in target for queue in queues)


@pytest.mark.parametrize(
    "name", ["web", "listen", "clock", "posting", "uploads", "mail", "platforms", "media"]
)
def test_processes_run_without_rights(name: str) -> None:
    spec = deployments()[name]
    assert spec["template"]["spec"]["securityContext"]["runAsNonRoot"] is True
    assert container(spec)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["replicas"] > 1


def test_media_worker_has_secrets_of_its_own() -> None:
    secrets = {
        name: container(spec)["envFrom"][0]["secretRef"]["name"]
        for name, spec in deployments().items()
    }
    assert [name for name, secret in secrets.items() if secret != "newsroom"] == ["media"]


#: Who holds a lock for as long as its connection lives: they need PostgreSQL itself, not a pooler
#: that hands connections around (docs/scale.md).
DIRECT = {
    "campaign/actions/sweeping.py",  # clock
    "campaign/intake/guard.py",  # listen
    "campaign/management/commands/clock.py",
    "responders/actions/media.py",  # worker uploads
}


def test_whoever_needs_a_connection_of_its_own_is_known() -> None:
    session = re.compile(r"pg_(?:try_)?advisory_lock|\b(?:LISTEN|PREPARE) \w|CREATE TEMP")
    apps = ("campaign", "responders", "videos", "petitions")
    paths = [path for app in apps for path in (ROOT / app).rglob("*.py")]
    found = {str(one.relative_to(ROOT)) for one in paths if session.search(one.read_text())}
    assert found == DIRECT


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_units_are_valid(tmp_path: Path) -> None:
    for unit in (DEPLOY / "systemd").iterdir():
        text = unit.read_text().replace("/opt/newsroom/.venv/bin/python", sys.executable)
        (tmp_path / unit.name).write_text(text.replace("User=newsroom", "User=root"))
    units = [path for path in tmp_path.iterdir() if "@" not in path.name]
    done = subprocess.run(
        [shutil.which("systemd-analyze") or "", "verify", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert ours == []


def test_example_names_every_setting() -> None:
    named = (ROOT / ".env.example").read_text()
    missing = [name for name in Environment.model_fields if f"#{name.upper()}=" not in named]
    assert missing == []


def test_web_believes_the_proxy_in_front_wherever_it_is_another_machine() -> None:
    compose = documents(DEPLOY / "compose.yaml")[0]["services"]["web"]
    kubernetes = {one["name"]: one["value"] for one in container(deployments()["web"])["env"]}
    assert "172.16.0.0/12" in compose["environment"]["FORWARDED_ALLOW_IPS"]
    assert all(port.startswith("127.0.0.1:") for port in compose["ports"])
    assert kubernetes == {"FORWARDED_ALLOW_IPS": "10.0.0.0/8"}


def test_first_settings_are_all_that_compose_asks_for(tmp_path: Path) -> None:
    written = first_settings.write(tmp_path, "https://newsroom.example.org/")

    named = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
    asked = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text()))
    key = json.loads((tmp_path / "s3.json").read_text())["identities"][0]["credentials"][0]
    assert asked <= named.keys()
    assert named["PUBLIC_URL"] == "https://newsroom.example.org"
    assert key == {"accessKey": "newsroom", "secretKey": named["S3_SECRET"]}
    locked = Fernet(named["FIELD_ENCRYPTION_KEYS"]).encrypt(b"a name")
    assert Fernet(named["FIELD_ENCRYPTION_KEYS"]).decrypt(locked) == b"a name"
    assert named["FIELD_ENCRYPTION_KEYS"] != named["MEDIA_ENCRYPTION_KEYS"]
    assert [path.stat().st_mode & 0o777 for path in written] == [0o600, 0o600]
    with pytest.raises(FileExistsError):
        first_settings.write(tmp_path, "https://newsroom.example.org")
