"""What the clock looks for, so that a lost bell, a killed worker or an empty Redis loses nothing.

Each is quick, takes no argument, may run at any time and any number of times, and only rings for
work that stands in the database.
"""

from itertools import chain, zip_longest

from django.db.models import Exists, OuterRef
from django.utils import timezone

from campaign.models import Account, Pause
from responders import doorbells, pacing
from responders.actions import budgets, measuring, media, reconcile, standing, takedown, takedowns
from responders.models import Reply

MOST = 200
#: How long a bell that rang is given before it rings again.
PATIENCE = 10


def ring_for_due_replies() -> int:
    """Approved replies whose time has come and that no pause keeps back."""
    paused = Pause.objects.covering(
        account=OuterRef("account"), campaign=OuterRef("account__campaign")
    )
    due = Reply.objects.due(at=timezone.now()).filter(
        ~Exists(paused), account__status=Account.Status.ACTIVE
    )
    accounts = due.order_by("account").values_list("account", flat=True).distinct()
    oldest = [
        due.filter(account=account).order_by("approved_at").values_list("pk", flat=True)[:MOST]
        for account in accounts
        if not pacing.waits(account)
    ]
    # In turns, so that an account with much to say does not hold the others up.
    in_turns = chain.from_iterable(zip_longest(*oldest))
    return _ring(doorbells.POST, [pk for pk in in_turns if pk is not None])


def warn_of_budgets() -> int:
    """Accounts whose daily limit is near."""
    return budgets.warn()


def ring_for_films() -> int:
    """Uploads that stopped half way or have to be asked about, and those that expire too soon."""
    now = timezone.now()
    for upload in media.expiring(at=now)[:MOST]:
        media.renew(upload.pk)
    return _ring(doorbells.UPLOAD, list(media.due(at=now).values_list("pk", flat=True)[:MOST]))


def ring_for_measures() -> int:
    """Accounts with replies whose reach is to be asked for."""
    return _ring(doorbells.MEASURE, measuring.due_accounts())


def settle_the_unknown() -> int:
    """Attempts of dead workers, and looks for replies that may be on the network."""
    reconcile.adopt_lost()
    return _ring(doorbells.LOOK, reconcile.due_accounts())


def ring_for_removals() -> int:
    """Posts that are to be deleted, and what is still posted or waits with a withdrawn clip."""
    for storyteller in takedown.left_over()[:MOST]:
        takedown.follow_withdrawal(storyteller)
    return _ring(doorbells.REMOVE, takedown.due(at=timezone.now())[:MOST])


def ring_for_takedowns() -> int:
    """Takedowns of many replies that have not reached all of them."""
    return _ring(doorbells.SPREAD, takedowns.unfinished()[:MOST])


def ring_for_standing() -> int:
    """Accounts with posted replies that somebody should look whether they still stand."""
    return _ring(doorbells.STANDING, standing.due_accounts())


def _ring(job: str, subjects: list[int]) -> int:
    doorbells.ring_all(job, subjects, quiet_for=PATIENCE)
    return len(subjects)
