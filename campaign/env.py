"""What the environment tells the newsroom, read once, typed, and checked before anything starts.

Values come from the process environment and, below it, from a `.env` file beside `manage.py`.
`.env.example` describes every name.
"""

import sys
from pathlib import Path
from typing import Annotated

from cryptography.fernet import Fernet
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

BASE_DIR = Path(__file__).resolve().parent.parent

Words = Annotated[list[str], NoDecode]


class Environment(BaseSettings):
    """One attribute a setting; the description is what a person reads when it is wrong."""

    model_config = SettingsConfigDict(env_file=BASE_DIR / ".env", extra="ignore")

    secret_key: str = Field(
        min_length=32, description="a random text of at least 32 characters that only you know"
    )
    field_encryption_keys: Words = Field(
        min_length=1,
        description="Fernet keys, newest first, separated by commas; make one with "
        "`python -c 'from cryptography.fernet import Fernet; "
        "print(Fernet.generate_key().decode())'`",
    )
    email_hmac_keys: Words = Field(
        min_length=1,
        description="random texts of at least 32 characters, newest first, separated by commas; "
        "make one with `python -c 'import secrets; print(secrets.token_urlsafe(50))'`",
    )
    secret_key_fallbacks: Words = Field(
        default=[], description="earlier SECRET_KEYs whose links are still good, by commas"
    )
    database_url: str = Field(
        pattern=r"^postgres(ql)?://",
        description="postgres://user:password@host:5432/name (PostgreSQL is the only database)",
    )
    database_pooled: bool = Field(
        default=False,
        description="1 where DATABASE_URL leads to a pooler that shares connections between "
        "transactions (PgBouncer), see docs/scale.md; else 0",
    )
    redis_url: str = Field(
        pattern=r"^(rediss?|unix)://",
        description="redis://host:6379/0 or unix:///path/to/socket (Redis or Valkey)",
    )
    debug: bool = Field(default=False, description="1 on a developer's machine, else 0")
    allowed_hosts: Words = Field(
        default=[], description="host names that the site answers to, separated by commas"
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern=r"^https?://[^/]+$",
        description="the address of the site as the public sees it, without a slash at the end",
    )
    x_api_url: str = Field(
        default="https://api.x.com",
        pattern=r"^https?://",
        description="where X's API answers; the sandbox's address in a demo",
    )
    x_stream_url: str = Field(
        default="", description="where X's filtered stream answers, if not at X_API_URL"
    )
    x_web_url: str = Field(
        default="https://x.com",
        pattern=r"^https?://",
        description="where people read posts; links to posts begin with it",
    )
    clip_matcher: str = Field(
        default="",
        pattern=r"^([a-zA-Z_]\w*\.)*[a-zA-Z_]\w*$|^$",
        description="the dotted name of a function that matches clips, see docs/desk.md; or empty",
    )
    data_dir: Path = Field(default=BASE_DIR / "var", description="a folder that we may write to")
    static_dir: Path | None = Field(
        default=None, description="where `collectstatic` puts the static files; else in DATA_DIR"
    )
    spool_dir: Path | None = Field(
        default=None, description="a folder for films that are arriving, shared by all web servers"
    )
    upload_quota_mb: int = Field(
        default=4096, ge=1, description="how many MB of films a place may have on their way"
    )
    email_url: str = Field(
        default="smtp://127.0.0.1:1025",
        pattern=r"^(smtp|smtps|smtp\+tls|smtp\+ssl|submission|console|file|memory|dummy)://",
        description="smtp://user:password@host:587/?tls=True",
    )
    email_from: str = Field(
        default="I Welcome <petition@iwelcome.example>",
        description="the sender of the petition's mail",
    )
    vapid_private_key: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9_-]{43}$|^$",
        description="a key for web push; make one with `python -c 'import secrets; "
        "print(secrets.token_urlsafe(32))'`; "
        "empty turns push off",
    )
    translator: str = Field(
        default="",
        pattern=r"^([a-zA-Z_]\w*\.)*[a-zA-Z_]\w*$|^$",
        description="the dotted name of a function that translates, see docs/briefs.md; or empty",
    )
    email_provider: str = Field(
        default="",
        pattern=r"^[a-z0-9_]*$",
        description="the name of a provider that django-anymail knows, such as postmark or "
        "mailgun; empty to send by EMAIL_URL",
    )
    email_provider_settings: dict[str, str] = Field(
        default={},
        description="what that provider wants, as JSON in django-anymail's names: "
        '{"POSTMARK_SERVER_TOKEN": "…"}',
    )
    email_webhook_secret: str = Field(
        default="",
        pattern=r"^(|[^:]+:[^:]{16,})$",
        description="user:password (16 letters or more) that the provider sends with news of "
        "bounces and complaints",
    )
    signatures_kept_days: int = Field(
        default=182,
        ge=1,
        description="days after a petition's closing until names and addresses are erased",
    )
    outgoing_trusted_hosts: Words = Field(
        default=[],
        description="hosts in our own network that webhooks and imports may reach, by commas",
    )
    second_factor_roles: Words = Field(
        default=["senior editor", "manager", "safeguarding", "admin"],
        description="roles that must have a passkey or an authenticator app, separated by commas",
    )
    oidc_server_url: str = Field(
        default="",
        pattern=r"^(https?://.+)?$",
        description="the organisation's OpenID Connect server, such as https://id.example.org",
    )
    oidc_client_id: str = Field(default="", description="the newsroom's client id there")
    oidc_client_secret: str = Field(default="", description="the secret of that client")
    oidc_name: str = Field(
        default="your organisation", description="what the button for it says after “Sign in with”"
    )
    aws_storage_bucket_name: str = Field(
        default="", description="the S3 bucket for footage; empty keeps it on the local disk"
    )
    aws_s3_endpoint_url: str = Field(default="", description="the S3 server, if not Amazon's")
    aws_s3_public_url: str = Field(
        default="", description="the S3 server as browsers reach it, if by another address"
    )
    aws_s3_region_name: str = Field(default="", description="the bucket's region")
    aws_access_key_id: str = Field(default="", description="the S3 key's id")
    aws_secret_access_key: str = Field(default="", description="the S3 key's secret")
    aws_s3_encryption: str = Field(
        default="",
        pattern=r"^(|AES256|aws:kms)$",
        description="AES256 or aws:kms: how the S3 server encrypts footage at rest; empty: as the "
        "bucket says",
    )
    footage_max_megabytes: int = Field(
        default=512, ge=1, le=512, description="the largest film that is taken, at most 512 (X)"
    )
    footage_max_seconds: int = Field(
        default=140, ge=1, le=140, description="the longest film that is taken, at most 140 (X)"
    )
    transcriber: str = Field(
        default="",
        description="the dotted name of a function that transcribes, see docs/footage.md; or empty",
    )
    log_level: str = Field(
        default="INFO",
        pattern=r"^(DEBUG|INFO|WARNING|ERROR)$",
        description="DEBUG, INFO, WARNING or ERROR",
    )

    log_format: str = Field(
        default="line", pattern=r"^(line|json)$", description="line for people, json for machines"
    )
    metrics_token: str = Field(
        default="", description="what Prometheus sends as its bearer token; empty closes /metrics"
    )
    sentry_dsn: str = Field(
        default="", description="where Sentry takes errors; nothing personal is sent along"
    )

    @field_validator(
        "allowed_hosts",
        "field_encryption_keys",
        "second_factor_roles",
        "email_hmac_keys",
        "secret_key_fallbacks",
        "outgoing_trusted_hosts",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [word.strip() for word in value.split(",") if word.strip()]
        return value

    @field_validator("field_encryption_keys")
    @classmethod
    def _are_keys(cls, keys: list[str]) -> list[str]:
        for key in keys:
            Fernet(key)
        return keys

    @field_validator("email_hmac_keys")
    @classmethod
    def _are_long(cls, keys: list[str]) -> list[str]:
        if any(len(key) < 32 for key in keys):
            raise ValueError("too short")
        return keys


def complaints(error: ValidationError) -> list[str]:
    """One line a wrong setting: its name, what is wrong, what it should be. Never its value."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        name = str(problem["loc"][0])
        field = Environment.model_fields[name]
        wrong = "is not set" if problem["type"] == "missing" else "is not usable"
        lines.append(f"{name.upper()} {wrong}. Set it to {field.description}.")
    return lines


def read() -> Environment:
    """The environment, or an end of the process with one line for each thing to mend."""
    try:
        return Environment()
    except ValidationError as error:
        lines = "\n".join(f"  - {line}" for line in complaints(error))
        sys.exit(
            f"The newsroom cannot start: its settings need mending.\n{lines}\n"
            "`.env.example` describes every setting; on a developer's machine, `make run` sets "
            "them all."
        )
