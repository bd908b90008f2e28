"""X's endpoints for posts and people: writing, reading, searching."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice

from starlette.responses import Response
from starlette.routing import Route

from campaign.sandbox import api, bodies, matching, parameters, problems, text, wire
from campaign.sandbox.api import Call, answer
from campaign.sandbox.clock import first_id, stamp
from campaign.sandbox.parameters import NONE, PageQuery, Shown
from campaign.sandbox.state import Draft
from campaign.sandbox.store import Person, Post

WEEK = 7 * 24 * 60 * 60
DAY = 24 * 60 * 60


async def create(call: Call) -> Response:
    """POST /2/tweets."""
    parameters.query(call.request, parameters.NoQuery)
    wanted = await parameters.body(call.request, bodies.CreatePost)
    draft = _draft(wanted)
    author = _person(call, call.by.account_id)
    _check_text(call, draft)
    _check_target(call, draft)
    _check_media(call, draft)
    late = call.state.faults.take("POST /2/tweets", kinds={"late_timeline"})
    if late:
        draft = replace(draft, late=late.seconds or 10)
    post = call.state.publish(draft, by=author)
    written = wire.Writer(call.state.store, Shown(old_dialect=False), base_url=call.base_url).post(
        post
    )
    return answer({"data": written}, 201)


def _draft(wanted: bodies.CreatePost) -> Draft:
    return Draft(
        text=wanted.text.strip(),
        lang=language(wanted.text),
        in_reply_to=int(wanted.reply.in_reply_to_tweet_id) if wanted.reply else None,
        quotes=int(wanted.quote_tweet_id) if wanted.quote_tweet_id else None,
        media=tuple(int(each) for each in wanted.media.media_ids) if wanted.media else (),
    )


def language(written: str) -> str:
    """X guesses the language of what comes through its API; by script is enough here."""
    return "ar" if any("\u0600" <= letter <= "\u06ff" for letter in written) else "en"


def _check_text(call: Call, draft: Draft) -> None:
    if not draft.text and not draft.media:
        message = "The `text` field can not be empty"
        raise problems.invalid_request([({"text": [""]}, message)])
    if text.weighted_length(draft.text) > text.MAX_LENGTH:
        raise problems.forbidden(problems.TOO_LONG)
    if call.state.settings.forgiving:
        return
    since = call.state.clock.now() - DAY
    said = call.state.said(draft)
    if draft.text and call.state.store.has_said(call.by.account_id, said, since=since):
        raise problems.forbidden(problems.DUPLICATE)


def _check_target(call: Call, draft: Draft) -> None:
    store = call.state.store
    if draft.quotes and not store.post(draft.quotes):
        raise problems.forbidden(problems.QUOTE_OF_DELETED)
    if not draft.in_reply_to:
        return
    target = store.post(draft.in_reply_to)
    if not target:
        raise problems.forbidden(problems.REPLY_TO_DELETED)
    if not summoned(call, target):
        raise problems.forbidden(problems.NOT_SUMMONED)


def summoned(call: Call, target: Post) -> bool:
    """X's rule since February 2026: the author named us, quoted us or answered us."""
    store, own = call.state.store, call.by.account_id
    if target.author_id == own or call.by.account["handle"] in matching.handles(target.text):
        return True
    engaged = [store.post(number) for number in (target.quotes, target.in_reply_to) if number]
    return any(post is not None and post.author_id == own for post in engaged)


def _check_media(call: Call, draft: Draft) -> None:
    """Each must be the account's own, processed, and not past its time."""
    now = call.state.clock.now()
    wrong = []
    for number in draft.media:
        media = call.state.store.media(number)
        usable = (
            media is not None
            and media.owner_id == call.by.account_id
            and media.expires_at > now
            and media.state(at=now) == "succeeded"
            and media.category != "subtitles"
        )
        if not usable:
            wrong.append(str(number))
    if wrong:
        raise problems.media_invalid(wrong)


async def delete(call: Call) -> Response:
    """DELETE /2/tweets/{id}."""
    parameters.query(call.request, parameters.NoQuery)
    number = call.number()
    post = call.state.store.post(number)
    if not post:
        body = problems.missing("tweet", str(number), parameter="id")
        raise problems.Refused(404, {**body, "status": 404})
    if post.author_id != call.by.account_id:
        raise problems.forbidden("You are not authorized to delete this Tweet.")
    call.state.delete(post)
    return answer({"data": {"deleted": True}})


async def one(call: Call) -> Response:
    """GET /2/tweets/{id}. What is not there is a 200 with `errors`."""
    query = parameters.query(call.request, parameters.PostQuery)
    return _lookup(call, [call.number()], query.shown(), single=True)


async def several(call: Call) -> Response:
    """GET /2/tweets?ids="""
    query = parameters.query(call.request, parameters.PostsQuery)
    return _lookup(call, [int(number) for number in query.ids], query.shown(), single=False)


def _lookup(call: Call, numbers: list[int], shown: Shown, *, single: bool) -> Response:
    found, errors = [], []
    for number in numbers:
        post = call.state.store.post(number)
        if post:
            found.append(post)
        else:
            name = "id" if single else "ids"
            errors.append(problems.missing("tweet", str(number), parameter=name))
    now = call.state.clock.now()
    writer = wire.Writer(call.state.store, shown, base_url=call.base_url, at=now)
    bundle = writer.bundle(found)
    bundle.errors[:0] = errors
    body = bundle.extras()
    if bundle.data:
        body["data"] = bundle.data[0] if single else bundle.data
    return answer(body)


async def search(call: Call) -> Response:
    """GET /2/tweets/search/recent: the last seven days."""
    query = parameters.query(call.request, parameters.SearchQuery)
    try:
        matches = matching.compile_query(query.query)
    except matching.NotAQuery as error:
        raise problems.invalid_request([({"query": [query.query]}, str(error))]) from None
    oldest = call.state.clock.now() - WEEK
    if query.since_id and int(query.since_id) < first_id(oldest):
        message = (
            f"'since_id' must be a tweet id created after [{stamp(oldest)}]. "
            f"Please use a 'since_id' that is larger than {first_id(oldest)}"
        )
        raise problems.invalid_request([({"since_id": [query.since_id]}, message)])
    store = call.state.store
    return _page(
        call,
        query,
        keep=lambda post: matches(wire.subject(store, post)),
        size=query.max_results,
        token=query.next_token or query.pagination_token,
        above=first_id(oldest),
    )


async def mentions(call: Call) -> Response:
    """GET /2/users/{id}/mentions."""
    query = parameters.query(call.request, parameters.TimelineQuery)
    person = _person(call, call.number())
    handle = person.handle.lower()
    return _page(
        call,
        query,
        keep=lambda post: handle in matching.handles(post.text) and post.author_id != person.id,
        size=query.max_results,
        token=query.pagination_token,
    )


async def posts_of(call: Call) -> Response:
    """GET /2/users/{id}/tweets."""
    query = parameters.query(call.request, parameters.PostsOfQuery)
    person = _person(call, call.number())
    return _page(
        call,
        query,
        keep=lambda post: not ("replies" in query.exclude and post.in_reply_to),
        size=query.max_results,
        token=query.pagination_token,
        author=person.id,
    )


def _page(
    call: Call,
    query: PageQuery,
    *,
    keep: Callable[[Post], bool],
    size: int,
    token: str | None,
    above: int = 0,
    author: int | None = None,
) -> Response:
    candidates = call.state.store.newest_posts(
        at=call.state.clock.now(),
        above=max(above, _lower_bound(query)),
        below=_upper_bound(query, token),
        author=author,
    )
    posts = list(islice(filter(keep, candidates), size + 1))
    more, posts = len(posts) > size, posts[:size]
    bundle = wire.Writer(call.state.store, query.shown(), base_url=call.base_url).bundle(posts)
    meta: wire.Json = {"result_count": len(posts)}
    if posts:
        meta = {"newest_id": str(posts[0].id), "oldest_id": str(posts[-1].id), **meta}
    if more:
        meta["next_token"] = _token(posts[-1].id)
    body: wire.Json = {"data": bundle.data} if bundle.data else {}
    return answer({**body, **bundle.extras(), "meta": meta})


def _lower_bound(query: PageQuery) -> int:
    bounds = [int(query.since_id or 0)]
    if query.start_time is not None:
        bounds.append(first_id(query.start_time) - 1)
    return max(bounds)


def _upper_bound(query: PageQuery, token: str | None) -> int | None:
    bounds: Iterable[int | None] = (
        int(query.until_id) if query.until_id else None,
        first_id(query.end_time) if query.end_time is not None else None,
        _read_token(token) if token else None,
    )
    return min((bound for bound in bounds if bound is not None), default=None)


def _token(number: int) -> str:
    return f"sbx7140dib{number:x}"


def _read_token(token: str) -> int:
    try:
        return int(token.removeprefix("sbx7140dib"), 16)
    except ValueError:
        message = f"The `next_token` query parameter value [{token}] is not valid"
        raise problems.invalid_request([({"next_token": [token]}, message)]) from None


async def me(call: Call) -> Response:
    """GET /2/users/me."""
    return _one_person(call, _person(call, call.by.account_id))


async def by_username(call: Call) -> Response:
    """GET /2/users/by/username/{username}."""
    handle = call.request.path_params["username"]
    person = call.state.store.person_called(handle)
    if not person:
        parameters.query(call.request, parameters.MeQuery)
        return answer({"errors": [problems.missing("user", handle, parameter="username")]})
    return _one_person(call, person)


def _one_person(call: Call, person: Person) -> Response:
    query = parameters.query(call.request, parameters.MeQuery)
    shown = Shown(old_dialect=query.tweet_fields != NONE, user=query.user_fields)
    writer = wire.Writer(call.state.store, shown, base_url=call.base_url)
    return answer({"data": writer.person(person)})


def _person(call: Call, number: int) -> Person:
    person = call.state.store.person(number)
    if not person:
        body = problems.missing("user", str(number), parameter="id")
        raise problems.Refused(404, {**body, "status": 404})
    return person


ROUTES: list[Route] = [
    api.route("POST", "/2/tweets", create, accepts=api.ACCOUNTS),
    api.route("GET", "/2/tweets", several, accepts=api.EVERYBODY),
    api.route("GET", "/2/tweets/search/recent", search, accepts=api.EVERYBODY),
    api.route("GET", "/2/tweets/{id}", one, accepts=api.EVERYBODY),
    api.route("DELETE", "/2/tweets/{id}", delete, accepts=api.ACCOUNTS),
    api.route("GET", "/2/users/me", me, accepts=api.ACCOUNTS),
    api.route("GET", "/2/users/by/username/{username}", by_username, accepts=api.EVERYBODY),
    api.route("GET", "/2/users/{id}/mentions", mentions, accepts=api.EVERYBODY),
    api.route("GET", "/2/users/{id}/tweets", posts_of, accepts=api.EVERYBODY),
]
