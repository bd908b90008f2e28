"""The sandbox's answers against X's own OpenAPI document, where it is at hand.

`X_OPENAPI` names the file. Without it there is nothing to compare with, and that is said.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
from openapi_schema_validator import OAS30Validator
from pydantic import BaseModel

from campaign.sandbox import bodies, parameters
from campaign.sandbox.control import NAMES
from tests.sandbox.clients import Client
from tests.sandbox.server import Sandbox

BESIDE = Path(__file__).parents[2] / "../shared/reference/x-api-openapi.subset.json"
FILE = Path(os.environ.get("X_OPENAPI", BESIDE))

pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason="X's OpenAPI document is not here: set X_OPENAPI to compare with it"
)
NEW = {
    "post.fields": "created_at,lang,conversation_id,entities,public_metrics,possibly_sensitive,"
    "attachments,reply_settings,display_text_range",
    "expansions": "author_id,referenced_posts,in_reply_to_user_id,entities.mentions.username,"
    "attachments.media_keys",
    "user.fields": "created_at,description,location,name,profile_image_url,protected,"
    "public_metrics,username,verified,verified_type",
    "media.fields": "alt_text,duration_ms,height,media_key,type,width",
}
# What X documents in prose or by example, and not in this document.
BEYOND = {
    "error",  # why a video failed
    "edit_history_tweet_ids",  # the stream's dialect, as this and the next
    "referenced_tweets",
    "tweets",
    "retweet_count",
    "tweet_count",
    "sent",  # when the rules were told
}


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def complaints(verb: str, path: str, answer: requests.Response) -> list[str]:
    """What X's document says against a successful answer."""
    assert answer.ok, answer.text
    responses = document()["paths"][path][verb.lower()]["responses"]
    (documented,) = [code for code in responses if code.startswith("2")]
    schema = _strict(responses[documented]["content"]["application/json"]["schema"])
    return [
        f"{list(error.absolute_path)}: {error.message}"
        for error in OAS30Validator(schema).iter_errors(_known(answer.json()))
    ]


def _known(value: Any) -> Any:
    if isinstance(value, list):
        return [_known(each) for each in value]
    if isinstance(value, dict):
        return {name: _known(each) for name, each in value.items() if name not in BEYOND}
    return value


def _strict(schema: Any) -> Any:
    """With every reference in place, and nothing that is not named."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _strict(document()["components"]["schemas"][name])
    result = {name: _strict(value) for name, value in schema.items() if name != "discriminator"}
    if isinstance(result.get("properties"), dict) and result.get("type") == "object":
        result["additionalProperties"] = False
    return result


def test_names_every_path_as_x_does() -> None:
    ours = {name.partition(" ")[2] for name in NAMES}
    beyond = {"/2/users/by/username/{username}", "/2/connections/all"}
    assert ours - set(document()["paths"]) == beyond


def test_refuses_the_parameters_that_x_does_not_name() -> None:
    """Each of X's parameters is known to ours, by its name and its values."""
    models: dict[str, type[BaseModel]] = {
        "/2/tweets/search/recent": parameters.SearchQuery,
        "/2/tweets/search/stream": parameters.StreamQuery,
        "/2/tweets/search/stream/rules": parameters.RulesQuery,
        "/2/tweets": parameters.PostsQuery,
        "/2/tweets/{id}": parameters.PostQuery,
        "/2/users/{id}/tweets": parameters.PostsOfQuery,
        "/2/users/{id}/mentions": parameters.TimelineQuery,
        "/2/media/upload": parameters.StatusQuery,
    }
    for path, model in models.items():
        named = {field.alias or name for name, field in model.model_fields.items()}
        asked = document()["paths"][path]["get"]["parameters"]
        theirs = {_resolved(each)["name"] for each in asked if _resolved(each)["in"] == "query"}
        # Every read but the stream takes the old names too.
        assert named - {"tweet.fields"} == theirs - {"tweet.fields"}, path


def _resolved(parameter: dict[str, Any]) -> dict[str, Any]:
    name = parameter.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document()["components"]["parameters"][name] if name else parameter
    return found


def test_knows_the_bodies_that_x_names() -> None:
    models: dict[str, type[BaseModel]] = {
        "CreatePostsRequest": bodies.CreatePost,
        "CreatePostsReply": bodies.Reply,
        "CreatePostsMedia": bodies.PostMedia,
        "UpdateRulesRequest": bodies.ChangeRules,
        "InitializeMediaUploadRequest": bodies.Initialize,
        "AppendMediaUploadRequest": bodies.Append,
        "CreateMediaMetadataRequest": bodies.AddMetadata,
        "CreateMediaSubtitlesRequest": bodies.AddSubtitles,
        "CreateMediaSubtitlesSubtitles": bodies.SubtitleTrack,
        "DeleteMediaSubtitlesRequest": bodies.RemoveSubtitles,
        "DeleteConnectionsByUuidsRequest": bodies.KillConnections,
    }
    for name, model in models.items():
        theirs = document()["components"]["schemas"][name]["properties"]
        assert set(model.model_fields) == set(theirs), name


def test_answers_in_the_shapes_of_the_document(
    account: Client, app: Client, sandbox: Sandbox, clip: bytes
) -> None:
    quoted = sandbox.tweet("Quote me #Spec", handle="quoted")
    tweet = sandbox.tweet(
        "Look https://example.com/a @iwelcome_now #Spec", handle="spec", quotes=quoted
    )
    gone = sandbox.tweet("Gone @iwelcome_now #Spec", handle="gone")
    media = account.begin(len(clip))
    made = account.reply(tweet, "An answer #Spec", media={"media_ids": [account.upload(clip)]})
    orphan = account.reply(gone, "Soon alone #Spec").json()["data"]["id"]
    sandbox.delete(gone)
    own, reply = f"/2/users/{sandbox.account_id}", made.json()["data"]["id"]
    rules, upload = "/2/tweets/search/stream/rules", "/2/media/upload"
    subtitles = account.upload(b"WEBVTT\n", media_type="text/vtt", media_category="subtitles")
    track = {"id": subtitles, "language_code": "EN", "display_name": "English"}
    words = {"alt_text": {"text": "Somebody speaks"}}
    answers = [
        ("POST", "/2/tweets", made),
        ("GET", "/2/tweets", app.get("/2/tweets", ids=f"{reply},{orphan},1", **NEW)),
        ("GET", "/2/tweets/{id}", app.get(f"/2/tweets/{reply}", **NEW)),
        ("GET", "/2/tweets/{id}", app.get("/2/tweets/1")),
        ("GET", "/2/users/me", account.get("/2/users/me", **{"user.fields": NEW["user.fields"]})),
        ("GET", "/2/users/{id}/tweets", account.get(f"{own}/tweets", **NEW)),
        ("GET", "/2/users/{id}/mentions", account.get(f"{own}/mentions", max_results="5", **NEW)),
        (
            "GET",
            "/2/tweets/search/recent",
            app.get("/2/tweets/search/recent", query="#Spec", **NEW),
        ),
        ("POST", rules, app.post(rules, {"add": [{"value": "#Spec", "tag": "spec"}]})),
        ("GET", rules, app.get(rules)),
        ("GET", "/2/connections", app.get("/2/connections")),
        (
            "DELETE",
            "/2/connections",
            app.call("DELETE", "/2/connections", json={"uuids": ["unknown"]}),
        ),
        ("GET", upload, account.get(upload, media_id=media)),
        ("POST", f"{upload}/{{id}}/append", account.append(media, 0, clip)),
        ("POST", f"{upload}/{{id}}/finalize", account.finalize(media)),
        ("GET", upload, account.get(upload, media_id=account.upload(b"no video"))),
        (
            "POST",
            "/2/media/metadata",
            account.post("/2/media/metadata", {"id": media, "metadata": words}),
        ),
        (
            "POST",
            "/2/media/subtitles",
            account.post(
                "/2/media/subtitles",
                {"id": media, "media_category": "TweetVideo", "subtitles": track},
            ),
        ),
        (
            "DELETE",
            "/2/media/subtitles",
            account.call(
                "DELETE",
                "/2/media/subtitles",
                json={"id": media, "media_category": "TweetVideo", "language_code": "EN"},
            ),
        ),
        ("DELETE", "/2/tweets/{id}", account.call("DELETE", f"/2/tweets/{reply}")),
    ]
    found = {f"{verb} {path}": complaints(verb, path, answer) for verb, path, answer in answers}
    assert {name: said for name, said in found.items() if said} == {}


def test_streams_in_the_shape_of_the_document(app: Client, sandbox: Sandbox) -> None:
    rules = "/2/tweets/search/stream/rules"
    app.post(rules, {"add": [{"value": "#Streamed"}]})
    query = {
        "tweet.fields": "created_at,lang,conversation_id,entities,public_metrics",
        "expansions": "author_id,referenced_tweets.id",
        "user.fields": "public_metrics,created_at",
    }
    path = "/2/tweets/search/stream"
    with app.call("GET", path, params=query, stream=True) as answer:
        sandbox.tweet("One #Streamed @iwelcome_now", handle="streamed")
        line = next(line for line in answer.iter_lines(chunk_size=1) if line)
    message = requests.Response()
    message.status_code = 200
    message._content = line
    assert complaints("GET", path, message) == []
