"""Telling crews away from the page: of new briefs by push and mail, of changes by push.

The page works without either. Nothing of a person or a place stands in a notice: phones lie about,
and mail is read by others. In a place's quiet hours nothing rings; what is still true comes after.
"""

import hashlib
import logging
from datetime import timedelta
from typing import Any

import django_rq
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from redis import RedisError

from campaign import languages, mailing
from campaign.models import Device, User
from videos import push, wording
from videos.models import Brief, CrewMember, Notice, PushSubscription

log = logging.getLogger(__name__)

QUEUE = "mail"
JOB = "videos.jobs.send_notice"
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=20))
BATCH = 200
MOST_PHONES = 10


class BadSubscriptionError(Exception):
    """What a browser sent is not the address of a push service."""


def tell(brief: Brief, kind: Notice.Kind) -> None:
    """Have the crew told, once the transaction has committed and it is not quiet there.

    Those on duty; if nobody is, everybody of the crew, so that no brief lies unseen.
    """
    crew = list(CrewMember.objects.filter(place=brief.place_id).select_related("user"))
    on_duty = [one.user for one in crew if one.on_duty] or [one.user for one in crew]
    people = [user for user in on_duty if user.is_active]
    rung = set(
        PushSubscription.objects.trusted().filter(user__in=people).values_list("user", flat=True)
    )
    due = brief.place.rings_at(at=timezone.now())
    made = [
        Notice(brief=brief, user=user, kind=kind, channel=channel, due_at=due)
        for user in people
        for channel in _channels(user, kind, rings=user.pk in rung)
    ]
    for notice in Notice.objects.bulk_create(made):
        _ring_when_due(notice)


def _channels(user: User, kind: Notice.Kind, *, rings: bool) -> list[Notice.Channel]:
    channels = [Notice.Channel.PUSH] if rings and push.is_on() else []
    if kind == Notice.Kind.NEW and user.email:
        channels.append(Notice.Channel.MAIL)
    return channels


def send(notice_id: int) -> bool:
    """Send one that is owed. True when it went out; safe to call again.

    The row is locked meanwhile, so that two workers never tell the same twice.
    """
    with transaction.atomic():
        notice = (
            Notice.objects.owed(at=timezone.now())
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("brief__place", "user")
            .filter(pk=notice_id)
            .first()
        )
        if notice is None:
            return False
        if not _is_still_true(notice):
            return _drop(notice)
        try:
            reached = _SENDERS[Notice.Channel(notice.channel)](notice)
        except (push.PushError, *mailing.FAILURES) as error:
            log.warning("notice %s is tried again later: %s", notice.pk, error)
            return _later(notice)
        if not reached:
            return _drop(notice)
        notice.sent_at = timezone.now()
        notice.save(update_fields=["sent_at"])
        return True


def sweep() -> int:
    """For the clock: what is owed now, after quiet hours, a pause, or a lost bell."""
    owed = Notice.objects.owed(at=timezone.now()).order_by("due_at")
    found = list(owed.values_list("pk", flat=True)[:BATCH])
    for pk in found:
        _ring(pk)
    return len(found)


def subscribe(subscription: dict[str, Any], *, device: Device | None, user: User) -> None:
    """Have this browser ring for `user`. Raises `BadSubscriptionError`."""
    endpoint, keys = subscription.get("endpoint"), subscription.get("keys")
    if not isinstance(endpoint, str) or len(endpoint) > 1000:
        raise BadSubscriptionError("This is no subscription to push.")
    if not isinstance(keys, dict) or not keys.keys() >= set(_KEYS):
        raise BadSubscriptionError("This is no subscription to push.")
    if not push.is_service(endpoint):
        raise BadSubscriptionError("This is not the address of a browser's push service.")
    kept = {"endpoint": endpoint, "keys": {name: str(keys[name])[:200] for name in _KEYS}}
    facts = {"user": user, "device": device, "subscription": kept}
    PushSubscription.objects.update_or_create(endpoint_hash=_hash(endpoint), defaults=facts)
    own = PushSubscription.objects.filter(user=user).order_by("-created_at")
    old = list(own.values_list("pk", flat=True)[MOST_PHONES:])
    PushSubscription.objects.filter(pk__in=old).delete()


def unsubscribe(endpoint: str, *, user: User) -> None:
    PushSubscription.objects.filter(user=user, endpoint_hash=_hash(endpoint)).delete()


_KEYS = ("p256dh", "auth")


def _hash(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()


def _is_still_true(notice: Notice) -> bool:
    """Whether there is still something to tell: nobody is woken for what is over."""
    brief = notice.brief
    if notice.kind == Notice.Kind.NEW:
        waits = brief.status == Brief.Status.SENT
        return waits and (notice.channel == Notice.Channel.PUSH or brief.seen_at is None)
    if notice.kind == Notice.Kind.TAKEN_BACK:
        return brief.seen_at is not None or brief.notices.exclude(sent_at=None).exists()
    return brief.is_open


def _push(notice: Notice) -> bool:
    """To each phone of the person; one that is gone is forgotten. False when there is none."""
    brief, language = notice.brief, notice.user.language
    words = wording.speak(language)
    titles = {
        Notice.Kind.NEW: words.ring_new,
        Notice.Kind.TAKEN_BACK: words.ring_taken_back,
        Notice.Kind.LINE: words.ring_line,
    }
    due = words.ring_due.format(time=_clock(brief))
    message = {
        "title": titles[Notice.Kind(notice.kind)],
        "body": due if notice.kind == Notice.Kind.NEW else "",
        "tag": f"brief-{brief.pk}",
        "lang": language,
        "dir": languages.direction(language),
        "url": reverse("field"),
    }
    reached, failed = 0, None
    lasts = max(brief.deadline - timezone.now(), timedelta(minutes=30))
    for phone in PushSubscription.objects.trusted().filter(user=notice.user):
        try:
            push.send(phone.subscription, message, lasts=lasts)
        except push.SubscriptionGoneError as error:
            log.info("a phone of %s rings no more: %s", notice.user_id, error)
            phone.delete()
        except push.PushError as error:
            failed = error
        else:
            reached += 1
    if failed is not None and not reached:
        raise failed
    return reached > 0


def _mail(notice: Notice) -> bool:
    words = wording.speak(notice.user.language)
    address = settings.PUBLIC_URL + reverse("field")
    facts = {"time": _clock(notice.brief), "address": address}
    EmailMessage(
        subject=words.mail_new_subject.format(**facts),
        body=words.mail_new_body.format(**facts),
        to=[notice.user.email],
        headers={"Auto-Submitted": "auto-generated", "Content-Language": notice.user.language},
    ).send()
    return True


_SENDERS = {Notice.Channel.PUSH: _push, Notice.Channel.MAIL: _mail}


def _clock(brief: Brief) -> str:
    return f"{brief.deadline.astimezone(brief.place.tz):%H:%M}"


def _later(notice: Notice) -> bool:
    if notice.tries >= len(PAUSES):
        log.error("notice %s reached nobody in %d tries", notice.pk, notice.tries + 1)
        return _drop(notice)
    now = timezone.now()
    notice.due_at = notice.brief.place.rings_at(at=now + PAUSES[notice.tries])
    notice.tries += 1
    notice.save(update_fields=["due_at", "tries"])
    return False


def _drop(notice: Notice) -> bool:
    notice.dropped_at = timezone.now()
    notice.save(update_fields=["dropped_at"])
    return False


def _ring_when_due(notice: Notice) -> None:
    if notice.due_at <= timezone.now():
        transaction.on_commit(lambda: _ring(notice.pk))


def _ring(notice: int) -> None:
    """Ask a worker to send it. Without Redis the sweep does it later."""
    try:
        django_rq.get_queue(QUEUE).enqueue(
            JOB, notice, job_id=f"notice-{notice}", result_ttl=0, failure_ttl=3600
        )
    except RedisError as error:
        log.warning("notice %s waits for the sweep: %s", notice, error)
