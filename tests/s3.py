"""A real S3 server for tests: SeaweedFS, which checks signatures as Amazon does."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

WEED = shutil.which("weed") or shutil.which("weed", path=str(Path(sys.executable).parent))
#: What opens it, and the one bucket that it has.
KEY, SECRET, BUCKET = "newsroom", "only-for-tests", "footage"


def _free_ports(number: int) -> list[int]:
    """SeaweedFS listens on each port and on the one 10,000 above it."""
    ports: list[int] = []
    while len(ports) < number:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        if port < 50_000 and port not in ports:
            ports.append(port)
    return ports


def client(address: str) -> Any:
    """Of boto3, for the server at this address."""
    return boto3.client(
        "s3",
        endpoint_url=address,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )


def _await_bucket(address: str, server: "subprocess.Popen[bytes]") -> None:
    ours = client(address)
    deadline = time.monotonic() + 60
    while True:
        try:
            ours.create_bucket(Bucket=BUCKET)
        except (BotoCoreError, ClientError):
            assert server.poll() is None, "SeaweedFS ended"
            assert time.monotonic() < deadline, "SeaweedFS did not start"
            time.sleep(0.3)
        else:
            return


@contextmanager
def running_s3(folder: Path) -> Iterator[str]:
    """The address of a running server with one empty, private bucket; its data in FOLDER."""
    rights = {
        "identities": [
            {
                "name": "newsroom",
                "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
                "actions": ["Admin", "Read", "Write", "List", "Tagging"],
            }
        ]
    }
    (folder / "s3.json").write_text(json.dumps(rights))
    master, volume, filer, gate = _free_ports(4)
    command = [
        *(str(WEED), "-logdir", str(folder), "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
        *(f"-dir={folder}", f"-master.port={master}", f"-volume.port={volume}"),
        *(
            f"-filer.port={filer}",
            "-s3",
            f"-s3.port={gate}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            f"-s3.config={folder / 's3.json'}",
        ),
        *("-master.telemetry=false", "-volume.max=10", "-master.volumeSizeLimitMB=64"),
    ]
    server = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await_bucket(f"http://127.0.0.1:{gate}", server)
        yield f"http://127.0.0.1:{gate}"
    finally:
        server.kill()  # asked politely, it takes half a minute to say goodbye to its own parts
        server.wait(timeout=30)
