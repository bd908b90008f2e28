from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaign.models import Mention
from campaign.networks import registry
from responders.actions import approval
from responders.models import Reply
from tests import factories
from tests.responders.fakes import FakeNetwork, claim, film_ready


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    """What every account of network "x" is connected to."""
    fake = FakeNetwork()

    def connect(_credentials: object, account_id: str) -> FakeNetwork:
        fake.account_id = account_id
        return fake

    monkeypatch.setitem(registry.NETWORKS, "x", connect)
    return fake


@pytest.fixture
def draft() -> Callable[..., Reply]:
    """A complete draft whose mention its author has claimed."""

    def make(**facts: Any) -> Reply:
        author = facts.pop("author", None) or factories.editor()
        reply = factories.ReplyFactory(author=author, **facts)
        author.campaigns.add(reply.mention.campaign)
        claim(reply.mention, reply)
        return reply

    return make


@pytest.fixture
def due(draft: Callable[..., Reply]) -> Callable[..., Reply]:
    """An approved reply whose hold is over and whose film is ready."""

    def make(**facts: Any) -> Reply:
        reply = draft(**facts)
        reply = approval.approve(reply, seen=approval.fingerprint(reply), by=reply.author)
        Reply.objects.filter(pk=reply.pk).update(due_at=timezone.now() - timedelta(seconds=1))
        film_ready(reply)
        reply.refresh_from_db()
        assert reply.mention.status == Mention.Status.ANSWERING
        return reply

    return make
