"""`python3 deploy/first_settings.py https://newsroom.example.org`: secrets for compose.yaml, once.

Writes deploy/.env and deploy/s3.json with fresh secrets; refuses where one is there already.
"""

import base64
import json
import os
import secrets
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: What may be done with the bucket, as SeaweedFS names it.
RIGHTS = ["Admin", "Read", "Write", "List", "Tagging"]


def fernet_key() -> str:
    """As `Fernet.generate_key` makes one."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def write(folder: Path, public_url: str) -> list[Path]:
    """The files; only their owner may read them. Raises `FileExistsError`."""
    s3_secret = secrets.token_urlsafe(32)
    settings = {
        "PUBLIC_URL": public_url.rstrip("/"),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_ENCRYPTION_KEYS": fernet_key(),
        "EMAIL_HMAC_KEYS": secrets.token_urlsafe(50),
        "POSTGRES_PASSWORD": secrets.token_urlsafe(24),
        "S3_SECRET": s3_secret,
        "MEDIA_ENCRYPTION_KEYS": fernet_key(),
    }
    identity = {
        "name": "newsroom",
        "credentials": [{"accessKey": "newsroom", "secretKey": s3_secret}],
        "actions": RIGHTS,
    }
    texts = {
        folder / ".env": "".join(f"{name}={value}\n" for name, value in settings.items()),
        folder / "s3.json": json.dumps({"identities": [identity]}, indent=2) + "\n",
    }
    for path in texts:
        if path.exists():
            raise FileExistsError(path)
    for path, text in texts.items():
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text)
    return list(texts)


def main() -> int:
    if len(sys.argv) != 2 or not sys.argv[1].startswith(("https://", "http://")):
        sys.stderr.write("usage: python3 deploy/first_settings.py https://newsroom.example.org\n")
        return 2
    try:
        written = write(HERE, sys.argv[1])
    except FileExistsError as there:
        sys.stderr.write(f"{there} is there already; its secrets open what is stored. Keep it.\n")
        return 1
    for path in written:
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
