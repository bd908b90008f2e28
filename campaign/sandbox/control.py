"""The sandbox's own controls, for tests, benches and the curious: `/_faults` and its like.

They are no part of X, take JSON, and answer this machine only.
"""

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from campaign.sandbox import (
    faults,
    limits,
    listening,
    parameters,
    people,
    posts,
    problems,
    rain,
    uploads,
)
from campaign.sandbox.api import refused, state_of
from campaign.sandbox.parameters import Exact, Id
from campaign.sandbox.state import Draft, State

NAMES = frozenset(str(route.name) for route in (*posts.ROUTES, *listening.ROUTES, *uploads.ROUTES))


class AskedFault(Exact):
    """POST /_faults. `times` null is for ever; `after` lets so many pass first."""

    kind: str
    on: str | None = None
    times: Annotated[int | None, Field(ge=1)] = 1
    after: Annotated[int, Field(ge=0)] = 0
    seconds: Annotated[float | None, Field(gt=0)] = None
    detail: str | None = None


class AskedPost(Exact):
    """POST /_posts: somebody writes."""

    text: Annotated[str, Field(min_length=1)]
    handle: Annotated[str, Field(pattern=people.HANDLE)] = "somebody"
    name: str = ""
    lang: Annotated[str, Field(pattern=people.LANGUAGE)] = "en"
    followers: Annotated[int, Field(ge=0)] = 120
    in_reply_to: Id | None = None
    quotes: Id | None = None


class AskedClock(Exact):
    """POST /_clock: the sandbox's time runs that many seconds ahead."""

    ahead: float


class AskedLimit(Exact):
    """POST /_limits: a route's rate limit from now on."""

    on: str
    requests: Annotated[int, Field(ge=0)]
    seconds: Annotated[float, Field(gt=0)] = limits.QUARTER


def _known(name: str | None, what: str) -> str:
    if name not in NAMES:
        listed = ", ".join(sorted(NAMES))
        raise problems.invalid_request([({what: [str(name)]}, f"`{what}` is one of: {listed}")])
    return name


async def _add_fault(request: Request, state: State) -> Any:
    return asdict(ask(state, await parameters.body(request, AskedFault)))


def ask(state: State, asked: AskedFault) -> faults.Fault:
    """The fault, which strikes open streams at once where it can. Raises X's 400."""
    if asked.kind not in faults.KINDS:
        message = f"`kind` is one of: {', '.join(faults.KINDS)}"
        raise problems.invalid_request([({"kind": [asked.kind]}, message)])
    on = _known(asked.on or faults.KINDS[asked.kind], "on")
    fault = state.faults.add(**{**asked.model_dump(), "on": on})
    if fault.kind in faults.AT_ONCE and not fault.after and state.streams.open:
        state.strike_streams(fault)
    return fault


async def _show_faults(_: Request, state: State) -> Any:
    return {"faults": [asdict(fault) | {"spent": fault.spent} for fault in state.faults.all()]}


async def _clear_faults(_: Request, state: State) -> Any:
    state.faults.clear()
    return {"faults": []}


async def _show_requests(request: Request, state: State) -> Any:
    """All that were received, oldest first; `method`, `path` and `since` narrow it."""
    wanted = request.query_params
    since = float(wanted.get("since", "0"))
    found = [
        asdict(entry)
        for entry in state.log.entries
        if entry.at >= since
        and wanted.get("method", entry.method) == entry.method
        and wanted.get("path", entry.path) == entry.path
    ]
    return {"requests": found}


async def _clear_requests(_: Request, state: State) -> Any:
    state.log.entries.clear()
    return {"requests": []}


async def _add_posts(request: Request, state: State) -> Any:
    """One post or a list of them."""
    raw = await request.body()
    model: TypeAdapter[AskedPost | list[AskedPost]] = TypeAdapter(AskedPost | list[AskedPost])
    asked = model.validate_json(raw)
    ids = [_write(state, each) for each in (asked if isinstance(asked, list) else [asked])]
    return {"ids": ids}


def _write(state: State, asked: AskedPost) -> str:
    author = state.person(asked.handle, name=asked.name, lang=asked.lang, followers=asked.followers)
    draft = Draft(
        text=asked.text,
        lang=asked.lang,
        in_reply_to=int(asked.in_reply_to) if asked.in_reply_to else None,
        quotes=int(asked.quotes) if asked.quotes else None,
    )
    return str(state.publish(draft, by=author).id)


async def _show_posts(_: Request, state: State) -> Any:
    """What is there, newest first, as it was written."""
    found = state.store.newest_posts(at=float("inf"))
    return {"posts": [_plain(state, asdict(post)) for post in found]}


async def _show_ledger(request: Request, state: State) -> Any:
    """All that an account ever posted, with when it was deleted; oldest first."""
    author = state.store.person_called(request.path_params["handle"])
    if not author:
        raise problems.page_not_found(request.url.path)
    return {"posts": [_plain(state, asdict(post)) for post in state.store.ledger(author.id)]}


def _plain(state: State, post: dict[str, Any]) -> dict[str, Any]:
    author = state.store.person(post["author_id"])
    numbers = {
        name: str(post[name]) if post[name] is not None else None
        for name in ("id", "author_id", "in_reply_to", "quotes", "conversation")
    }
    media = [str(number) for number in post["media"]]
    return {**post, **numbers, "media": media, "handle": author.handle if author else ""}


async def _delete_post(request: Request, state: State) -> Any:
    post = state.store.post(int(request.path_params["id"]))
    if not post:
        raise problems.page_not_found(request.url.path)
    state.delete(post)
    return {"deleted": True}


async def _set_clock(request: Request, state: State) -> Any:
    state.clock.ahead = (await parameters.body(request, AskedClock)).ahead
    return {"ahead": state.clock.ahead, "now": state.clock.now()}


async def _set_limit(request: Request, state: State) -> Any:
    asked = await parameters.body(request, AskedLimit)
    state.limits.change(_known(asked.on, "on"), limits.Limit(asked.requests, asked.seconds))
    return asked.model_dump()


class AskedRain(Exact):
    """POST /_rain: `rate` tweets a second for so many seconds."""

    rate: Annotated[float, Field(gt=0, le=rain.MAX_RATE)] = 5
    seconds: Annotated[float, Field(gt=0, le=rain.MAX_SECONDS)] = 60


async def _start_rain(request: Request, state: State) -> Any:
    asked = await parameters.body(request, AskedRain)
    shower = state.rain.start(rate=asked.rate, seconds=asked.seconds)
    return {"fallen": 0, "wanted": shower.wanted}


async def _show_rain(_: Request, state: State) -> Any:
    shower = state.rain.shower
    return {"fallen": shower.fallen, "wanted": shower.wanted} if shower else {}


async def _stop_rain(_: Request, state: State) -> Any:
    state.rain.stop()
    return {}


async def _reset_limits(_: Request, state: State) -> Any:
    state.limits.reset()
    return {}


def control(verb: str, path: str, handler: Any) -> Route:
    """A control: only from this machine, only as JSON, so that no web page can press it."""

    async def endpoint(request: Request) -> Response:
        content_type = request.headers.get("content-type", "")
        if verb == "POST" and not content_type.startswith("application/json"):
            return JSONResponse({"detail": "Send JSON."}, 415)
        if "origin" in request.headers:
            return JSONResponse({"detail": "Not from a web page."}, 403)
        try:
            return JSONResponse(await handler(request, state_of(request)))
        except problems.Refused as refusal:
            return refused(refusal)
        except ValueError as error:
            return JSONResponse({"detail": str(error)}, 400)

    return Route(path, endpoint, methods=[verb])


ROUTES: list[Route] = [
    control("GET", "/_faults", _show_faults),
    control("POST", "/_faults", _add_fault),
    control("DELETE", "/_faults", _clear_faults),
    control("GET", "/_requests", _show_requests),
    control("DELETE", "/_requests", _clear_requests),
    control("GET", "/_posts", _show_posts),
    control("POST", "/_posts", _add_posts),
    control("GET", "/_ledger/{handle}", _show_ledger),
    control("DELETE", "/_posts/{id:int}", _delete_post),
    control("POST", "/_clock", _set_clock),
    control("POST", "/_limits", _set_limit),
    control("DELETE", "/_limits", _reset_limits),
    control("POST", "/_rain", _start_rain),
    control("GET", "/_rain", _show_rain),
    control("DELETE", "/_rain", _stop_rain),
]
