"""The public timeline: who am I, what do I say, and what is answered."""

import random
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template import Engine
from django.template.context import make_context
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from campaign.sandbox import cards, people, sample, text
from campaign.sandbox.api import state_of
from campaign.sandbox.state import Draft, State
from campaign.sandbox.store import Person, Post

PAGE = 25
FRAGMENT = 20
COOKIE = "sandbox_person"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
engine = Engine(dirs=[str(settings.BASE_DIR / "templates")], autoescape=True)


def render(
    request: Request, template: str, context: Mapping[str, Any], status: int = 200
) -> HTMLResponse:
    state = state_of(request)
    shared = {
        "static": "/static/",
        "languages": cards.LANGUAGES,
        "ours": cards.OURS,
        "mails": len(state.store.mails(limit=99)),
        "rain": state.rain.shower,
    }
    page = engine.get_template(f"sandbox/{template}").render(
        make_context({**shared, **context}, autoescape=True)
    )
    return HTMLResponse(page, status, headers=HEADERS)


def reader(request: Request) -> str:
    """The handle that this browser writes as."""
    return request.cookies.get(COOKIE, "") or sample.mentions()[0].handle


async def timeline(request: Request) -> Response:
    state = state_of(request)
    before = request.query_params.get("before", "")
    roots = state.store.newest_conversations(
        below=int(before) if before.isascii() and before.isdigit() else None, limit=PAGE + 1
    )
    shown = cards.threads(state, roots[:PAGE], reader=reader(request))
    older = max((card.id for card in shown[-1]), key=int) if len(roots) > PAGE else ""
    return render(
        request,
        "timeline.html",
        {
            "here": "timeline",
            "threads": shown,
            "older": older,
            "before": before,
            **_composer(request),
        },
    )


def _composer(request: Request) -> dict[str, Any]:
    """Who may write here, and with what the form is filled."""
    state, wanted = state_of(request), request.query_params
    chosen, written = reader(request), wanted.get("text", "")[:1000]
    choices = {each.handle.lower(): _choice(each) for each in sample.mentions()[:12]}
    example = sample.examples(wanted.get("example", ""))
    if example:
        picked = random.choice(example)  # noqa: S311 (no secret hangs on it)
        chosen, written = picked.handle, picked.text
        choices[picked.handle.lower()] = _choice(picked)
    known = state.store.person_called(chosen)
    if known:
        choices.setdefault(chosen.lower(), _choice(known))
    quoted = _post(state, wanted.get("quote", ""))
    return {
        "choices": list(choices.values()),
        "chosen": chosen,
        "text": written,
        "quoted": cards.card(state, quoted, reader=chosen, inner=True) if quoted else None,
        "limit": text.MAX_LENGTH,
        "example_languages": [
            (lang, name) for lang, name in cards.LANGUAGES.items() if lang != "es"
        ],
    }


def _choice(who: sample.Mention | Person) -> dict[str, Any]:
    return {
        "handle": who.handle,
        "name": who.name,
        "language": cards.LANGUAGES.get(who.lang, who.lang),
        "followers": cards.in_short(who.followers),
    }


def _post(state: State, number: str) -> Post | None:
    return state.store.post(int(number)) if number.isascii() and number.isdigit() else None


async def status(request: Request) -> Response:
    """The page of one post, with its conversation: where links to X lead."""
    state = state_of(request)
    post = state.store.post(request.path_params["id"])
    if not post:
        return missing(request, "This post was deleted, or never was.")
    thread = cards.threads(state, [post.conversation], reader=reader(request))[0]
    focus = next(card for card in thread if card.id == str(post.id))
    context = {"thread": thread, "focus": focus, **_composer(request)}
    return render(request, "status.html", context)


async def person(request: Request) -> Response:
    state = state_of(request)
    found = state.store.person_called(request.path_params["handle"])
    if not found:
        return missing(request, "Nobody has this handle.")
    posts = list(state.store.newest_posts(at=float("inf"), author=found.id))[:100]
    shown = [cards.card(state, post, reader=reader(request)) for post in posts]
    return render(request, "person.html", {"person": found, "cards": shown})


def missing(request: Request, what: str) -> Response:
    return render(request, "missing.html", {"what": what}, status=404)


async def threads(request: Request) -> Response:
    """The newest of the conversations that the page heard of."""
    numbers = [part for part in request.query_params.get("roots", "").split(",") if part.isdigit()]
    shown = cards.threads(
        state_of(request), [int(number) for number in numbers[-FRAGMENT:]], reader=reader(request)
    )
    return render(request, "threads.html", {"threads": shown})


async def live(request: Request) -> Response:
    return StreamingResponse(
        state_of(request).audience.messages(),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store"},
    )


async def tweet(request: Request) -> Response:
    """Somebody writes, in person. X's rules for the API do not hold here, its length does."""
    if from_elsewhere(request):
        return HTMLResponse("Only from the sandbox's own pages.", 403)
    async with request.form() as form:
        error, who = _writer(request, form)
        written = str(form.get("text", "")).strip()
        error = error or _complaint(written)
        if error or not who:
            context = {**_composer(request), "text": written, "error": error, "threads": []}
            return render(request, "timeline.html", context, status=400)
        state = state_of(request)
        answered = _post(state, str(form.get("in_reply_to", "")))
        quoted = _post(state, str(form.get("quotes", "")))
        post = state.publish(
            Draft(
                text=written,
                lang=who.lang,
                in_reply_to=answered.id if answered else None,
                quotes=quoted.id if quoted else None,
            ),
            by=who,
        )
    target = f"/{who.handle}/status/{post.id}" if answered else f"/#post-{post.id}"
    response = RedirectResponse(target, 303)
    response.set_cookie(COOKIE, who.handle, samesite="strict", httponly=True)
    return response


def _writer(request: Request, form: FormData) -> tuple[str, Person | None]:
    """Somebody new where a new handle is given, else whom they chose."""
    state = state_of(request)
    handle = str(form.get("new_handle", "")).strip().lstrip("@")
    if not handle:
        return _known(state, str(form.get("handle", "")))
    followers = str(form.get("new_followers", "") or "120")
    if not people.is_handle(handle):
        return "A handle has 1 to 15 letters, digits or underscores.", None
    if handle.lower() in {account.lower() for account in state.account_handles()}:
        return f"@{handle} is an account of the newsroom. Choose another handle.", None
    if not (followers.isascii() and followers.isdigit() and len(followers) < 10):
        return "Followers is a number.", None
    lang = str(form.get("new_lang", "en"))
    return "", state.person(
        handle,
        name=str(form.get("new_name", "")).strip()[:50],
        lang=lang if lang in cards.LANGUAGES else "en",
        followers=int(followers),
    )


def _known(state: State, handle: str) -> tuple[str, Person | None]:
    found = state.store.person_called(handle)
    if found and found.handle not in state.account_handles():
        return "", found
    for mention in sample.mentions():
        if mention.handle == handle:
            return "", state.person(
                handle, name=mention.name, lang=mention.lang, followers=mention.followers
            )
    return "Choose who you are, or make somebody up.", None


def _complaint(written: str) -> str:
    if not written:
        return "Write something first."
    over = text.weighted_length(written) - text.MAX_LENGTH
    return f"That is {over} too long for X." if over > 0 else ""


async def delete(request: Request) -> Response:
    """One's own tweet only."""
    state = state_of(request)
    post = state.store.post(request.path_params["id"])
    author = state.store.person(post.author_id) if post else None
    if from_elsewhere(request) or not post or not author or author.handle != reader(request):
        return HTMLResponse("That is not yours to delete.", 403)
    state.delete(post)
    return RedirectResponse("/", 303)


async def start_rain(request: Request) -> Response:
    if from_elsewhere(request):
        return HTMLResponse("Only from the sandbox's own pages.", 403)
    rain = state_of(request).rain
    async with request.form() as form:
        if form.get("stop"):
            rain.stop()
        else:
            rain.start(
                rate=people.number(form.get("rate"), default=2),
                seconds=people.number(form.get("seconds"), default=30),
            )
    return RedirectResponse("/", 303)


def from_elsewhere(request: Request) -> bool:
    """A form on another site: the browser says where it stands."""
    own = f"{request.url.scheme}://{request.headers['host']}"
    return request.headers.get("origin", own) != own


async def intent(request: Request) -> Response:
    """X's "post this" link: the text is in the address."""
    return RedirectResponse(request.url.replace(path="/", fragment="compose"), 302)


async def status_by_id(request: Request) -> Response:
    """X's link to a post without its author."""
    state = state_of(request)
    post = state.store.post(request.path_params["id"])
    author = state.store.person(post.author_id) if post else None
    if not post or not author:
        return missing(request, "This post was deleted, or never was.")
    return RedirectResponse(f"/{author.handle}/status/{post.id}", 302)


ROUTES: list[Route] = [
    Route("/", timeline),
    Route("/live", live),
    Route("/threads", threads),
    Route("/tweet", tweet, methods=["POST"]),
    Route("/delete/{id:int}", delete, methods=["POST"]),
    Route("/rain", start_rain, methods=["POST"]),
    Route("/intent/post", intent),
    Route("/intent/tweet", intent),
    Route("/i/status/{id:int}", status_by_id),
    Route("/i/web/status/{id:int}", status_by_id),
]
# After every other route: a handle may be any word.
LAST_ROUTES: list[Route] = [
    Route("/{handle}", person),
    Route("/{handle}/status/{id:int}", status),
]
