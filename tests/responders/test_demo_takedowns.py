"""The demo's takedowns look like real ones, and no sweep touches them."""

from typing import Any

import pytest
from django.utils import timezone

from campaign.intake import compliance
from responders import demo_takedowns
from responders.actions import budgets, standing
from responders.models import Takedown
from responders.reports import takedowns
from tests import factories


@pytest.mark.django_db(transaction=True)  # as the command loads it
def test_load_reports_what_was_taken_back() -> None:
    account = factories.AccountFactory()
    campaign = account.campaign
    for title in "ab":
        factories.ClipFactory(storyteller__campaign=campaign, title=title)
    maya, tom = factories.editor(campaign), factories.senior(campaign)

    demo_takedowns.load(campaign, editor=maya, by=tom)

    listed: list[Any] = takedowns.takedowns(campaign)
    assert [(one.scope, one.off) for one in listed] == [("reply", 1), ("clip", 3)]
    report = takedowns.report(Takedown.objects.get(scope="clip"))
    assert [row.words for row in report.rows] == ["Off X"] * 3
    assert [round(row.took.total_seconds()) for row in report.rows if row.took] == [3, 4, 5]
    now = timezone.now()
    assert budgets.day(account, at=now).sent == 0
    assert not standing.due(account.pk, at=now).exists()
    assert not compliance.due(account.pk, at=now).exists()
