"""What a petition goes through, made up for the demo: a flood from one mail domain that was taken
out, another one that nobody has looked at yet, other platforms, the ledger, a sealed hand-over.

Nobody in it exists, and no mail goes out.
"""

from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

from django.utils import timezone

from campaign.models import User
from petitions.actions import counting, handover, ledger, moderation, platforms, watching
from petitions.actions.moderation import Chosen
from petitions.actions.tally import Tally
from petitions.models import CountSnapshot, Petition, Signature, Source
from petitions.osdi import Outsider

FRAUD = Signature.State.FRAUDULENT
#: Longer ago than the demo's week is.
WEEK = timedelta(days=9)


def load(petition: Petition, *, by: User) -> None:
    """Once; `by` is the manager who dealt with it."""
    now = timezone.now()
    Petition.objects.filter(pk=petition.pk, opens_at__gt=now - WEEK).update(opens_at=now - WEEK)
    petition.refresh_from_db()
    CountSnapshot.objects.filter(petition=petition).delete()  # what the demo made is counted whole
    counting.count_all()
    _flood(petition, "postfach24.example", 63, ago=timedelta(days=2), state=FRAUD)
    moderation.remove(
        petition,
        Chosen(domain="postfach24.example"),
        reason="One program signed with made-up addresses",
        by=by,
    )
    _other_platforms(petition, by=by)
    ledger.close_day()
    counting.count_all()
    platforms.total_all()
    handover.seal(petition, by=by)
    # After the seal, so that the manager finds something to decide.
    _flood(
        petition, "quickinbox.example", 46, ago=timedelta(minutes=9), state=Signature.State.PENDING
    )
    _flood(petition, "relay-mail.example", 18, ago=timedelta(hours=1), state=FRAUD)
    watching.watch()


def _flood(
    petition: Petition, domain: str, number: int, *, ago: timedelta, state: Signature.State
) -> None:
    began = timezone.now() - ago
    made = [
        Signature(
            petition=petition,
            email_hmac=uuid4().hex * 2,
            country=("NL", "NL", "SG")[place % 3],
            domain=domain,
            network=sha256(f"{domain} {place % 4}".encode()).hexdigest()[:32],
            language="en",
            state=state,
            suspicion=Signature.Suspicion.RATE if state == FRAUD else "",
            signed_at=began + timedelta(seconds=4 * place),
            mail_due=False,
        )
        for place in range(number)
    ]
    Signature.objects.bulk_create(made)
    tally = Tally()
    for one in made:
        tally.enter(one)
    tally.save()


def _other_platforms(petition: Petition, *, by: User) -> None:
    kind = Source.Kind
    network, _ = platforms.add_source(
        petition, kind=kind.OSDI, name="Action Network", signed=True, by=by
    )
    began = timezone.now() - timedelta(days=4)
    platforms.receive(
        network,
        (
            Outsider(
                external_id=f"demo:{number}",
                email=f"signer{number}@example.net",
                country=("US", "CA", "GB")[number % 3],
                signed_at=began + timedelta(minutes=17 * number),
            )
            for number in range(214)
        ),
    )
    stalls, _ = platforms.add_source(petition, kind=kind.NUMBER, name="Paper, at our stalls", by=by)
    platforms.set_number(stalls, 1_180, by=by)
    platforms.add_source(petition, kind=kind.CSV, name="Churches and mosques, by file", by=by)
