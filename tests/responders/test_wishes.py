"""People who ask to be left alone: by which words, and what follows everywhere at once."""

from collections.abc import Callable

import pytest

from campaign.actions import opt_outs
from campaign.intake import wishes, write
from campaign.models import Account, AuditEntry, Mention, OptOut
from campaign.networks.base import Author, Kind
from responders.actions import desk, leaving_alone, posting
from responders.models import Reply
from tests import factories
from tests.intake.posts import incoming
from tests.responders.fakes import FakeNetwork

ASKED = {
    "STOP": "stop",
    "@iwelcome Stop, please! 🙏": "stop",
    "@iwelcome unsubscribe https://t.co/x": "unsubscribe",
    "Who gave you my name? Leave me alone.": "leave me alone",
    "Please don’t reply to me again": "don't reply to me",
    "@iwelcome Arrêtez s’il vous plaît": "arrêtez",
    "Laissez-moi tranquille !": "laissez moi tranquille",
    "@iwelcome توقّف من فضلك": "توقف",
    "قلت لكم: لا تراسلوني": "لا تراسلوني",
    "@iwelcome acheni tafadhali": "acheni",
    "Nimesema usinijibu tena": "usinijibu",
    "@iwelcome Abmelden, danke": "abmelden",
    "Lasst mich in Ruhe!!": "lasst mich in ruhe",
    "@iwelcome Basta por favor": "basta",
    "Ya está, déjenme en paz": "déjenme en paz",
}


@pytest.mark.parametrize(("text", "words"), ASKED.items())
def test_wish_is_understood(text: str, words: str) -> None:
    assert wishes.found_in(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "Stop the war! @iwelcome #IWelcome",
        "When will this end? #IWelcome",
        "We cannot go away from people in need @iwelcome",
        "Ça suffit, ouvrez les frontières #IWelcome",
        "Basta de muros. Yo doy la bienvenida #IWelcome",
        "Schluss mit den Lagern @iwelcome",
        "أوقفوا الحرب الآن #IWelcome",
        "Nobody stopped to help",
        "#stop @iwelcome",
        "",
    ],
)
def test_a_call_upon_others_is_no_wish(text: str) -> None:
    assert wishes.found_in(text) is None


def test_every_language_has_both_kinds_of_words() -> None:
    alone, anywhere, polite = wishes._words()
    assert (len(alone) > 40, len(anywhere) > 60, len(polite) > 10) == (True, True, True)


@pytest.fixture
def account() -> Account:
    return factories.AccountFactory(handle="iwelcome", external_id="7")


@pytest.mark.django_db
def test_answer_to_us_ends_all_on_every_account(account: Account) -> None:
    tess = Author("9", "tess")
    elsewhere = factories.MentionFactory(author_id="9", author_handle="tess")
    stranger = factories.MentionFactory()
    post = incoming(
        5, author=tess, text="@iwelcome stop", kind=Kind.REPLY, in_reply_to="3",
        in_reply_to_author_id="7",
    )  # fmt: skip
    tally = write.write([post, incoming(6, author=tess, text="And more.")], account=account)
    assert (tally.new, tally.filtered) == (2, {"opted_out": 2})
    wish = OptOut.objects.get()
    said = Mention.objects.get(external_id=post.id)
    assert (wish.author_id, wish.channel, wish.words) == ("9", "words", "stop")
    assert (wish.mention, wish.carried_out_at is None) == (said, False)
    states = dict(Mention.objects.values_list("pk", "status"))
    assert (states[elsewhere.pk], states[stranger.pk]) == ("dismissed", "waiting")
    entry = AuditEntry.objects.get(verb="opted out")
    assert (entry.campaign_id, entry.actor) == (account.campaign_id, None)
    assert entry.after == {"channel": "words", "words": "stop", "mentions": 1}
    # For good: what they write later is kept out, and says why.
    write.write([incoming(8, author=tess, text="Hello @iwelcome")], account=account)
    assert Mention.objects.latest("pk").reason == "opted_out"


@pytest.mark.django_db
def test_wish_that_a_crash_interrupted_is_carried_out_by_the_sweep() -> None:
    mention = factories.MentionFactory()
    OptOut.objects.create(**opt_outs.of_author(mention))
    assert (opt_outs.sweep(), opt_outs.sweep()) == (2, 0)
    mention.refresh_from_db()
    assert (mention.status, mention.reason) == ("dismissed", "opted_out")


@pytest.mark.django_db
def test_button_gives_up_replies_that_wait_in_other_campaigns(
    due: Callable[..., Reply], network: FakeNetwork
) -> None:
    waiting, other = due(), due()
    mention = factories.MentionFactory(author_id=waiting.mention.author_id)
    ana = factories.senior(mention.campaign)
    desk.never_answer(mention, by=ana)
    # At once: the last check before sending knows it, whoever was told or not.
    posting.post(waiting.pk, worker="test")
    assert network.creates == []
    posting.post(other.pk, worker="test")
    waiting.refresh_from_db()
    assert (waiting.status, waiting.problem) == ("cancelled", "opted_out")
    assert len(network.creates) == 1


@pytest.mark.django_db
def test_sweep_gives_up_replies_whose_bell_was_lost(due: Callable[..., Reply]) -> None:
    first, second = due(), due()
    for reply in (first, second):
        OptOut.objects.create(**opt_outs.of_author(reply.mention))
    assert leaving_alone.follow(OptOut.objects.earliest("pk").pk) == 1
    assert (leaving_alone.sweep(), leaving_alone.sweep()) == (1, 0)
    states = Reply.objects.order_by("pk").values_list("status", "problem", "mention__status")
    assert list(states) == [("cancelled", "opted_out", "dismissed")] * 2


@pytest.mark.django_db
def test_wish_leaves_a_reply_in_doubt_to_a_person(
    due: Callable[..., Reply], network: FakeNetwork
) -> None:
    reply = due()
    sending = posting.begin(reply.pk, worker="killed")
    assert isinstance(sending, posting.Sending)
    reply.attempts.update(outcome="unknown", finished_at=sending.started_at)
    Reply.objects.update(status="approved")
    OptOut.objects.create(**opt_outs.of_author(reply.mention))
    assert leaving_alone.sweep() == 1
    reply.refresh_from_db()
    assert (reply.status, reply.problem, reply.problem_detail) == (
        "problem",
        "not_found",
        "opted_out",
    )
