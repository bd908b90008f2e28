"""X's filtered stream: its rules and its connections."""

from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from campaign.sandbox import api, bodies, matching, parameters, problems
from campaign.sandbox.api import Call, answer
from campaign.sandbox.clock import stamp
from campaign.sandbox.store import Rule
from campaign.sandbox.wire import Json

MAX_RULES = 1000


async def stream(call: Call) -> Response:
    """GET /2/tweets/search/stream: one for each app, for as long as both sides wish."""
    query = parameters.query(call.request, parameters.StreamQuery)
    state = call.state
    if query.backfill_minutes:
        message = "backfill_minutes is for Enterprise access"
        raise problems.invalid_request(
            [({"backfill_minutes": [str(query.backfill_minutes)]}, message)]
        )
    if not state.store.rules(call.by.app):
        detail = "You must define rules on your stream before connecting."
        raise problems.stream_refused(409, "RuleConfigurationIssue", detail)
    if state.streams.of_app(call.by.app):
        detail = "This stream is currently at the maximum allowed connection limit."
        raise problems.stream_refused(429, "TooManyConnections", detail)
    client = call.request.client
    connection = state.streams.connect(
        call.by.app,
        query.shown(),
        client_ip=client.host if client else "",
        base_url=call.base_url,
    )
    return StreamingResponse(
        state.streams.lines(connection),
        media_type="application/json; charset=utf-8",
        # A client that left before the first line never started the generator that ends it.
        background=BackgroundTask(state.streams.end, [connection]),
    )


async def rules(call: Call) -> Response:
    """GET /2/tweets/search/stream/rules."""
    query = parameters.query(call.request, parameters.RulesQuery)
    found = [
        _rule(rule)
        for rule in call.state.store.rules(call.by.app)
        if not query.ids or str(rule.id) in query.ids
    ]
    meta: Json = {"sent": stamp(call.state.clock.now()), "result_count": len(found)}
    return answer({"data": found, "meta": meta} if found else {"meta": meta})


async def change_rules(call: Call) -> Response:
    """POST /2/tweets/search/stream/rules: `add` or `delete`, not both."""
    query = parameters.query(call.request, parameters.RulesChange)
    wanted = await parameters.body(call.request, bodies.ChangeRules)
    if query.delete_all:
        every = [str(rule.id) for rule in call.state.store.rules(call.by.app)]
        return _delete(call, bodies.RulesToDelete(ids=every), dry_run=query.dry_run)
    if bool(wanted.add) == bool(wanted.delete):
        raise problems.invalid_request([({}, "Exactly one of [add, delete] must be given")])
    if wanted.delete:
        return _delete(call, wanted.delete, dry_run=query.dry_run)
    return _add(call, wanted.add, dry_run=query.dry_run)


def _add(call: Call, wanted: list[bodies.RuleToAdd], *, dry_run: bool) -> Response:
    existing = {(rule.value, rule.tag): rule for rule in call.state.store.rules(call.by.app)}
    added: list[Rule] = []
    errors: list[Json] = []
    for each in wanted:
        known = existing.get((each.value, each.tag))
        error = _duplicate(known) if known else _invalid(each.value)
        if error:
            errors.append(error)
            continue
        rule = Rule(call.state.clock.next_id(), call.by.app, each.value, each.tag)
        existing[each.value, each.tag] = rule
        added.append(rule)
    if len(existing) > MAX_RULES:
        raise _too_many_rules()
    if not dry_run:
        for rule in added:
            call.state.store.add_rule(rule)
    body = _changed(
        call,
        {
            "created": len(added),
            "not_created": len(errors),
            "valid": len(added),
            "invalid": len(errors),
        },
    )
    if added:
        body["data"] = [_rule(rule) for rule in added]
    if errors:
        body["errors"] = errors
    only_known = all(error["title"] == "DuplicateRule" for error in errors)
    return answer(body, 201 if added or only_known else 400)


def _delete(call: Call, wanted: bodies.RulesToDelete, *, dry_run: bool) -> Response:
    existing = call.state.store.rules(call.by.app)
    doomed = [
        rule for rule in existing if str(rule.id) in wanted.ids or rule.value in wanted.values
    ]
    missing = len(wanted.ids) + len(wanted.values) - len(doomed)
    if not dry_run:
        for rule in doomed:
            call.state.store.delete_rule(rule.id)
    return answer(_changed(call, {"deleted": len(doomed), "not_deleted": max(0, missing)}))


def _changed(call: Call, summary: dict[str, int]) -> Json:
    return {"meta": {"sent": stamp(call.state.clock.now()), "summary": summary}}


def _rule(rule: Rule) -> Json:
    facts = {"id": str(rule.id), "value": rule.value}
    return facts | {"tag": rule.tag} if rule.tag else facts


def _duplicate(rule: Rule) -> Json:
    return {
        "value": rule.value,
        "id": str(rule.id),
        "title": "DuplicateRule",
        "type": f"{problems.TYPES}/duplicate-rules",
    }


def _invalid(value: str) -> Json | None:
    """What is wrong with a rule, if anything."""
    try:
        matching.compile_query(value)
    except matching.NotAQuery as error:
        return {
            "value": value,
            "details": [str(error)],
            "title": "UnprocessableEntity",
            "type": f"{problems.TYPES}/invalid-rules",
        }
    return None


def _too_many_rules() -> problems.Refused:
    return problems.Refused(
        422,
        {
            "title": "RulesCapExceeded",
            "detail": f"Your app may have {MAX_RULES} rules.",
            "type": f"{problems.TYPES}/rule-cap",
        },
    )


async def connections(call: Call) -> Response:
    """GET /2/connections: those that are open."""
    parameters.query(call.request, parameters.ConnectionsQuery)
    found = [
        {
            "id": each.id,
            "endpoint_name": "filtered_stream",
            "connected_at": stamp(each.connected_at),
            "client_ip": each.client_ip,
        }
        for each in call.state.streams.of_app(call.by.app)
    ]
    meta = {"result_count": len(found)}
    return answer({"data": found, "meta": meta} if found else {"meta": meta})


async def end_connections(call: Call) -> Response:
    """DELETE /2/connections: those that are named."""
    parameters.query(call.request, parameters.NoQuery)
    wanted = await parameters.body(call.request, bodies.KillConnections)
    found = [each for each in call.state.streams.of_app(call.by.app) if each.id in wanted.uuids]
    call.state.streams.end(found)
    ended = {each.id for each in found}
    results = [{"uuid": each, "success": each in ended} for each in wanted.uuids]
    return answer(
        {
            "data": {
                "successful_kills": len(ended),
                "failed_kills": len(wanted.uuids) - len(ended),
                "results": results,
            }
        }
    )


async def end_all_connections(call: Call) -> Response:
    """DELETE /2/connections/all."""
    parameters.query(call.request, parameters.NoQuery)
    found = call.state.streams.of_app(call.by.app)
    call.state.streams.end(found)
    results = [{"uuid": each.id, "success": True} for each in found]
    return answer({"data": {"successful_kills": len(found), "failed_kills": 0, "results": results}})


ROUTES: list[Route] = [
    api.route("GET", "/2/tweets/search/stream", stream, accepts=api.APPS),
    api.route("GET", "/2/tweets/search/stream/rules", rules, accepts=api.APPS),
    api.route("POST", "/2/tweets/search/stream/rules", change_rules, accepts=api.APPS),
    api.route("GET", "/2/connections", connections, accepts=api.APPS),
    api.route("DELETE", "/2/connections", end_connections, accepts=api.APPS),
    api.route("DELETE", "/2/connections/all", end_all_connections, accepts=api.APPS),
]
