"""Stops to posting, and what becomes of the replies that waited through one.

The worker looks for pauses under the lock of the account, and a pause is written under the same
lock: once `pause` has returned, no further post begins.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from campaign import audit, live
from campaign.models import Account, Campaign, Pause, User
from campaign.networks.base import Refusal
from responders.actions import changes
from responders.actions.changes import Refused
from responders.models import Reply

__all__ = ["Refused"]

STOPPED_BY = {
    Refusal.CREDITS: (Account.Status.OUT_OF_CREDITS, "The account's credits are used up"),
    Refusal.REVOKED: (Account.Status.REVOKED, "X refuses the account's credentials"),
    Refusal.SUSPENDED: (Account.Status.SUSPENDED, "X has suspended the account"),
}


def pause(scope: Campaign | Account | None, *, reason: str, by: User | None) -> Pause:
    """Stop posting from a campaign, one account, or (None) everywhere. `by` None: the newsroom.

    Raises `Refused` when the same is paused already.
    """
    reason = reason.strip()[:200]
    if not reason:
        raise Refused("Write why, so that colleagues know.")
    campaign = scope.campaign if isinstance(scope, Account) else scope
    account = scope if isinstance(scope, Account) else None
    with transaction.atomic():
        _lock_accounts(campaign, account)
        try:
            with transaction.atomic():
                stop = Pause.objects.create(
                    campaign=campaign,
                    account=account,
                    reason=reason,
                    started_at=timezone.now(),
                    started_by=by,
                )
        except IntegrityError as error:
            if "one_pause_a_scope" not in str(error):
                raise
            raise Refused("Posting is paused already.") from error
        audit.record("paused", stop, after={"account": stop.account_id, "reason": reason}, by=by)
        _tell(stop)
    return stop


def resume(stop: Pause, *, by: User) -> int:
    """End a pause. Returns how many replies waited too long and need a new approval."""
    now = timezone.now()
    with transaction.atomic():
        ended = Pause.objects.active().filter(pk=stop.pk).update(ended_at=now, ended_by=by)
        if not ended:
            raise Refused("Posting goes on already.")
        if stop.account is not None and stop.account.status in {s for s, _ in STOPPED_BY.values()}:
            stop.account.status = Account.Status.ACTIVE
            stop.account.save(update_fields=["status"])
        stale = _too_long(stop)
        for reply in stale:
            changes.grow_stale(reply, reason="waited")
        audit.record("resumed", stop, after={"stale": len(stale)}, by=by)
        _tell(stop)
    return len(stale)


def stop_account(account: Account, *, kind: Refusal, detail: str) -> None:
    """The network does not take posts of this account any more: nothing goes until it is mended."""
    status, words = STOPPED_BY[kind]
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).exclude(status=status).update(status=status)
        try:
            with transaction.atomic():
                pause(account, reason=f"{words}: {detail}" if detail else words, by=None)
        except Refused:
            return  # paused already, by a person or by the post before this one
        live.announce("account", campaign=account.campaign_id, ids=[account.pk])


def shown_for(campaign: Campaign) -> Pause | None:
    """The pause that the campaign's pages show, and that "Resume posting" ends."""
    pauses = Pause.objects.active().select_related("started_by", "account")
    everybody = pauses.filter(campaign=None, account=None).first()
    return everybody or pauses.filter(campaign=campaign).order_by("account_id").first()


def _lock_accounts(campaign: Campaign | None, account: Account | None) -> None:
    accounts = Account.objects.order_by("pk")
    if account is not None:
        accounts = accounts.filter(pk=account.pk)
    elif campaign is not None:
        accounts = accounts.filter(campaign=campaign)
    list(accounts.select_for_update(no_key=True, of=("self",)))


def _too_long(stop: Pause) -> list[Reply]:
    """Replies that waited longer than their campaign finds right. Locked, mentions first."""
    now = timezone.now()
    waiting: QuerySet[Reply] = Reply.objects.approved().filter(due_at__lt=now)
    if stop.account_id is not None:
        waiting = waiting.filter(account=stop.account_id)
    elif stop.campaign_id is not None:
        waiting = waiting.filter(mention__campaign=stop.campaign_id)
    rows = waiting.order_by("mention_id").values_list(
        "pk", "due_at", "mention__campaign__stale_after_minutes"
    )
    late = [pk for pk, due, minutes in rows if due and now - due > timedelta(minutes=minutes)]
    locked = (changes.lock(pk) for pk in late)
    return [reply for reply in locked if reply.status == Reply.Status.APPROVED]


def _tell(stop: Pause) -> None:
    """Everybody whom it concerns: of a pause of all, each campaign's pages."""
    campaigns = Campaign.objects.filter(Q(pk=stop.campaign_id) if stop.campaign_id else Q())
    for campaign in campaigns:
        live.announce("pause", campaign=campaign, ids=[stop.pk])
        live.announce("reply", campaign=campaign)
