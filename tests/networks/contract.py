"""What X allows in a request: a copy of the facts that we use, and X's own document if at hand.

The facts are from X's OpenAPI document, version 2.167. Where a copy of that document lies beside
the project (or `X_OPENAPI` names one), every request is checked against it as well.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest
from openapi_core.validation.request.exceptions import RequestBodyValidationError

DOCUMENT = Path(
    os.environ.get("X_OPENAPI")
    or Path(__file__).parents[3] / "shared" / "reference" / "x-api-openapi.subset.json"
)
READ = {"post.fields", "expansions", "user.fields", "media.fields", "poll.fields", "place.fields"}
TIMES = {"start_time", "end_time", "since_id", "until_id", "pagination_token", "max_results"}


@dataclass(frozen=True)
class Allowed:
    """Authorization scheme, query parameters, and the fields of a JSON body (None: no body)."""

    scheme: str
    query: frozenset[str] = frozenset()
    body: frozenset[str] | None = None
    multipart: bool = False


def _allowed(scheme: str, query: set[str] | None = None, body: set[str] | None = None) -> Allowed:
    return Allowed(scheme, frozenset(query or ()), frozenset(body) if body is not None else None)


FACTS = {
    ("GET", r"/2/users/me"): _allowed("OAuth", {"user.fields", "expansions", "post.fields"}),
    ("POST", r"/2/tweets"): _allowed("OAuth", body={"text", "reply", "media"}),
    ("GET", r"/2/tweets"): _allowed("OAuth", READ | {"ids"}),
    ("DELETE", r"/2/tweets/\d{1,19}"): _allowed("OAuth"),
    ("GET", r"/2/tweets/\d{1,19}"): _allowed("OAuth", READ),
    ("GET", r"/2/users/\d{1,19}/tweets"): _allowed("OAuth", READ | TIMES | {"exclude"}),
    ("GET", r"/2/users/\d{1,19}/mentions"): _allowed("OAuth", READ | TIMES),
    ("GET", r"/2/tweets/search/recent"): _allowed(
        "Bearer", READ | TIMES | {"query", "next_token", "sort_order"}
    ),
    ("GET", r"/2/tweets/search/stream"): _allowed(
        "Bearer", (READ - {"post.fields"}) | {"tweet.fields", "backfill_minutes"}
    ),
    ("GET", r"/2/tweets/search/stream/rules"): _allowed("Bearer", {"ids", "max_results"}),
    ("POST", r"/2/tweets/search/stream/rules"): _allowed("Bearer", body={"add", "delete"}),
    ("POST", r"/2/media/upload/initialize"): _allowed(
        "OAuth", body={"media_type", "media_category", "total_bytes"}
    ),
    ("POST", r"/2/media/upload/\d{1,19}/append"): Allowed("OAuth", multipart=True),
    ("POST", r"/2/media/upload/\d{1,19}/finalize"): _allowed("OAuth"),
    ("GET", r"/2/media/upload"): _allowed("OAuth", {"media_id", "command"}),
    ("POST", r"/2/media/subtitles"): _allowed("OAuth", body={"id", "media_category", "subtitles"}),
    ("GET", r"/2/connections"): _allowed("Bearer", {"status", "endpoints", "max_results"}),
    ("DELETE", r"/2/connections"): _allowed("Bearer", body={"uuids"}),
}
NESTED = {
    "reply": {"in_reply_to_tweet_id"},
    "media": {"media_ids"},
    "subtitles": {"id", "language_code", "display_name"},
    "delete": {"ids", "values"},
}


def check(request: requests.PreparedRequest) -> str:
    """Raises AssertionError for what X would refuse; returns the rule that the request fits."""
    request = _readable(request)
    parts = urlsplit(request.url or "")
    path, query = str(parts.path), dict(parse_qsl(str(parts.query), keep_blank_values=True))
    verb = request.method or ""
    rule = next((key for key in FACTS if key[0] == verb and re.fullmatch(key[1], path)), None)
    assert rule is not None, f"X knows no {verb} {path}"
    _check_facts(request, query, FACTS[rule])
    if DOCUMENT.exists():
        _check_document(request, path, query)
    return " ".join(rule)


def _check_facts(
    request: requests.PreparedRequest, query: Mapping[str, str], allowed: Allowed
) -> None:
    scheme = request.headers["Authorization"].partition(" ")[0]
    assert scheme == allowed.scheme
    assert set(query) <= allowed.query
    assert "" not in query.values()
    if allowed.multipart:
        _check_multipart(request)
    elif allowed.body is None:
        assert not request.body
    else:
        body = json.loads(request.body or b"")
        assert set(body) <= allowed.body
        for name, names in NESTED.items():
            assert set(body.get(name, {})) <= names


def _readable(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """A copy with texts for headers: requests-oauthlib leaves bytes in them."""
    copy = request.copy()
    for name, value in request.headers.items():
        given: str | bytes = value
        copy.headers[name] = given.decode() if isinstance(given, bytes) else given
    return copy


def _check_multipart(request: requests.PreparedRequest) -> None:
    assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    body = request.body if isinstance(request.body, bytes) else b""
    names = set(re.findall(rb' name="([^"]+)"', body))
    assert names == {b"media", b"segment_index"}
    index = re.search(rb'name="segment_index"\r\n\r\n(\d+)\r\n', body)
    assert index is not None
    assert 0 <= int(index.group(1)) <= 999
    assert len(body) < 1024 * 1024 + 1000


@cache
def _document() -> OpenAPI:
    text: dict[str, Any] = json.loads(DOCUMENT.read_text())
    text["components"]["securitySchemes"]["UserToken"]["scheme"] = "oauth"  # compared in lower case
    for operations in text["paths"].values():
        for operation in operations.values():  # openapi-core cannot judge OAuth 2, nor do we use it
            ways = operation.get("security", [])
            operation["security"] = [way for way in ways if "OAuth2UserToken" not in way]
    return OpenAPI.from_dict(text, config=Config(spec_validator_cls=None))


def _check_document(request: requests.PreparedRequest, path: str, query: Mapping[str, str]) -> None:
    known = request.copy()
    known.url = (request.url or "").replace(
        request.url.partition(path)[0] if request.url else "", "https://api.x.com", 1
    )
    try:
        _document().validate_request(RequestsOpenAPIRequest(known))
    except RequestBodyValidationError as error:
        # openapi-core takes a multipart part for text where the document says integer.
        if not path.endswith("/append"):
            raise AssertionError(str(error.__cause__)) from error
    assert set(query) <= _parameters(request.method or "", path)


def _parameters(verb: str, path: str) -> set[str]:
    """The names that X's document gives; openapi-core lets unknown ones pass."""
    document = json.loads(DOCUMENT.read_text())
    for template, operations in document["paths"].items():
        pattern = re.sub(r"\{\w+\}", r"[^/]+", template)
        if re.fullmatch(pattern, path) and verb.lower() in operations:
            listed = operations[verb.lower()].get("parameters", [])
            shared = document["components"]["parameters"]
            return {
                one["name"] if "name" in one else shared[one["$ref"].rpartition("/")[2]]["name"]
                for one in listed
            }
    raise AssertionError(f"X's document has no {verb} {path}")
