"""What is around a mention: what its author wrote before, what we answered, the conversation."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache

from campaign.models import Mention
from campaign.networks import attached, registry
from campaign.networks.attached import Referenced
from campaign.networks.base import NetworkError
from campaign.prepared import Given, Prepared
from responders import queue
from responders.models import Reply
from videos import translation

log = logging.getLogger(__name__)

SHOWN = 3
COUNTED = 100
WHOLE = 30
NEW_ACCOUNT = timedelta(days=30)
WHOLE_LASTS = 60
TRANSLATION_LASTS = 86_400
#: Editors work in English; what they read is translated into it.
TARGET = "en"


@dataclass(frozen=True, slots=True)
class Surroundings:
    #: The newest before this one, with our replies as `answers`; how many, at most 100.
    earlier: list[Mention]
    earlier_count: int
    #: Others in the same conversation that we have, oldest first.
    others: list[Mention]
    referenced: list[Referenced]
    media: dict[str, int]
    #: How old the author's account was when it wrote, if that is worth a warning.
    new_account: timedelta | None
    translatable: bool

    @property
    def answered(self) -> Reply | None:
        """The last time that we answered this person."""
        replies = [reply for one in self.earlier for reply in getattr(one, "answers", [])]
        return next((reply for reply in replies if reply.posted_at), None)


#: What is shown of another tweet.
_SAID = ("author_handle", "text", "lang", "posted_at", "status")
#: What its author wrote before, and the others of its conversation. Mostly there is nothing.
_EARLIER = Prepared(
    lambda: (
        Mention.objects.filter(
            network=Given("network"),
            author_id=Given("author"),
            campaign=Given("campaign"),
            posted_at__lt=Given("posted"),
        )
        .order_by("-posted_at")
        .values_list("pk", flat=True)[:COUNTED]
    )
)
_OTHERS = Prepared(
    lambda: (
        Mention.objects.filter(conversation_id=Given("conversation"), campaign=Given("campaign"))
        .exclude(pk=Given("pk"))
        .order_by("posted_at")
        .only(*_SAID)[:SHOWN]
    )
)


def around(mention: Mention) -> Surroundings:
    """Two queries, and more where the author or the conversation is known."""
    before = _EARLIER.all(
        network=mention.network,
        author=mention.author_id,
        campaign=mention.campaign_id,
        posted=mention.posted_at,
    )
    raw = mention.raw if isinstance(mention.raw, dict) else {}
    age = mention.posted_at - mention.author_since if mention.author_since else None
    return Surroundings(
        earlier=_earlier(before[:SHOWN]),
        earlier_count=len(before),
        others=_others(mention),
        referenced=attached.referenced(raw),
        media=attached.media(raw),
        new_account=age if age is not None and timedelta(0) <= age < NEW_ACCOUNT else None,
        translatable=translation.is_there() and not mention.lang.startswith(TARGET),
    )


def _earlier(ids: list[int]) -> list[Mention]:
    if not ids:
        return []
    whole = Mention.objects.filter(pk__in=ids).only(*_SAID).order_by("-posted_at")
    return list(queue.with_answers(whole))


def _others(mention: Mention) -> list[Mention]:
    if not mention.conversation_id:
        return []
    return _OTHERS.all(
        conversation=mention.conversation_id, campaign=mention.campaign_id, pk=mention.pk
    )


class NotNow(Exception):
    """It could not be fetched; the text is for the person who asked."""


@dataclass(frozen=True, slots=True)
class Said:
    """One post of a conversation, as the network tells it."""

    handle: str
    text: str
    lang: str


def conversation(mention: Mention) -> list[Said]:
    """The whole conversation of the last days, as the network has it, oldest first; kept a minute.

    Raises NotNow.
    """
    if not mention.conversation_id:
        return []
    key = f"conversation:{mention.network}:{mention.conversation_id}"
    kept = cache.get(key)
    if not isinstance(kept, list):
        kept = _ask_for_conversation(mention)
        cache.set(key, kept, WHOLE_LASTS)
    return [Said(*one) for one in kept]


def _ask_for_conversation(mention: Mention) -> list[tuple[str, str, str]]:
    network = None
    try:
        network = registry.connect(mention.account)
        query = f"conversation_id:{mention.conversation_id}"
        posts = network.search_recent(query, limit=WHOLE).posts
    except NetworkError as error:
        log.warning("conversation %s not read: %s", mention.conversation_id, error)
        raise NotNow("X did not tell us. Open the tweet on X to read on.") from error
    finally:
        if network is not None:
            network.close()
    found = [
        (one.author.handle, one.text, one.lang) for one in posts if one.id != mention.external_id
    ]
    return found[::-1]


def in_english(mention: Mention) -> str:
    """Its text in English, by the translator that the newsroom chose; kept a day.

    Raises `translation.NoTranslationError`.
    """
    key = f"translation:{mention.pk}"
    kept = cache.get(key)
    if not isinstance(kept, str):
        kept = translation.translate(mention.text, source=mention.lang, target=TARGET)
        cache.set(key, kept, TRANSLATION_LASTS)
    return kept
