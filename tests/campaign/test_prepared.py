"""Queries whose SQL is made once give what the queryset gives, with other values each time."""

import pytest
from django.db import connection, transaction
from django.db.models import BooleanField, Q
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from campaign.models import Account, Campaign
from campaign.prepared import Given, Prepared
from tests.factories import AccountFactory

pytestmark = pytest.mark.django_db


def test_gives_the_rows_of_the_values_of_each_time() -> None:
    one, other = AccountFactory.create(), AccountFactory.create()
    whole = Prepared(lambda: Account.objects.select_related("campaign").filter(pk=Given("pk")))

    asked = [whole.get(pk=one.pk), whole.get(pk=other.pk)]

    assert asked == [one, other]
    assert [account.credentials for account in asked] == [one.credentials, other.credentials]
    with CaptureQueriesContext(connection) as queries:
        assert [account.campaign for account in asked] == [one.campaign, other.campaign]
    assert not queries.captured_queries


def test_a_value_may_stand_in_an_expression_and_twice() -> None:
    account = AccountFactory.create()
    asked = Prepared(
        lambda: Account.objects.filter(
            Q(Given("all", BooleanField())) | Q(handle=Given("handle")) | Q(name=Given("handle"))
        ).values_list("pk", flat=True)
    )

    assert asked.all(all=False, handle="nobody's") == []
    assert asked.all(all=True, handle="nobody's") == [account.pk]
    assert asked.all(all=False, handle=account.handle) == [account.pk]


def test_a_missing_value_is_an_error_before_anything_is_asked() -> None:
    asked = Prepared(lambda: Account.objects.filter(pk=Given("pk")))

    with CaptureQueriesContext(connection) as queries, pytest.raises(KeyError, match="pk"):
        asked.all(account=1)

    assert not queries.captured_queries


def test_get_says_which_row_is_missing_or_not_alone() -> None:
    AccountFactory.create_batch(2)
    asked = Prepared(lambda: Account.objects.filter(network=Given("network")))

    with pytest.raises(Account.DoesNotExist):
        asked.get(network="none")
    with pytest.raises(Account.MultipleObjectsReturned):
        asked.get(network="x")
    assert asked.first(network="none") is None


@pytest.mark.django_db(transaction=True)
def test_a_lock_outside_of_a_transaction_is_refused() -> None:
    campaign = AccountFactory.create().campaign
    lock = Prepared(lambda: Campaign.objects.select_for_update().filter(pk=Given("pk")))

    with transaction.atomic():
        assert lock.get(pk=campaign.pk) == campaign
    with pytest.raises(TransactionManagementError):
        lock.get(pk=campaign.pk)
