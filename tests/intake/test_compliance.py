"""What is deleted on X loses its words here."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from campaign.intake import compliance
from campaign.models import AuditEntry, Mention
from campaign.networks import registry
from tests import factories
from tests.sandbox.server import running_sandbox

pytestmark = pytest.mark.django_db


def test_deleted_mentions_are_erased_within_a_day() -> None:
    with running_sandbox() as sandbox, override_settings(X_API_URL=sandbox.base_url):
        account = factories.AccountFactory(**sandbox.account)
        yesterday = timezone.now() - timedelta(hours=21)
        old = {"account": account, "received_at": yesterday, "author_bio": "Teacher"}
        tweets = [sandbox.tweet(f"@{sandbox.handle} voice {number}") for number in range(4)]
        kept, waiting, answered = (
            factories.MentionFactory(external_id=tweet, **old) for tweet in tweets[:3]
        )
        Mention.objects.filter(pk=answered.pk).update(status="answered")
        young = factories.MentionFactory(external_id=tweets[3], account=account)
        for tweet in tweets[1:]:
            sandbox.delete(tweet)
        assert compliance.sweep() == 1
        assert compliance.look_after(account.pk) == 2
        assert compliance.look_after(account.pk) == 0
        assert len(sandbox.requests("GET", "/2/tweets")) == 1
    found = Mention.objects.in_bulk()
    assert (found[kept.pk].text, found[kept.pk].author_bio) == (kept.text, "Teacher")
    assert found[kept.pk].seen_at is not None
    assert found[young.pk].text == young.text
    for one, status in ((waiting, "gone"), (answered, "answered")):
        gone = found[one.pk]
        assert (gone.status, gone.text, gone.author_bio, gone.author_name, gone.raw) == (
            status, compliance.WORDS, "", "", {},
        )  # fmt: skip
        assert gone.author_id == one.author_id
    assert AuditEntry.objects.filter(verb="erased").count() == 2


def test_an_id_that_x_refuses_does_not_hide_what_is_deleted() -> None:
    with running_sandbox() as sandbox, override_settings(X_API_URL=sandbox.base_url):
        account = factories.AccountFactory(**sandbox.account)
        yesterday = timezone.now() - timedelta(hours=21)
        old = {"account": account, "received_at": yesterday}
        tweets = [sandbox.tweet(f"@{sandbox.handle} voice {number}") for number in range(4)]
        mentions = [factories.MentionFactory(external_id=tweet, **old) for tweet in tweets]
        refused = factories.MentionFactory(external_id="9" * 20, **old)
        sandbox.delete(tweets[2])

        assert compliance.look_after(account.pk) == 1
        assert compliance.look_after(account.pk) == 0

    found = Mention.objects.in_bulk()
    assert [found[one.pk].status for one in mentions] == ["waiting", "waiting", "gone", "waiting"]
    assert found[refused.pk].text == refused.text
    assert found[refused.pk].seen_at is not None


def test_gone_is_only_what_x_says_is_missing() -> None:
    with running_sandbox() as sandbox, override_settings(X_API_URL=sandbox.base_url):
        account = factories.AccountFactory.build(**sandbox.account)
        network = registry.connect(account)
        there = sandbox.tweet("Here")
        assert network.gone([there, "1800000000000000001"]) == {"1800000000000000001"}
        assert network.gone([]) == frozenset()
        network.close()
