"""X, spoken through python-twitter.

`XApi` is python-twitter's `Api` with its credentials and its session, and one new way to call: v2
paths, JSON or multipart, status first, each request at most once. python-twitter's own endpoint
methods speak v1.1, which X no longer answers, and read v2's refusals as success: none is used.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from threading import Event
from typing import Any

import requests
import twitter
from requests.auth import AuthBase
from requests_oauthlib import OAuth1

from campaign.networks import x_answers, x_media, x_payload
from campaign.networks.base import (
    Author,
    Facts,
    IncomingPost,
    MediaState,
    MediaTicket,
    NetworkError,
    OutcomeUnknown,
    Page,
    Post,
    PostedPost,
    Reach,
    Refusal,
    Rejected,
    Rule,
    StreamEvent,
    Subtitles,
    Unreachable,
)
from campaign.networks.stream import XStream
from campaign.networks.transport import Line, MayHaveLeft, NothingLeft
from campaign.networks.x_answers import Answer

log = logging.getLogger(__name__)

CREDENTIALS = (
    "consumer_key",
    "consumer_secret",
    "access_token",
    "access_token_secret",
    "bearer_token",
)
TIMEOUT = (5.0, 20.0)
UPLOAD_TIMEOUT = (5.0, 60.0)
#: Posts that X tells of in one answer.
MOST_IDS = 100

# The stream still speaks of tweets; the other endpoints have gone over to posts, and give the
# references and the author of a post as expansions. (Source: X's OpenAPI document, 2.167.)
USER_FIELDS = (
    "username,name,profile_image_url,verified,public_metrics,created_at,description,location"
)
STREAM_FIELDS = {
    "tweet.fields": "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,"
    "entities,in_reply_to_user_id,lang,note_tweet,possibly_sensitive,public_metrics,"
    "referenced_tweets",
    "expansions": "author_id,referenced_tweets.id",
    "user.fields": USER_FIELDS,
}
READ_FIELDS = {
    "post.fields": "attachments,conversation_id,created_at,entities,lang,note_post,"
    "possibly_sensitive,public_metrics",
    "expansions": "author_id,in_reply_to_user_id,referenced_posts",
    "user.fields": USER_FIELDS,
}
OWN_FIELDS = {"post.fields": "created_at,entities,note_post", "expansions": "referenced_posts"}


class Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class XApi(twitter.Api):  # type: ignore[misc]  # python-twitter has no types
    """The account's credentials and session, and `call`, which speaks v2."""

    def __init__(self, credentials: Mapping[str, str], *, base_url: str) -> None:
        super().__init__(
            consumer_key=credentials["consumer_key"],
            consumer_secret=credentials["consumer_secret"],
            access_token_key=credentials["access_token"],
            access_token_secret=credentials["access_token_secret"],
            base_url=base_url,
            upload_url=base_url,
            cache=None,
            sleep_on_rate_limit=False,
            timeout=UPLOAD_TIMEOUT[1],
        )
        self.as_user: AuthBase = OAuth1(
            self._consumer_key,
            self._consumer_secret,
            self._access_token_key,
            self._access_token_secret,
        )
        self.as_app: AuthBase = Bearer(credentials["bearer_token"])
        self._secrets = tuple(credentials[name] for name in CREDENTIALS)
        self._line = Line(self._session)

    def call(
        self,
        verb: str,
        path: str,
        *,
        app: bool = False,
        timeout: tuple[float, float] = TIMEOUT,
        **what: Any,
    ) -> Answer:
        """One request at most; for the app (Bearer) or for the account (OAuth 1.0a).

        `what` is `params`, `json`, `data` or `files`, as requests takes them.
        """
        try:
            raw = self._line.send(
                verb,
                f"{self.base_url}{path}",
                auth=self.as_app if app else self.as_user,
                timeout=timeout,
                **what,
            )
        except (NothingLeft, MayHaveLeft) as error:
            words = x_answers.redact(str(error), self._secrets)[:500]
            facts = Facts(method=verb, path=path, error=words)
            kind = Unreachable if isinstance(error, NothingLeft) else OutcomeUnknown
            raise kind(words, facts=facts) from None
        return x_answers.read(raw, method=verb, path=path, secrets=self._secrets)

    def close(self) -> None:
        self._line.close()


class X:
    """`campaign.networks.base.Network` on X's v2 API."""

    def __init__(
        self,
        credentials: Mapping[str, str],
        *,
        account_id: str = "",
        base_url: str,
        stream_url: str,
    ) -> None:
        missing = [name for name in CREDENTIALS if not credentials.get(name)]
        if missing:
            raise Rejected(Refusal.REVOKED, f"The account's credentials lack {', '.join(missing)}.")
        self._api = XApi(credentials, base_url=base_url.rstrip("/"))
        self._stream_url = stream_url.rstrip("/")
        self._account_id = account_id

    def me(self) -> Author:
        answer = self._api.call("GET", "/2/users/me", params={"user.fields": USER_FIELDS})
        try:
            return x_payload.author(answer.data if isinstance(answer.data, dict) else {})
        except x_payload.Unreadable:
            raise OutcomeUnknown("X did not say whose keys these are", facts=answer.facts) from None

    def create_reply(
        self, text: str, *, in_reply_to: str, media_ids: Sequence[str] = ()
    ) -> PostedPost:
        body: dict[str, Any] = {"text": text, "reply": {"in_reply_to_tweet_id": in_reply_to}}
        if media_ids:
            body["media"] = {"media_ids": list(media_ids)}
        answer = self._api.call("POST", "/2/tweets", json=body)
        data = answer.data if isinstance(answer.data, dict) else {}
        if not x_payload.is_id(data.get("id")):
            raise OutcomeUnknown("X accepted the post but named no id", facts=answer.facts)
        return PostedPost(data["id"], str(data.get("text", "")), window=answer.window)

    def delete_post(self, post_id: str) -> None:
        try:
            answer = self._api.call("DELETE", f"/2/tweets/{_checked(post_id)}")
        except Rejected as refusal:
            if refusal.kind is Refusal.GONE:
                return
            raise
        if not isinstance(answer.data, dict) or answer.data.get("deleted") is not True:
            raise OutcomeUnknown("X did not say that the post is deleted", facts=answer.facts)

    def own_posts(self, *, since: datetime, limit: int = 100) -> list[Post]:
        found: list[Post] = []
        token = ""
        while len(found) < limit:
            answer = self._api.call(
                "GET",
                f"/2/users/{_checked(self._account_id)}/tweets",
                params={
                    **OWN_FIELDS,
                    "start_time": _floor(since),
                    "max_results": str(min(max(limit - len(found), 5), 100)),
                    **({"pagination_token": token} if token else {}),
                },
            )
            found += _own(answer.data)
            token = _next(answer)
            if not token:
                break
        return found[:limit]

    def reach(self, post_ids: Sequence[str]) -> list[Reach]:
        params = {
            "ids": ",".join(_checked(post_id) for post_id in post_ids[:MOST_IDS]),
            "post.fields": "public_metrics",
        }
        answer = self._api.call("GET", "/2/tweets", params=params)
        listed = answer.data if isinstance(answer.data, list) else []
        found = (x_payload.reach(one) for one in listed if isinstance(one, dict))
        return [one for one in found if one]

    def post(self, post_id: str) -> IncomingPost:
        answer = self._api.call("GET", f"/2/tweets/{_checked(post_id)}", params=READ_FIELDS)
        if not isinstance(answer.data, dict):
            if answer.errors:
                raise x_answers.rejected(answer.errors[0], facts=answer.facts)
            raise OutcomeUnknown("X gave neither the post nor a reason", facts=answer.facts)
        try:
            return x_payload.incoming(
                x_payload.storable(answer.data), x_payload.storable(answer.body.get("includes", {}))
            )
        except x_payload.Unreadable as error:
            raise OutcomeUnknown(f"X's post cannot be read: {error}", facts=answer.facts) from None

    def gone(self, post_ids: Sequence[str]) -> frozenset[str]:
        asked = {_checked(post_id) for post_id in post_ids}
        if not asked:
            return frozenset()
        params = {"ids": ",".join(sorted(asked))}
        answer = self._api.call("GET", "/2/tweets", params=params)
        missing = {str(one.get("resource_id") or one.get("value")) for one in answer.errors}
        listed = answer.data if isinstance(answer.data, list) else []
        shown = {str(one.get("id")) for one in listed if isinstance(one, dict)}
        return frozenset((missing & asked) - shown)

    def upload_start(self, *, total_bytes: int, media_type: str) -> MediaTicket:
        return self._start(total_bytes, media_type, category="tweet_video")

    def _start(self, total_bytes: int, media_type: str, *, category: str) -> MediaTicket:
        answer = self._media_call(
            "POST",
            "/2/media/upload/initialize",
            json={
                "media_type": media_type,
                "media_category": category,
                "total_bytes": total_bytes,
            },
        )
        return x_media.ticket(answer)

    def upload_append(self, media_id: str, *, index: int, chunk: bytes) -> None:
        self._media_call(
            "POST",
            f"/2/media/upload/{_checked(media_id)}/append",
            data={"segment_index": str(index)},
            files={"media": ("chunk", chunk, "application/octet-stream")},
            timeout=UPLOAD_TIMEOUT,
        )

    def upload_finish(self, media_id: str) -> MediaState:
        path = f"/2/media/upload/{_checked(media_id)}/finalize"
        return x_media.state(self._media_call("POST", path, timeout=UPLOAD_TIMEOUT))

    def media_state(self, media_id: str) -> MediaState:
        params = {"command": "STATUS", "media_id": _checked(media_id)}
        return x_media.state(self._media_call("GET", "/2/media/upload", params=params))

    def add_subtitles(self, media_id: str, track: Subtitles) -> None:
        """X takes the track as an upload of its own, which is then tied to the film."""
        ticket = self._start(len(track.srt), "text/srt", category="subtitles")
        self.upload_append(ticket.media_id, index=0, chunk=track.srt)
        self.upload_finish(ticket.media_id)
        self._media_call(
            "POST",
            "/2/media/subtitles",
            json={
                "id": _checked(media_id),
                "media_category": "TweetVideo",
                "subtitles": {
                    "id": ticket.media_id,
                    # X wants two capitals and knows no regions.
                    "language_code": track.language[:2].upper(),
                    "display_name": track.name,
                },
            },
        )

    def _media_call(self, verb: str, path: str, **what: Any) -> Answer:
        """An upload that X no longer knows is not a deleted post: it is sent again."""
        try:
            return self._api.call(verb, path, **what)
        except Rejected as refusal:
            if refusal.kind is Refusal.GONE:
                raise Rejected(Refusal.MEDIA_INVALID, refusal.detail, facts=refusal.facts) from None
            raise

    def search_recent(
        self, query: str, *, since_id: str = "", next_token: str = "", limit: int = 100
    ) -> Page:
        params = {"query": query, "max_results": str(min(max(limit, 10), 100))}
        params |= {"since_id": since_id} if since_id else {}
        params |= {"next_token": next_token} if next_token else {}
        return _page(
            self._api.call(
                "GET", "/2/tweets/search/recent", app=True, params={**READ_FIELDS, **params}
            )
        )

    def mentions(self, *, since_id: str = "", next_token: str = "", limit: int = 100) -> Page:
        params = {"max_results": str(min(max(limit, 5), 100))}
        params |= {"since_id": since_id} if since_id else {}
        params |= {"pagination_token": next_token} if next_token else {}
        path = f"/2/users/{_checked(self._account_id)}/mentions"
        return _page(self._api.call("GET", path, params={**READ_FIELDS, **params}))

    def listen_for(self, rules: Sequence[Rule]) -> None:
        """Adds what is missing before it deletes what is over, so that nothing goes unheard."""
        tags = {rule.tag for rule in rules}
        present = self._rules()
        wanted = {rule.value for rule in rules}
        missing = wanted - {rule.value for rule in present}
        over = [rule.id for rule in present if rule.tag in tags and rule.value not in wanted]
        if missing:
            add = [
                {"value": rule.value, "tag": rule.tag} for rule in rules if rule.value in missing
            ]
            self._change_rules({"add": add})
        if over:
            self._change_rules({"delete": {"ids": over}})

    def _rules(self) -> list[Rule]:
        answer = self._api.call("GET", "/2/tweets/search/stream/rules", app=True)
        listed = answer.data if isinstance(answer.data, list) else []
        return [
            Rule(value=str(one.get("value")), tag=str(one.get("tag", "")), id=str(one["id"]))
            for one in listed
            if isinstance(one, dict) and x_payload.is_id(one.get("id"))
        ]

    def _change_rules(self, change: Mapping[str, Any]) -> None:
        answer = self._api.call("POST", "/2/tweets/search/stream/rules", app=True, json=change)
        for problem in answer.errors:
            if problem.get("title") != "DuplicateRule":
                raise x_answers.rejected(problem, facts=answer.facts)

    def stream(self, *, stop: Event) -> Iterator[StreamEvent]:
        return XStream(
            url=f"{self._stream_url}/2/tweets/search/stream",
            params=STREAM_FIELDS,
            auth=self._api.as_app,
            free_connections=self._free_connections,
        ).events(stop=stop)

    def _free_connections(self) -> None:
        """End the stream connections that X still counts although nobody reads them."""
        params = {"status": "active", "endpoints": "filtered_stream"}
        try:
            answer = self._api.call("GET", "/2/connections", app=True, params=params)
            listed = answer.data if isinstance(answer.data, list) else []
            ids = [str(one["id"]) for one in listed if isinstance(one, dict) and one.get("id")]
            if ids:
                self._api.call("DELETE", "/2/connections", app=True, json={"uuids": ids[:100]})
        except NetworkError as error:
            log.warning("stuck stream connections could not be ended: %s", error)

    def close(self) -> None:
        self._api.close()


def _checked(some_id: str) -> str:
    """Ids go into paths: nothing but an id may."""
    if not x_payload.is_id(some_id):
        raise Rejected(Refusal.REFUSED, "That is no id of X.")
    return some_id


def _page(answer: Answer) -> Page:
    read = list(x_payload.page(answer.body))
    meta = answer.body.get("meta")
    newest = meta.get("newest_id") if isinstance(meta, dict) else None
    posts = [one for one in read if isinstance(one, IncomingPost)]
    return Page(
        posts=posts,
        newest_id=newest if isinstance(newest, str) and x_payload.is_id(newest) else "",
        next_token=_next(answer),
        refused=len(read) - len(posts),
        window=answer.window,
    )


def _next(answer: Answer) -> str:
    meta = answer.body.get("meta")
    token = meta.get("next_token") if isinstance(meta, dict) else None
    return token if isinstance(token, str) else ""


def _own(listed: object) -> list[Post]:
    posts = (
        x_payload.own_post(one)
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict)
    )
    return [post for post in posts if post]


def _floor(moment: datetime) -> str:
    """X counts in seconds: an earlier one rather than a missed post."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
