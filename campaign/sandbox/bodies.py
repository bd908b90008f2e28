"""The JSON that X's writes take. Field by field what its specification names, and nothing else."""

from typing import Annotated, Any, Literal

from pydantic import Field

from campaign.sandbox.parameters import Exact, Id


class Reply(Exact):
    """What the new post answers."""

    in_reply_to_tweet_id: Id
    auto_populate_reply_metadata: bool | None = None
    exclude_reply_user_ids: list[str] = []


class PostMedia(Exact):
    """What is attached to the new post."""

    media_ids: Annotated[list[Id], Field(min_length=1, max_length=4)]
    call_to_actions: dict[str, Any] | None = None
    description: str | None = None
    embeddable: bool | None = None
    preview_media_id: Id | None = None
    tagged_user_ids: Annotated[list[Id], Field(max_length=10)] = []
    title: str | None = None


class CreatePost(Exact):
    """POST /2/tweets."""

    text: str = ""
    reply: Reply | None = None
    media: PostMedia | None = None
    quote_tweet_id: Id | None = None
    card_uri: str | None = None
    community_id: Id | None = None
    direct_message_deep_link: str | None = None
    edit_options: dict[str, Any] | None = None
    for_super_followers_only: bool | None = None
    geo: dict[str, Any] | None = None
    made_with_ai: bool | None = None
    nullcast: bool | None = None
    paid_partnership: bool | None = None
    poll: dict[str, Any] | None = None
    reply_settings: Literal["following", "mentionedUsers", "subscribers", "verified"] | None = None
    share_with_followers: bool | None = None


class RuleToAdd(Exact):
    """One rule of the stream."""

    value: str
    tag: str = ""


class RulesToDelete(Exact):
    """By id or by value."""

    ids: list[Id] = []
    values: list[str] = []


class ChangeRules(Exact):
    """POST /2/tweets/search/stream/rules."""

    add: list[RuleToAdd] = []
    delete: RulesToDelete | None = None


class KillConnections(Exact):
    """DELETE /2/connections."""

    uuids: Annotated[list[str], Field(min_length=1, max_length=100)]


class Initialize(Exact):
    """POST /2/media/upload/initialize."""

    media_type: Literal[
        "video/mp4", "video/webm", "video/mp2t", "video/quicktime", "text/srt", "text/vtt",
        "image/jpeg", "image/gif", "image/bmp", "image/png", "image/webp", "image/pjpeg",
        "image/tiff", "model/gltf-binary", "model/vnd.usdz+zip",
    ]  # fmt: skip
    total_bytes: Annotated[int, Field(ge=1, le=17_179_869_184)]
    media_category: Literal[
        "amplify_video", "tweet_gif", "tweet_image", "tweet_video", "dm_gif", "dm_image",
        "dm_video", "subtitles",
    ]  # fmt: skip
    additional_owners: list[Id] = []
    shared: bool = False


class AltText(Exact):
    """What the media shows, in words."""

    text: Annotated[str, Field(max_length=1000)]


class Metadata(Exact):
    """Of X's many, those that a newsroom uses."""

    alt_text: AltText | None = None
    allow_download_status: dict[str, Any] | None = None
    upload_source: dict[str, Any] | None = None


class AddMetadata(Exact):
    """POST /2/media/metadata."""

    id: Id
    metadata: Metadata | None = None


class SubtitleTrack(Exact):
    """A subtitle file that was uploaded before."""

    id: Id
    language_code: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    display_name: str = ""


class AddSubtitles(Exact):
    """POST /2/media/subtitles."""

    id: Id
    media_category: Literal["AmplifyVideo", "TweetVideo"]
    subtitles: SubtitleTrack


class RemoveSubtitles(Exact):
    """DELETE /2/media/subtitles."""

    id: Id
    media_category: Literal["AmplifyVideo", "TweetVideo"]
    language_code: str


class Append(Exact):
    """POST /2/media/upload/{id}/append as JSON; `media` is base64."""

    media: str
    segment_index: Annotated[int, Field(ge=0, le=999)]
