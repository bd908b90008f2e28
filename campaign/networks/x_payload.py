"""X's v2 JSON, made into the newsroom's dataclasses.

X speaks two dialects: the stream says `referenced_tweets`, `includes.tweets` and `note_tweet`, the
other endpoints `referenced_posts`, `includes.posts` and `note_post`. Both are read everywhere.
Nothing here trusts a type: what is not as agreed is left out, and a post that lacks an id, an
author or a text is `Unreadable`.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from campaign.networks.base import Author, IncomingPost, Kind, Post, Reach

LINE_LIMIT = 1024 * 1024
MAX_INT = 2_147_483_647
SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
FIRST_SNOWFLAKE = 1 << 32

_ID = re.compile(r"[0-9]{1,19}", re.ASCII)
_AUTHOR_ID = re.compile(r"[\w.-]{1,40}", re.ASCII)  # archives hold ids that were never X's
_HANDLE = re.compile(r"\w{1,80}", re.ASCII)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
#: What a name may not hold: marks that hide, or that turn the line. Joiners belong to letters.
_TRICKS = re.compile("[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_OLD_LANGUAGES = {"in": "id", "iw": "he", "ji": "yi"}
_NESTING = 60
_SUSPECT = re.compile(rb"\\u(0000|d[89a-f])", re.IGNORECASE)


def _finite(number: str) -> float | None:
    value = float(number)
    return value if math.isfinite(value) else None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_JSON = json.JSONDecoder(parse_float=_finite, parse_constant=_no_constant)


class Unreadable(Exception):
    """A message that is no post we can use. `reason` is one short word for the counters."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def post_time(post_id: str) -> datetime | None:
    """When a post was made, as its id says (X's ids count milliseconds since November 2010)."""
    if not is_id(post_id) or int(post_id) < FIRST_SNOWFLAKE:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(
        milliseconds=(int(post_id) >> 22) + SNOWFLAKE_EPOCH_MS
    )


def line(text: bytes) -> IncomingPost:
    """One line of the stream or of a replay."""
    if len(text) > LINE_LIMIT:
        raise Unreadable("too_long")
    try:
        payload = _JSON.decode(text.decode())
    except (ValueError, RecursionError):
        raise Unreadable("not_json") from None
    if _SUSPECT.search(text):
        payload = storable(payload)
    return message(payload)


def message(payload: object) -> IncomingPost:
    """One message of the stream, or one line of a replay."""
    if not isinstance(payload, dict):
        raise Unreadable("not_an_object")
    data = payload.get("data")
    if not isinstance(data, dict):
        raise Unreadable("errors" if "errors" in payload else "no_post")
    includes = payload.get("includes")
    return incoming(data, includes if isinstance(includes, dict) else {}, raw=payload)


def page(payload: Mapping[str, Any]) -> Iterator[IncomingPost | Unreadable]:
    """The posts of a page, in its order; one that cannot be read does not spoil the others."""
    found = payload.get("data")
    included = payload.get("includes")
    includes = storable(included) if isinstance(included, dict) else {}
    for data in found if isinstance(found, list) else []:
        try:
            if not isinstance(data, dict):
                raise Unreadable("not_an_object")  # noqa: TRY301 - one way out for both
            yield incoming(storable(data), includes)
        except Unreadable as error:
            yield error


def incoming(
    data: Mapping[str, Any], includes: Mapping[str, Any], *, raw: Mapping[str, Any] | None = None
) -> IncomingPost:
    post_id = data.get("id")
    if not isinstance(post_id, str) or not is_id(post_id):
        raise Unreadable("no_id")
    text = _full_text(data)
    if not text.strip():
        raise Unreadable("no_text")
    person = _included(includes, "users", data.get("author_id"))
    references = dict(_references(data))
    quoted = references.get("quoted", "")
    mentioned = list(_mentions(data))
    return IncomingPost(
        id=post_id,
        author=author(person),
        text=text,
        lang=_lang(data.get("lang")),
        posted_at=_time(data.get("created_at")) or post_time(post_id) or datetime.now(UTC),
        kind=_kind(references),
        conversation_id=_id(data.get("conversation_id")),
        in_reply_to=references.get("replied_to", ""),
        in_reply_to_author_id=_text(data.get("in_reply_to_user_id")),
        quoted_id=quoted,
        quoted_author_id=_text(_quoted_post(includes, quoted).get("author_id")),
        mentioned_ids=frozenset(_id(one.get("id")) for one in mentioned) - {""},
        mentioned_handles=frozenset(_text(one.get("username")).lower() for one in mentioned) - {""},
        sensitive=data.get("possibly_sensitive") is True,
        has_media=_has_media(data),
        raw=raw if raw is not None else _as_message(data, person),
    )


def author(person: Mapping[str, Any]) -> Author:
    person_id, handle = _text(person.get("id")), _text(person.get("username"))
    if not _AUTHOR_ID.fullmatch(person_id) or not _HANDLE.fullmatch(handle):
        raise Unreadable("no_author")
    metrics = person.get("public_metrics")
    return Author(
        id=person_id,
        handle=handle,
        name=_TRICKS.sub("", _text(person.get("name"))).strip()[:200],
        avatar=_web_address(person.get("profile_image_url")),
        followers=_count(metrics.get("followers_count")) if isinstance(metrics, dict) else None,
        verified=person.get("verified") is True,
        bio=_text(person.get("description"))[:2_000],
        location=_text(person.get("location"))[:200],
        since=_time(person.get("created_at")),
    )


def own_post(data: Mapping[str, Any]) -> Post | None:
    """A post of our own timeline, or None if it cannot be used as evidence."""
    post_id = data.get("id")
    if not isinstance(post_id, str) or not is_id(post_id):
        return None
    posted_at = _time(data.get("created_at")) or post_time(post_id)
    if posted_at is None:
        return None
    replied_to = dict(_references(data)).get("replied_to", "")
    links = tuple(_links(data))
    return Post(post_id, _full_text(data), posted_at, in_reply_to=replied_to, links=links)


def reach(data: Mapping[str, Any]) -> Reach | None:
    """A post's public numbers. Reposts are called retweets in the older dialect."""
    metrics = data.get("public_metrics")
    if not is_id(data.get("id")) or not isinstance(metrics, dict):
        return None
    reposts = _count(metrics.get("repost_count", metrics.get("retweet_count")))
    quotes = _count(metrics.get("quote_count"))
    return Reach(
        post_id=data["id"],
        views=_count(metrics.get("impression_count")),
        shares=None if reposts is None else reposts + (quotes or 0),
    )


def storable(value: Any, *, depth: int = 0) -> Any:
    """The same JSON without what PostgreSQL cannot keep: NUL, halves of characters, NaN."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if depth > _NESTING:
        return None
    if isinstance(value, dict):
        return {storable(key): storable(item, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item, depth=depth + 1) for item in value]
    return value


def _full_text(data: Mapping[str, Any]) -> str:
    """Posts past 280 characters carry their whole text in a note."""
    for name in ("note_tweet", "note_post"):
        note = data.get(name)
        if isinstance(note, dict) and _text(note.get("text")):
            return _text(note.get("text"))[:25_000]
    return _text(data.get("text"))[:25_000]


def _references(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("referenced_tweets", "referenced_posts"):
        listed = data.get(name)
        for one in listed if isinstance(listed, list) else []:
            if isinstance(one, dict) and _id(one.get("id")):
                yield _text(one.get("type")), _id(one.get("id"))


def _kind(references: Mapping[str, str]) -> Kind:
    if "retweeted" in references or "reposted" in references:
        return Kind.REPOST
    if "quoted" in references:
        return Kind.QUOTE
    return Kind.REPLY if "replied_to" in references else Kind.POST


def _mentions(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return _entities(data, "mentions")


def _links(data: Mapping[str, Any]) -> Iterator[str]:
    for one in _entities(data, "urls"):
        if address := _web_address(one.get("expanded_url")):
            yield address


def _entities(data: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """Of the post and of its long text."""
    for holder in (data, data.get("note_tweet"), data.get("note_post")):
        entities = holder.get("entities") if isinstance(holder, dict) else None
        listed = entities.get(name) if isinstance(entities, dict) else None
        for one in listed if isinstance(listed, list) else []:
            if isinstance(one, dict):
                yield one


def _quoted_post(includes: Mapping[str, Any], quoted: str) -> Mapping[str, Any]:
    if not quoted:
        return {}
    return _included(includes, "tweets", quoted) or _included(includes, "posts", quoted)


def _included(includes: Mapping[str, Any], name: str, wanted: object) -> Mapping[str, Any]:
    listed = includes.get(name)
    for one in listed if isinstance(listed, list) and wanted else []:
        if isinstance(one, dict) and one.get("id") == wanted:
            return one
    return {}


def _has_media(data: Mapping[str, Any]) -> bool:
    attachments = data.get("attachments")
    return isinstance(attachments, dict) and bool(attachments.get("media_keys"))


def _as_message(data: Mapping[str, Any], person: Mapping[str, Any]) -> Mapping[str, Any]:
    """The shape of the stream, so that what was found by search can be replayed too."""
    return {"data": data, "includes": {"users": [person]}}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _id(value: object) -> str:
    return value if isinstance(value, str) and is_id(value) else ""


def _lang(value: object) -> str:
    """X's language in its modern name; "und" where X saw none (it says qam, qht, qme, zxx …)."""
    lang = _text(value).lower()[:8]
    if not lang or lang == "zxx" or (lang.startswith("q") and len(lang) == 3):
        return "und"
    return _OLD_LANGUAGES.get(lang, lang)


def _time(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(value))
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _count(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        return None
    return min(value, MAX_INT)


def _web_address(value: object) -> str:
    address = _text(value)
    return address if address.startswith(("https://", "http://")) and len(address) <= 500 else ""
