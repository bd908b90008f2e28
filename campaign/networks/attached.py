"""What hangs on a stored post: the posts that it quotes or answers, and its media.

Reads the network's own JSON as it was kept. Nothing is fetched: pictures of strangers are neither
loaded from their network by an editor's browser nor kept here.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TEXT_MOST = 1_000
#: X's media keys begin with a number that says what they are. What is not known is a picture.
_MEDIA = {"3": "photo", "7": "video", "13": "video", "16": "GIF"}
_KINDS = {"quoted": "quoted", "replied_to": "replied_to"}


@dataclass(frozen=True, slots=True)
class Referenced:
    """A post that this one quotes (`quoted`) or answers (`replied_to`); "" for the unknown."""

    kind: str
    id: str
    handle: str = ""
    text: str = ""


def referenced(raw: Mapping[str, Any]) -> list[Referenced]:
    data, includes = _mapping(raw.get("data")), _mapping(raw.get("includes"))
    posts = {one.get("id"): one for name in ("tweets", "posts") for one in _list(includes, name)}
    people = {one.get("id"): one for one in _list(includes, "users")}
    found = []
    for name in ("referenced_tweets", "referenced_posts"):
        for one in _list(data, name):
            kind, post_id = _KINDS.get(str(one.get("type")), ""), one.get("id")
            if not kind or not isinstance(post_id, str):
                continue
            post = _mapping(posts.get(post_id))
            person = _mapping(people.get(post.get("author_id")))
            text, handle = post.get("text"), person.get("username")
            found.append(
                Referenced(
                    kind,
                    post_id,
                    handle=handle if isinstance(handle, str) else "",
                    text=text[:TEXT_MOST] if isinstance(text, str) else "",
                )
            )
    return found


def media(raw: Mapping[str, Any]) -> dict[str, int]:
    """How many of each kind: `{"photo": 2}`."""
    attachments = _mapping(_mapping(raw.get("data")).get("attachments"))
    keys = attachments.get("media_keys")
    named = [str(key).partition("_")[0] for key in keys] if isinstance(keys, list) else []
    return dict(Counter(_MEDIA.get(number, "photo") for number in named))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(holder: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    listed = holder.get(name)
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, Mapping):
            yield one
