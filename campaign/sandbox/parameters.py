"""What each request may carry. X refuses what it does not know, and so do these."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from starlette.requests import Request

from campaign.sandbox import problems

Id = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]
NONE: frozenset[str] = frozenset()

# X is moving from "tweet" to "post": its stream speaks the old dialect, its specification of
# everything else the new one. Reads take either, never both in one request.
_SHARED = (
    "article attachments card_uri community_id context_annotations conversation_id created_at "
    "display_text_range edit_controls entities geo id lang matched_media_notes media_metadata "
    "non_public_metrics note_request_suggestions organic_metrics paid_partnership "
    "possibly_sensitive promoted_metrics public_metrics reply_settings scopes source "
    "suggested_source_links suggested_source_links_with_counts text withheld"
)
_EXPANSIONS = (
    "article.cover_media article.media_entities attachments.media_keys "
    "attachments.media_source_tweet attachments.poll_ids author_id entities.mentions.username "
    "geo.place_id in_reply_to_user_id"
)


def _words(*texts: str) -> frozenset[str]:
    return frozenset(" ".join(texts).split())


TWEET_FIELDS = _words(
    _SHARED,
    "author_id edit_history_tweet_ids in_reply_to_user_id note_tweet referenced_tweets",
)
POST_FIELDS = _words(_SHARED, "article_title note_post")
USER_FIELDS = _words(
    "affiliation confirmed_email connection_status created_at description entities id "
    "is_identity_verified location most_recent_tweet_id name parody pinned_tweet_id "
    "profile_banner_url profile_image_url protected public_metrics receives_your_dm "
    "subscribes_to_you subscription subscription_type url username verified "
    "verified_followers_count verified_type withheld"
)
MEDIA_FIELDS = _words(
    "alt_text duration_ms height media_key non_public_metrics organic_metrics preview_image_url "
    "promoted_metrics public_metrics type url variants width"
)
POLL_FIELDS = _words("duration_minutes end_datetime id options voting_status")
PLACE_FIELDS = _words("contained_within country country_code full_name geo id name place_type")
TWEET_EXPANSIONS = _words(
    _EXPANSIONS,
    "edit_history_tweet_ids entities.note.mentions.username referenced_tweets.id "
    "referenced_tweets.id.attachments.media_keys referenced_tweets.id.author_id",
)
POST_EXPANSIONS = _words(_EXPANSIONS, "edit_history_post_ids referenced_posts username")
USER_EXPANSIONS = _words(
    "affiliation most_recent_post_id most_recent_tweet_id pinned_post_id pinned_tweet_id"
)


def _names(allowed: frozenset[str]) -> BeforeValidator:
    def check(value: object) -> frozenset[str]:
        names = frozenset(str(value).split(","))
        unknown = sorted(names - allowed)
        if unknown:
            raise ValueError(f"[{','.join(unknown)}] is not one of [{','.join(sorted(allowed))}]")
        return names

    return BeforeValidator(check)


Moment = Annotated[
    float, BeforeValidator(lambda text: datetime.fromisoformat(str(text)).timestamp())
]
Model = TypeVar("Model", bound=BaseModel)


class Exact(BaseModel):
    """Nothing but what is named here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoQuery(Exact):
    """A request that takes no parameter."""


@dataclass(frozen=True)
class Shown:
    """The facts that an answer shows, and whether it says "tweet" or "post"."""

    old_dialect: bool
    post: frozenset[str] = NONE
    user: frozenset[str] = NONE
    media: frozenset[str] = NONE
    expansions: frozenset[str] = NONE


TweetFields = Annotated[frozenset[str], _names(TWEET_FIELDS), Field(alias="tweet.fields")]
PostFields = Annotated[frozenset[str], _names(POST_FIELDS), Field(alias="post.fields")]
UserFields = Annotated[frozenset[str], _names(USER_FIELDS), Field(alias="user.fields")]
MediaFields = Annotated[frozenset[str], _names(MEDIA_FIELDS), Field(alias="media.fields")]
PollFields = Annotated[frozenset[str], _names(POLL_FIELDS), Field(alias="poll.fields")]
PlaceFields = Annotated[frozenset[str], _names(PLACE_FIELDS), Field(alias="place.fields")]


class MeQuery(Exact):
    """GET /2/users/me and one person."""

    user_fields: UserFields = NONE
    tweet_fields: TweetFields = NONE
    post_fields: PostFields = NONE
    expansions: Annotated[frozenset[str], _names(USER_EXPANSIONS)] = NONE


class StreamQuery(Exact):
    """GET /2/tweets/search/stream: the old dialect only."""

    tweet_fields: TweetFields = NONE
    user_fields: UserFields = NONE
    media_fields: MediaFields = NONE
    poll_fields: PollFields = NONE
    place_fields: PlaceFields = NONE
    expansions: Annotated[frozenset[str], _names(TWEET_EXPANSIONS)] = NONE
    backfill_minutes: Annotated[int, Field(ge=0, le=5)] = 0
    start_time: Moment | None = None
    end_time: Moment | None = None

    def shown(self) -> Shown:
        return Shown(
            old_dialect=True,
            post=self.tweet_fields,
            user=self.user_fields,
            media=self.media_fields,
            expansions=self.expansions,
        )


class PostQuery(Exact):
    """GET /2/tweets/{id}: what every read of posts takes."""

    tweet_fields: TweetFields = NONE
    post_fields: PostFields = NONE
    user_fields: UserFields = NONE
    media_fields: MediaFields = NONE
    poll_fields: PollFields = NONE
    place_fields: PlaceFields = NONE
    expansions: Annotated[frozenset[str], _names(TWEET_EXPANSIONS | POST_EXPANSIONS)] = NONE

    def shown(self) -> Shown:
        return Shown(
            old_dialect=bool(self.tweet_fields or self.expansions - POST_EXPANSIONS),
            post=self.tweet_fields | self.post_fields,
            user=self.user_fields,
            media=self.media_fields,
            expansions=self.expansions,
        )

    @model_validator(mode="after")
    def _one_dialect(self) -> Self:
        if self.post_fields and (self.tweet_fields or self.expansions - POST_EXPANSIONS):
            raise ValueError("[post.fields] cannot be asked for together with tweet names")
        return self


class PostsQuery(PostQuery):
    """GET /2/tweets."""

    ids: Annotated[
        tuple[Id, ...],
        BeforeValidator(lambda text: str(text).split(",")),
        Field(min_length=1, max_length=100),
    ]


class PageQuery(PostQuery):
    """What the paged reads share."""

    start_time: Moment | None = None
    end_time: Moment | None = None
    since_id: Id | None = None
    until_id: Id | None = None
    pagination_token: Annotated[str | None, Field(min_length=1)] = None


class TimelineQuery(PageQuery):
    """GET /2/users/{id}/mentions, and the base of one's own posts."""

    max_results: Annotated[int, Field(ge=5, le=100)] = 10


class PostsOfQuery(TimelineQuery):
    """GET /2/users/{id}/tweets."""

    exclude: Annotated[frozenset[str], _names(frozenset({"replies", "retweets"}))] = NONE


class SearchQuery(PageQuery):
    """GET /2/tweets/search/recent."""

    query: Annotated[str, Field(min_length=1, max_length=4096)]
    max_results: Annotated[int, Field(ge=10, le=100)] = 10
    next_token: Annotated[str | None, Field(min_length=1)] = None
    sort_order: Literal["recency", "relevancy"] = "recency"


class RulesQuery(Exact):
    """GET /2/tweets/search/stream/rules."""

    ids: Annotated[
        tuple[Id, ...], BeforeValidator(lambda text: str(text).split(",")), Field(max_length=1000)
    ] = ()
    max_results: Annotated[int, Field(ge=1, le=1000)] = 1000
    pagination_token: Annotated[str | None, Field(min_length=16, max_length=16)] = None


class RulesChange(Exact):
    """POST /2/tweets/search/stream/rules."""

    dry_run: bool = False
    delete_all: bool = False


class ConnectionsQuery(Exact):
    """GET /2/connections."""

    status: Literal["active", "inactive", "all"] = "active"
    endpoints: str = ""
    max_results: Annotated[int, Field(ge=1, le=100)] = 10
    pagination_token: str | None = None
    connection_fields: Annotated[str, Field(alias="connection.fields")] = ""


class StatusQuery(Exact):
    """GET /2/media/upload."""

    media_id: Id
    command: Literal["STATUS"] = "STATUS"


def query(request: Request, model: type[Model]) -> Model:
    """The query string, or X's 400."""
    values: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in values:
            raise problems.invalid_request(
                [({name: [value]}, f"Duplicate query parameter [{name}]")]
            )
        values[name] = value
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _refusal(error, model, "query parameter") from None


async def body(request: Request, model: type[Model]) -> Model:
    """The JSON body, or X's 400."""
    try:
        return model.model_validate_json(await request.body(), strict=True)
    except ValidationError as error:
        raise _refusal(error, model, "field") from None


def _refusal(error: ValidationError, model: type[BaseModel], what: str) -> problems.Refused:
    messages = []
    for problem in error.errors(include_url=False, include_context=False):
        name = ".".join(str(part) for part in problem["loc"]) or "body"
        value = [str(problem["input"])[:200]] if problem["loc"] else []
        if problem["type"] == "extra_forbidden":
            known = ",".join(field.alias or own for own, field in model.model_fields.items())
            message = f"The {what} [{name}] is not one of [{known}]"
        elif problem["type"] == "missing":
            message, value = f"The `{name}` {what} can not be empty", []
        else:
            message = f"The `{name}` {what} value {value} is not valid: {problem['msg']}"
        messages.append(({name: value}, message))
    return problems.invalid_request(messages)
