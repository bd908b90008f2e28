from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from petitions.actions import clicks, counting, moderation, signing
from petitions.models import CountSnapshot, Petition, Signature
from tests import factories
from tests.factories import PetitionFactory, TrackedLinkFactory
from tests.petitions.conftest import BROWSER, tess
from tests.petitions.test_clicks import counted

State = Signature.State

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["sign", "suspicious", "confirm", "not_me", "take_out", "take_back"]),
        st.integers(0, 4),
    ),
    max_size=25,
)


def counts(petition: Petition) -> tuple[int, int, int]:
    count = CountSnapshot.objects.get(petition=petition)
    return count.confirmed, count.pending, count.removed


def do(step: str, who: int, *, petition: Petition, by: Any) -> None:
    email = f"t{who}@example.org"
    key = signing.address_key(petition, email)
    known = Signature.objects.filter(petition=petition, email_hmac=key).first()
    if step in {"sign", "suspicious"}:
        person = tess(email=email)
        suspicion = "rate" if step == "suspicious" else ""
        signing.sign(petition, person=person, link=None, suspicion=suspicion)
    elif known is None:
        return
    elif step == "confirm":
        if known.state != State.INVALIDATED:
            signing.confirm(known.pk)
    elif step == "not_me":
        signing.not_me(known.pk)
    elif step == "take_out":
        moderation.take_out(petition, ids=[known.pk], by=by)
    else:
        moderation.take_back(petition, ids=[known.pk], by=by)


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_count_is_what_a_recount_finds_after_anything(
    django_db_blocker: Any, steps: list[tuple[str, int]]
) -> None:
    petition = PetitionFactory()
    by = factories.UserFactory()
    for step, who in steps:
        do(step, who, petition=petition, by=by)
        if who == 0:
            counting.count_all()
    counting.count_all()

    states = Counter(Signature.objects.filter(petition=petition).values_list("state", flat=True))
    assert counts(petition) == (
        states[State.CONFIRMED],
        states[State.PENDING],
        states[State.FRAUDULENT] + states[State.INVALIDATED],
    )
    for signature in Signature.objects.filter(petition=petition):
        assert (signature.state != State.CONFIRMED) or signature.confirmed_at is not None


@pytest.mark.django_db
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    visits=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([BROWSER, "Twitterbot/1.0", ""])), max_size=20
    )
)
def test_clicks_add_up_to_the_visits(
    redis_connection: Redis, visits: list[tuple[int, str]]
) -> None:
    redis_connection.flushdb()
    link = TrackedLinkFactory()
    for address, agent in visits:
        clicks.count(link, ip=f"192.0.2.{address}", user_agent=agent)

    people = [address for address, agent in visits if agent == BROWSER]
    bots = [address for address, agent in visits if agent == "Twitterbot/1.0"]
    assert counted(link) == {
        "people": len(set(people)),
        "bots": len(bots),
        "repeats": len(people) - len(set(people)),
    }


@pytest.mark.django_db
def test_count_begins_with_nothing(petition: Petition) -> None:
    counting.count_all()

    assert counts(petition) == (0, 0, 0)


@pytest.mark.django_db
def test_count_announces_only_what_moved(petition: Petition) -> None:
    other = PetitionFactory()
    assert counting.count_all() == {petition.campaign_id, other.campaign_id}
    assert counting.count_all() == set()

    signing.sign(petition, person=tess(), link=None)
    assert counting.count_all() == {petition.campaign_id}

    clicks.count(TrackedLinkFactory(petition=other), ip="192.0.2.1", user_agent=BROWSER)
    assert counting.count_all() == {other.campaign_id}
    assert counting.count_all() == set()


@pytest.mark.django_db(transaction=True)
def test_count_rings_open_reports(petition: Petition, redis_connection: Redis) -> None:
    counting.count_all()

    entries: Any = redis_connection.xrange("live")
    ((_, news),) = entries
    assert (news[b"kind"], news[b"campaign"]) == (b"counts", str(petition.campaign_id).encode())


@pytest.mark.django_db(transaction=True)
def test_count_leaves_it_to_whoever_counts_already(petition: Petition) -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [counting.COUNT_LOCK])
            assert counting.count_all() == set()
            assert not CountSnapshot.objects.exists()
            cursor.execute("SELECT pg_advisory_unlock(%s)", [counting.COUNT_LOCK])
    finally:
        other.close()

    assert counting.count_all() == {petition.campaign_id}


@pytest.mark.django_db
def test_take_back_counts_confirmed_ones_again_and_mails_the_others(petition: Petition) -> None:
    by = factories.UserFactory()
    for number in range(3):
        person = tess(email=f"t{number}@example.org")
        signing.sign(petition, person=person, link=None, suspicion="rate")
    confirmed, waiting, erased = Signature.objects.order_by("id")
    Signature.objects.filter(pk=confirmed.pk).update(confirmed_at=timezone.now())
    signing.not_me(erased.pk)

    ids = [confirmed.pk, waiting.pk, erased.pk]
    assert moderation.take_back(petition, ids=ids, by=by) == 2

    assert list(Signature.objects.order_by("id").values_list("state", "mail_due")) == [
        (State.CONFIRMED, False),
        (State.PENDING, True),
        (State.INVALIDATED, False),
    ]
    entry = petition.campaign.audit.get()
    assert (entry.verb, entry.actor, entry.after) == (
        "took back signatures", by, {"count": 2, "ids": [confirmed.pk, waiting.pk]},
    )  # fmt: skip
