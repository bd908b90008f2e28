"""Stop taking names, or stop counting, for an emergency; and go on."""

from django.db import transaction

from campaign import audit
from campaign.models import User
from petitions.models import Petition

#: What is said when it is off, and when it is on.
NAMES = {
    "signing_paused": ("Signing goes on.", "Signing is paused; the page says so."),
    "counting_paused": (
        "Counting goes on; what happened meanwhile is counted now.",
        "Counting is paused; the public sees the numbers as they are now.",
    ),
}


def set_switch(petition: Petition, name: str, *, on: bool, by: User) -> None:
    """`name` is one of `NAMES`. Set twice, the second time changes nothing."""
    with transaction.atomic():
        if Petition.objects.filter(pk=petition.pk).exclude(**{name: on}).update(**{name: on}):
            audit.record(f"set {name}", petition, before={name: not on}, after={name: on}, by=by)
