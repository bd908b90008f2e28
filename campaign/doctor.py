"""What may be wrong with a deployment, and what to do about it: `manage.py doctor`.

Each check is a function that yields findings. Apps add theirs in `settings.DOCTOR`.
"""

import shutil
import smtplib
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

import django_rq
from django.conf import settings
from django.contrib.auth.models import Group
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.module_loading import import_string
from redis import RedisError
from rq.worker import Worker

from campaign import live, roles, visitors
from campaign.encryption import Undecryptable
from campaign.models import Account, AuditEntry, Campaign, User
from campaign.networks import registry
from campaign.networks.base import NetworkError

OLDEST_POSTGRES = 140_000
CLOCK_SKEW = timedelta(seconds=2)
UNSEALED = timedelta(minutes=5)
STREAM_SILENCE = timedelta(minutes=2)
FREE_BYTES = 5 * 1024**3


class Level(StrEnum):
    GOOD = "ok"
    DOUBTFUL = "look"
    BROKEN = "mend"


class Finding(NamedTuple):
    level: Level
    what: str
    todo: str = ""


Check = Callable[[], Iterator[Finding]]


def good(what: str) -> Finding:
    return Finding(Level.GOOD, what)


def look(what: str, todo: str) -> Finding:
    return Finding(Level.DOUBTFUL, what, todo)


def mend(what: str, todo: str) -> Finding:
    return Finding(Level.BROKEN, what, todo)


def examine() -> Iterator[Finding]:
    """Every finding, in the order in which things depend on each other."""
    for name in settings.DOCTOR:
        check: Check = import_string(name)
        try:
            yield from check()
        except Undecryptable as error:
            yield mend(str(error), "Without that key names, addresses and credentials are lost.")
        except (DatabaseError, RedisError, OSError) as error:
            yield mend(f"{name} could not look: {error}", "Mend what stands above first.")


def settings_are_for_the_public() -> Iterator[Finding]:
    if settings.DEBUG:
        yield mend("DEBUG is on.", "Set DEBUG=0: errors show what is inside to anybody.")
    if not settings.HTTPS:
        yield mend(
            f"PUBLIC_URL is {settings.PUBLIC_URL}.",
            "Set it to the https:// address, so that cookies and links are safe.",
        )
    if not settings.SECOND_FACTOR_ROLES:
        yield look("No role needs a second factor.", "Set SECOND_FACTOR_ROLES, or leave it unset.")
    if not settings.DEBUG and settings.HTTPS:
        yield good(f"The settings are for {settings.PUBLIC_URL}.")


def visitors_are_told_apart() -> Iterator[Finding]:
    proxy = visitors.proxy_not_trusted()
    if proxy:
        yield mend(
            f"Visitors come by a proxy at {proxy} that is not trusted: all count as one.",
            "Start the web processes with FORWARDED_ALLOW_IPS naming it: until then the limits on "
            "signing hold back whoever comes in a crowd. This is told for a day.",
        )


def database_is_current() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, clock_timestamp()")
        version, at = cursor.fetchone()
    if version < OLDEST_POSTGRES:
        yield mend(f"PostgreSQL is {version // 10_000}.", "Use PostgreSQL 14 or newer.")
    if abs(at - timezone.now()) > CLOCK_SKEW:
        yield mend(
            "This machine's clock and the database's differ.",
            "Run NTP on both: holds, leases and waits go by them.",
        )
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        yield mend(f"{len(missing)} migrations are missing.", "Run `manage.py migrate`.")
    else:
        yield good(f"PostgreSQL {version // 10_000}, all migrations applied.")


def audit_log_is_sealed() -> Iterator[Finding]:
    oldest = AuditEntry.objects.filter(number=None).order_by("id").first()
    if oldest is not None and timezone.now() - oldest.at > UNSEALED:
        since = f"{oldest.at:%Y-%m-%d %H:%M} UTC"
        yield mend(
            f"The audit log is not sealed since {since}.",
            "See to it that manage.py clock runs, and what it logs of campaign.audit.seal.",
        )
    else:
        yield good("The audit log is sealed.")


def redis_and_workers_answer() -> Iterator[Finding]:
    try:
        live.connection().ping()
    except RedisError as error:
        yield mend(
            f"Redis does not answer: {error}", "Check REDIS_URL and start it. Nothing is lost."
        )
        return
    yield good("Redis answers.")
    for name in settings.RQ_QUEUES:
        workers = Worker.count(queue=django_rq.get_queue(name))
        if workers:
            yield good(f"{workers} at work on {name}.")
        else:
            yield mend(f"Nobody works on {name}.", f"Start `manage.py worker {name}`.")


def storage_keeps_and_forgets() -> Iterator[Finding]:
    name = f"doctor/{uuid.uuid4().hex}"
    try:
        kept = default_storage.save(name, ContentFile(b"doctor"))
        with default_storage.open(kept) as file:
            same = file.read() == b"doctor"
        default_storage.delete(kept)
    except Exception as error:  # noqa: BLE001  each storage has errors of its own
        yield mend(
            f"Footage cannot be kept: {error}",
            "Check DATA_DIR's owner, or the bucket, its key and its rights.",
        )
        return
    yield (
        good("Footage is kept and read back.")
        if same
        else mend(
            "What was kept came back changed.",
            "Do not go on: find out what stands before the storage.",
        )
    )
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < FREE_BYTES:
        yield mend(
            f"{free // 1024**2:,} MB are free in DATA_DIR.", "Make room: uploads wait there."
        )


def mail_goes_out() -> Iterator[Finding]:
    try:
        sender = mail.get_connection(fail_silently=False)
        sender.open()
        sender.close()
    except (OSError, smtplib.SMTPException) as error:
        yield mend(f"The mail server refuses: {error}", "Check EMAIL_URL.")
    else:
        yield good("The mail server answers.")


def accounts_may_post() -> Iterator[Finding]:
    accounts = Account.objects.select_related("campaign")
    if not Campaign.objects.exists():
        yield mend("There is no campaign.", "Run `manage.py create_campaign`.")
    elif not accounts:
        yield mend("No account is connected.", "Run `manage.py connect_account`.")
    for account in accounts:
        yield from _look_at(account)


def _look_at(account: Account) -> Iterator[Finding]:
    if account.status != Account.Status.ACTIVE:
        yield look(f"@{account.handle}: {account.get_status_display()}.", "See docs/operator.md.")
        return
    try:
        adapter = registry.connect(account)
        try:
            adapter.me()
        finally:
            adapter.close()
    except NetworkError as error:
        yield mend(f"@{account.handle}: the network says {error}", "Run `connect_account` again.")
    else:
        yield good(f"@{account.handle} may post.")
    seen = account.stream_seen_at
    if seen is None or timezone.now() - seen > STREAM_SILENCE:
        yield mend(f"@{account.handle}: its stream is silent.", "Start `manage.py listen`.")


def people_can_decide() -> Iterator[Finding]:
    if not Group.objects.filter(name=roles.ADMIN).exists():
        yield mend("The roles are missing.", "Run `manage.py migrate`.")
        return
    active = User.objects.filter(is_active=True)
    if not active.filter(is_superuser=True, is_staff=True).exists():
        yield look(
            "Nobody may open Setup.",
            "Places, crews and campaigns are made there: `manage.py create_person … --superuser`.",
        )
    admins = active.filter(groups__name=roles.ADMIN).count()
    if admins < 2:
        yield mend(
            f"{admins} admin: changes of roles and credentials take two.",
            "Run `manage.py create_person NAME --role admin --campaign SLUG`.",
        )
    else:
        yield good(f"{admins} admins.")
