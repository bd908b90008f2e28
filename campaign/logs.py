"""Log lines that can be followed: each says which request, job or mention it belongs to.

`with logs.about(mention=12): …` adds the facts to every line that is written within, in this thread
or task. Facts are ids and names of things, never what people wrote or who they are.
"""

import logging
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponseBase

_FACTS: ContextVar[dict[str, str]] = ContextVar("facts", default={})  # noqa: B039  never changed in place
#: What a proxy may send as X-Request-ID and have us keep.
_USABLE = re.compile(r"[A-Za-z0-9_-]{8,64}")


@contextmanager
def about(**facts: object) -> Iterator[None]:
    known = {name: str(value) for name, value in facts.items() if value not in {None, ""}}
    token = _FACTS.set(_FACTS.get() | known)
    try:
        yield
    finally:
        _FACTS.reset(token)


def current(name: str) -> str:
    """A fact of the line that would be written now, or an empty text."""
    return _FACTS.get().get(name, "")


class Facts(logging.Filter):
    """Puts the facts on each record: as attributes for JSON, as `record.about` for people."""

    def filter(self, record: logging.LogRecord) -> bool:
        facts = _FACTS.get()
        for name, value in facts.items():
            setattr(record, name, value)
        pairs = " ".join(f"{name}={value}" for name, value in facts.items())
        record.about = f" [{pairs}]" if pairs else ""
        return True


class RequestMiddleware:
    """Gives each request an id, and each of its log lines the id and the page's name.

    The facts stay with the thread until its next request, since Django writes its line of a
    refused request after the middleware has returned.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _USABLE.fullmatch(given) else uuid.uuid4().hex
        _FACTS.set({"request": request_id})
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response

    def process_view(
        self,
        _request: HttpRequest,
        view: Callable[..., Any],
        _args: list[Any],
        kwargs: dict[str, Any],
    ) -> None:
        """The view's name and what it is about; a token in an address is none of the log's."""
        named = {name: kwargs[name] for name in ("campaign", "pk", "reply") if name in kwargs}
        facts = {"view": getattr(view, "__qualname__", ""), **named}
        _FACTS.set(_FACTS.get() | {name: str(value) for name, value in facts.items()})
