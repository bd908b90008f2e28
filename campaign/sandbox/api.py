"""How a request of X's API goes: logged, let in, counted, answered; or struck by a fault."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from campaign.sandbox import faults, problems
from campaign.sandbox.faults import Fault
from campaign.sandbox.signatures import Caller, Method
from campaign.sandbox.state import State

TRANSPORT = "sandbox.transport"
EVERYBODY: tuple[Method, ...] = ("user", "app")
ACCOUNTS: tuple[Method, ...] = ("user",)
APPS: tuple[Method, ...] = ("app",)

BEFORE = frozenset({"refuse", "401", "402", "413", "429", "429_88", "500", "503", "media_invalid",
                    "timeout_before", "reset_before"})  # fmt: skip
AFTER = frozenset({"timeout_after", "reset_after", "error_after", "late_answer", "unreadable"})
SILENT = frozenset({"timeout_before", "timeout_after", "reset_before", "reset_after"})


class Call:
    """One request that was let in."""

    def __init__(self, request: Request, *, state: State, by: Caller) -> None:
        self.request = request
        self.state = state
        self.by = by

    @property
    def base_url(self) -> str:
        return f"{self.request.url.scheme}://{self.request.headers['host']}"

    def number(self, name: str = "id") -> int:
        """An id in the path, or X's 400."""
        text = self.request.path_params[name]
        if not (text.isascii() and text.isdigit() and len(text) <= 19):
            message = f"The `{name}` query parameter value [{text}] is not valid"
            raise problems.invalid_request([({name: [text]}, message)])
        return int(text)


Handler = Callable[[Call], Awaitable[Response]]


def answer(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return JSONResponse(body, status, headers=headers)


def state_of(request: Request) -> State:
    state: State = request.app.state.sandbox
    return state


def route(verb: str, path: str, handler: Handler, *, accepts: Sequence[Method]) -> Route:
    """A route of the API; a fault or a limit names it "VERB path"."""
    name = f"{verb} {path}"

    async def endpoint(request: Request) -> Response:
        state = state_of(request)
        entry = state.log.add(verb, request.url.path, dict(request.query_params))
        request.state.entry = entry
        entry.body = await _readable_body(request)
        fault = _fault(state, name)
        entry.fault = fault.kind if fault else None
        response = await _answer(request, handler, name=name, accepts=accepts, fault=fault)
        entry.status = None if entry.fault in SILENT else response.status_code
        return response

    return Route(path, endpoint, methods=[verb], name=name)


def _fault(state: State, name: str) -> Fault | None:
    kinds = BEFORE | AFTER
    if name == faults.STREAM:
        kinds = kinds - {"unreadable"}
    return state.faults.take(name, kinds=kinds)


async def _readable_body(request: Request) -> Any:
    """JSON as it came, the fields of a form, or the number of bytes: never the footage itself."""
    raw = await request.body()
    if not raw:
        return None
    if request.headers.get("content-type", "").startswith("application/json"):
        with suppress(ValueError):
            return _shortened(json.loads(raw))
    return {"bytes": len(raw)}


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shortened(each) for name, each in value.items()}
    if isinstance(value, str) and len(value) > 10_000:
        return f"{len(value)} characters"
    return value


async def _answer(
    request: Request,
    handler: Handler,
    *,
    name: str,
    accepts: Sequence[Method],
    fault: Fault | None,
) -> Response:
    if fault and fault.kind in BEFORE:
        return await _strike_before(request, fault)
    try:
        response = await _let_in(request, handler, name=name, accepts=accepts)
    except problems.Refused as refusal:
        response = refused(refusal)
    if fault:
        return await _strike_after(request, fault, response)
    return response


async def _let_in(
    request: Request, handler: Handler, *, name: str, accepts: Sequence[Method]
) -> Response:
    state = state_of(request)
    caller = state.gate.caller(request, accepts=accepts)
    request.state.entry.by = caller.account["handle"]
    if state.faults.take(name, kinds={"limit_shrinks"}):
        state.limits.shrink(name)
    headers = state.limits.spend(name, by=caller)
    try:
        response = await handler(Call(request, state=state, by=caller))
    except problems.Refused as refusal:
        refusal.headers = headers | refusal.headers
        raise
    response.headers.update(headers)
    return response


def refused(refusal: problems.Refused) -> Response:
    if refusal.body is None:
        return Response(status_code=refusal.status, headers=refusal.headers)
    return JSONResponse(
        refusal.body,
        refusal.status,
        headers=refusal.headers,
        media_type="application/problem+json",
    )


async def _strike_before(request: Request, fault: Fault) -> Response:
    if fault.kind == "timeout_before":
        return await _silence(request)
    if fault.kind == "reset_before":
        return await _reset(request)
    return refused(_refusal(request, fault))


_REFUSALS: dict[str, Callable[[], problems.Refused]] = {
    "401": problems.unauthorized,
    "402": problems.credits_depleted,
    "413": lambda: problems.Refused(413, None),
    "media_invalid": lambda: problems.media_invalid([]),
    "500": lambda: problems.unavailable(500),
    "503": lambda: problems.unavailable(503),
}


def _refusal(request: Request, fault: Fault) -> problems.Refused:
    if fault.kind == "refuse":
        return problems.forbidden(fault.detail or problems.NOT_SUMMONED)
    if fault.kind not in {"429", "429_88"}:
        return _REFUSALS[fault.kind]()
    opens = state_of(request).clock.now() + (fault.seconds or 60)
    refusal = problems.too_many_requests(old=fault.kind == "429_88")
    refusal.headers = {
        "x-rate-limit-limit": "100",
        "x-rate-limit-remaining": "0",
        "x-rate-limit-reset": str(int(opens) + 1),
    }
    return refusal


async def _strike_after(request: Request, fault: Fault, response: Response) -> Response:
    """The request was obeyed; only its answer goes wrong."""
    if fault.kind == "timeout_after":
        return await _silence(request)
    if fault.kind == "reset_after":
        return await _reset(request)
    if fault.kind == "late_answer":
        await asyncio.sleep(fault.seconds or 10)
        return response
    if fault.kind == "error_after":
        return refused(problems.unavailable(503))
    return Response(b'{"data": {"id": "', response.status_code, media_type="application/json")


async def _silence(request: Request) -> Response:
    """Nothing, until the client gives up or the server stops."""
    gone = asyncio.create_task(_hung_up(request))
    stopping = asyncio.create_task(state_of(request).stopping.wait())
    _, waiting = await asyncio.wait({gone, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    return Response(status_code=504)


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _reset(request: Request) -> Response:
    """The connection breaks (a TCP RST), as when a machine on the way goes down."""
    transport = request.scope[TRANSPORT]
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    return await _silence(request)
