"""Posts and people as X's v2 JSON, in either of its dialects."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from campaign.sandbox import matching, problems, text
from campaign.sandbox.clock import stamp
from campaign.sandbox.parameters import NONE, Shown
from campaign.sandbox.store import Media, Person, Post, Store

Json = dict[str, Any]
VIDEO_KEY = "13_"
REPLY = ("in_reply_to",)
ANY = ("quotes", "in_reply_to")


@dataclass
class Bundle:
    """An answer about several posts: `data`, `includes` and `errors`."""

    data: list[Json] = field(default_factory=list)
    includes: dict[str, list[Json]] = field(default_factory=dict)
    errors: list[Json] = field(default_factory=list)

    def extras(self) -> Json:
        extras: Json = {}
        if self.includes:
            extras["includes"] = self.includes
        if self.errors:
            extras["errors"] = self.errors
        return extras


class Writer:
    """Writes what one request asked for. `base_url` is where people read the sandbox."""

    def __init__(
        self, store: Store, shown: Shown, *, base_url: str, at: float | None = None
    ) -> None:
        self._store = store
        self._shown = shown
        self._base_url = base_url
        self._old = shown.old_dialect
        self._at = time.time() if at is None else at

    def bundle(self, posts: Sequence[Post]) -> Bundle:
        bundle = Bundle(data=[self.post(post) for post in posts])
        self._include_posts(bundle, posts)
        self._include_people(bundle, posts)
        self._include_media(bundle, posts)
        return bundle

    def post(self, post: Post) -> Json:
        wire_text, entities = self._text(post)
        facts: Json = {
            "id": str(post.id),
            "text": wire_text,
            "edit_history_tweet_ids" if self._old else "edit_history_post_ids": [str(post.id)],
        }
        return facts | {
            name: value
            for name, value in self._optional(post, wire_text, entities).items()
            if value is not None and name in self._wanted()
        }

    def _wanted(self) -> frozenset[str]:
        """An expansion brings the fact that it expands."""
        brought = {
            "author_id": "author_id",
            "username": "author_id",
            "in_reply_to_user_id": "in_reply_to_user_id",
            "referenced_posts": "referenced_posts",
            "attachments.media_keys": "attachments",
            "entities.mentions.username": "entities",
        }
        names = {brought[name] for name in self._shown.expansions if name in brought}
        if any(name.startswith("referenced_tweets.id") for name in self._shown.expansions):
            names.add("referenced_tweets")
        return self._shown.post | names

    def _optional(self, post: Post, wire_text: str, entities: Json) -> Json:
        answered = self._store.post(post.in_reply_to) if post.in_reply_to else None
        references = [
            {"type": kind, "id": str(number)}
            for kind, number in (("quoted", post.quotes), ("replied_to", post.in_reply_to))
            if number
        ]
        keys = [f"{VIDEO_KEY}{number}" for number in post.media]
        return {
            "author_id": str(post.author_id),
            "conversation_id": str(post.conversation),
            "created_at": stamp(post.created_at),
            "lang": post.lang,
            "entities": entities or None,
            "in_reply_to_user_id": str(answered.author_id) if answered else None,
            "referenced_tweets": references or None,
            "referenced_posts": references or None,
            "attachments": {"media_keys": keys} if keys else None,
            "possibly_sensitive": False,
            "reply_settings": "everyone",
            "display_text_range": [0, len(wire_text)],
            "public_metrics": self._metrics(post),
        }

    def _metrics(self, post: Post) -> Json:
        views = seen(post, at=self._at)
        metrics = {
            "repost_count": views // 250,
            "reply_count": self._store.replies(post),
            "like_count": views // 60,
            "quote_count": views // 900,
            "bookmark_count": views // 1_500,
            "impression_count": views,
        }
        return {"retweet_count": 0, **metrics} if self._old else metrics

    def _text(self, post: Post) -> tuple[str, Json]:
        """X shortens every link and adds one for attached media; entities say where they lead."""
        entities: dict[str, list[Json]] = {}
        written = ""
        for part in text.parts(post.text):
            start = len(written)
            written += text.short_link(part.value) if part.kind == "url" else part.text
            if part.kind != "text":
                span = {"start": start, "end": len(written)}
                name = {"url": "urls", "hashtag": "hashtags", "mention": "mentions"}[part.kind]
                entities.setdefault(name, []).append(span | self._entity(part))
        for number in post.media:
            url = f"{self._status_url(post)}/video/1"
            start = len(written) + bool(written)
            written = f"{written} {text.short_link(url)}".strip()
            entities.setdefault("urls", []).append(
                {
                    "start": start,
                    "end": len(written),
                    "url": text.short_link(url),
                    "expanded_url": url,
                    "display_url": f"pic.x.com/{number}",
                    "media_key": f"{VIDEO_KEY}{number}",
                }
            )
        return written, dict(entities)

    def _entity(self, part: text.Part) -> Json:
        if part.kind == "hashtag":
            return {"tag": part.value}
        if part.kind == "mention":
            person = self._store.person_called(part.value)
            return {"username": part.value} | ({"id": str(person.id)} if person else {})
        return {
            "url": text.short_link(part.value),
            "expanded_url": part.value,
            "display_url": text.display_link(part.value),
        }

    def _status_url(self, post: Post) -> str:
        author = self._store.person(post.author_id)
        return f"{self._base_url}/{author.handle if author else 'i'}/status/{post.id}"

    def person(self, person: Person) -> Json:
        facts: Json = {"id": str(person.id), "name": person.name, "username": person.handle}
        posts = self._store.number_of_posts(author=person.id)
        metrics = {
            "followers_count": person.followers,
            "following_count": person.followers // 3,
            "listed_count": 0,
            "like_count": 0,
            "media_count": 0,
            "post_count": posts,
        }
        optional = {
            "created_at": stamp(person.created_at),
            "description": person.description,
            "location": person.location or None,
            "verified": False,
            "verified_type": "none",
            "protected": False,
            "profile_image_url": f"{self._base_url}/avatar/{person.handle}.svg",
            "url": "",
            "public_metrics": {"tweet_count": posts, **metrics} if self._old else metrics,
        }
        return facts | {
            name: value
            for name, value in optional.items()
            if value is not None and name in self._shown.user
        }

    def _include_posts(self, bundle: Bundle, posts: Sequence[Post]) -> None:
        wanted = "referenced_tweets.id" if self._old else "referenced_posts"
        if wanted not in self._shown.expansions:
            return
        included: dict[int, Post] = {}
        for number in [n for post in posts for n in (post.quotes, post.in_reply_to) if n]:
            referenced = self._store.post(number)
            if referenced:
                included[number] = referenced
            else:
                bundle.errors.append(problems.missing("tweet", str(number), parameter=wanted))
        if included:
            name = "tweets" if self._old else "posts"
            bundle.includes[name] = [self.post(post) for post in included.values()]

    def _include_people(self, bundle: Bundle, posts: Sequence[Post]) -> None:
        """The authors first, then whom they answer, name and refer to, as far as asked."""
        expansions, store = self._shown.expansions, self._store
        people: list[Person | None] = []
        if expansions & {"author_id", "username"}:
            people += [store.person(post.author_id) for post in posts]
        if "in_reply_to_user_id" in expansions:
            people += [store.person(each.author_id) for each in self._referenced(posts, REPLY)]
        if "entities.mentions.username" in expansions:
            handles = [handle for post in posts for handle in matching.handles(post.text)]
            people += [store.person_called(handle) for handle in handles]
        if "referenced_tweets.id.author_id" in expansions:
            people += [store.person(each.author_id) for each in self._referenced(posts, ANY)]
        found = {person.id: person for person in people if person}
        if found:
            bundle.includes["users"] = [self.person(person) for person in found.values()]

    def _referenced(self, posts: Sequence[Post], names: Sequence[str]) -> list[Post]:
        numbers = [number for post in posts for name in names if (number := getattr(post, name))]
        return [post for number in numbers if (post := self._store.post(number))]

    def _include_media(self, bundle: Bundle, posts: Sequence[Post]) -> None:
        if "attachments.media_keys" not in self._shown.expansions:
            return
        numbers = dict.fromkeys(number for post in posts for number in post.media)
        found = [media for number in numbers if (media := self._store.media(number))]
        if found:
            bundle.includes["media"] = [self._media(media) for media in found]

    def _media(self, media: Media) -> Json:
        kind = "video" if media.type.startswith("video/") else "photo"
        facts: Json = {"media_key": f"{VIDEO_KEY}{media.id}", "type": kind}
        url = f"{self._base_url}/media/{media.id}.mp4"
        optional = {
            "duration_ms": media.duration_ms,
            "width": media.width,
            "height": media.height,
            "alt_text": media.alt_text,
            "variants": [{"content_type": media.type, "url": url}],
        }
        return facts | {
            name: value
            for name, value in optional.items()
            if value is not None and name in self._shown.media
        }


def seen(post: Post, *, at: float) -> int:
    """How often a post was shown: some more than others, most within two hours, never fewer."""
    settles_at = 40 + post.id * 2_654_435_761 % (2_400 if post.media else 300)
    return int(settles_at * (1 - math.exp(-max(0.0, at - post.created_at) / 7_200)))


def subject(store: Store, post: Post) -> matching.Subject:
    """What a rule may ask about a post."""
    author = store.person(post.author_id)
    answered = store.post(post.in_reply_to) if post.in_reply_to else None
    answered_author = store.person(answered.author_id) if answered else None
    urls = tuple(text.links(post.text))
    has = {
        "links": bool(urls),
        "hashtags": bool(matching.tags(post.text)),
        "mentions": bool(matching.handles(post.text)),
        "media": bool(post.media),
        "videos": bool(post.media),
        "video_link": bool(post.media),
    }
    kind = {"reply": post.in_reply_to is not None, "quote": post.quotes is not None}
    return matching.Subject(
        text=post.text,
        author=author.handle.lower() if author else "",
        lang=post.lang,
        kind=frozenset(name for name, holds in kind.items() if holds) or NONE,
        has=frozenset(name for name, holds in has.items() if holds) or NONE,
        to=answered_author.handle.lower() if answered_author else None,
        in_reply_to=str(post.in_reply_to) if post.in_reply_to else None,
        conversation=str(post.conversation),
        urls=urls,
    )
