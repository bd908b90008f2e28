"""X's refusals, in its own words and shapes."""

from collections.abc import Mapping, Sequence
from typing import Any

TYPES = "https://api.x.com/2/problems"

DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
    "engaged by the author of the post you are replying to."
)
REPLY_TO_DELETED = "You attempted to reply to a Tweet that is deleted or not visible to you."
QUOTE_OF_DELETED = "You attempted to quote a Tweet that is deleted or not visible to you."
TOO_LONG = "Tweet needs to be a bit shorter."
MEDIA_INVALID = "Your media IDs are invalid."


class Refused(Exception):
    """An answer other than success. `body` is None where X sends none."""

    def __init__(
        self,
        status: int,
        body: Mapping[str, Any] | None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def forbidden(detail: str) -> Refused:
    return Refused(
        403, {"detail": detail, "type": "about:blank", "title": "Forbidden", "status": 403}
    )


def unauthorized() -> Refused:
    return Refused(
        401,
        {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"},
    )


def unsupported_authentication(supported: Sequence[str], *, used: str) -> Refused:
    detail = (
        f"Authenticating with {used} is forbidden for this endpoint.  "
        f"Supported authentication types are [{', '.join(supported)}]."
    )
    return Refused(
        403,
        {
            "title": "Unsupported Authentication",
            "detail": detail,
            "type": f"{TYPES}/unsupported-authentication",
            "status": 403,
        },
    )


def invalid_request(messages: Sequence[tuple[Mapping[str, Sequence[str]], str]]) -> Refused:
    """One message for each parameter that is wrong."""
    return Refused(
        400,
        {
            "errors": [
                {"parameters": dict(parameters), "message": message}
                for parameters, message in messages
            ],
            "title": "Invalid Request",
            "detail": "One or more parameters to your request was invalid.",
            "type": f"{TYPES}/invalid-request",
            "status": 400,
        },
    )


def media_invalid(ids: Sequence[str]) -> Refused:
    return invalid_request([({"media.media_ids": list(ids)}, MEDIA_INVALID)])


def page_not_found(path: str) -> Refused:
    return Refused(
        404,
        {"title": "Not Found", "detail": path, "type": "about:blank", "status": 404},
    )


def missing(kind: str, value: str, *, parameter: str) -> dict[str, str]:
    """An entry of `errors` in an answer that may carry data too."""
    return {
        "value": value,
        "resource_id": value,
        "resource_type": kind,
        "parameter": parameter,
        "title": "Not Found Error",
        "detail": f"Could not find {kind} with {parameter}: [{value}].",
        "type": f"{TYPES}/resource-not-found",
    }


def too_many_requests(*, old: bool = False) -> Refused:
    """`old`: in the words of the first version, which X still uses at times."""
    if old:
        return Refused(429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]})
    return Refused(
        429,
        {
            "title": "Too Many Requests",
            "detail": "Too Many Requests",
            "type": "about:blank",
            "status": 429,
        },
    )


def credits_depleted() -> Refused:
    return Refused(
        402,
        {
            "title": "CreditsDepleted",
            "detail": "Your enrolled account does not have any credits to fulfill this request.",
            "type": f"{TYPES}/credits",
            "status": 402,
        },
    )


def unavailable(status: int) -> Refused:
    title = {500: "Internal Server Error", 503: "Service Unavailable"}[status]
    return Refused(
        status, {"title": title, "detail": title, "type": "about:blank", "status": status}
    )


def stream_refused(status: int, issue: str, detail: str) -> Refused:
    return Refused(
        status,
        {
            "title": "ConnectionException",
            "detail": detail,
            "connection_issue": issue,
            "type": f"{TYPES}/streaming-connection",
            "status": status,
        },
    )


OPERATIONAL_DISCONNECT: dict[str, Any] = {
    "errors": [
        {
            "title": "operational-disconnect",
            "disconnect_type": "UpstreamOperationalDisconnect",
            "detail": "This stream has been disconnected upstream for operational reasons.",
            "type": f"{TYPES}/operational-disconnect",
        }
    ]
}
