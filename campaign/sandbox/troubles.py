"""The page on which somebody asks for trouble: `/faults`, the same as the control `/_faults`."""

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from campaign.sandbox import control, faults, pages, problems
from campaign.sandbox.api import state_of

#: X's own words for a refusal, each to be chosen.
WORDS = {
    "not summoned": problems.NOT_SUMMONED,
    "duplicate": problems.DUPLICATE,
    "tweet deleted": problems.REPLY_TO_DELETED,
    "text too long": problems.TOO_LONG,
    "blocked": "You have been blocked from replying to this user.",
    "our account suspended": "Your account is suspended and is not permitted to use this feature.",
}

#: Every kind, told to people.
TOLD: dict[str, dict[str, str]] = {
    "X refuses": {
        "refuse": "in the words below (403)",
        "401": "it no longer knows our keys (401)",
        "402": "the credits are used up (402)",
        "413": "too large (413)",
        "media_invalid": "it does not know the film any more (400)",
    },
    "X asks us to wait": {
        "429": "too many requests (429)",
        "429_88": "the same in the words of its first version",
        "limit_shrinks": "half as many posts from now on",
    },
    "X fails, and nothing is done": {
        "500": "internal error (500)",
        "503": "unavailable (503)",
        "timeout_before": "no answer at all",
        "reset_before": "the connection is reset",
    },
    "X does it, and we are not told": {
        "timeout_after": "no answer at all",
        "reset_after": "the connection is reset",
        "error_after": "unavailable, it says (503)",
        "unreadable": "an answer that is no JSON",
        "late_answer": "the answer takes long",
        "late_timeline": "its timeline shows it late",
    },
    "Films": {
        "media_slow": "X takes long to prepare it",
        "media_fail": "X cannot prepare it",
    },
    "The stream": {
        "stream_drop": "it ends without a word",
        "stream_error": "it ends with a disconnect message",
        "stream_stall": "it stays open and says nothing",
        "duplicate_delivery": "a message comes twice",
        "out_of_order": "two messages change places",
    },
}


async def show(request: Request) -> Response:
    return _page(request)


def _page(request: Request, *, error: str = "", status: int = 200) -> HTMLResponse:
    context = {
        "here": "faults",
        "told": TOLD,
        "routes": sorted(control.NAMES),
        "words": WORDS,
        "asked": state_of(request).faults.all()[::-1],
        "error": error,
    }
    return pages.render(request, "faults.html", context, status)


async def add(request: Request) -> Response:
    """One fault, or with `clear` none any more."""
    if pages.from_elsewhere(request):
        return HTMLResponse("Only from the sandbox's own pages.", 403)
    state = state_of(request)
    async with request.form() as form:
        given = {name: str(value).strip() for name, value in form.items()}
    if given.pop("clear", ""):
        state.faults.clear()
        return RedirectResponse("/faults", 303)
    for_ever = given.pop("for_ever", "")
    facts = {name: value for name, value in given.items() if value}
    if faults.KINDS.get(facts.get("kind", "")):
        facts.pop("on", None)  # it strikes where it belongs, whatever was chosen
    try:
        asked = control.AskedFault.model_validate(
            facts | ({"times": None} if for_ever else {}), strict=False
        )
        control.ask(state, asked)
    except (ValidationError, problems.Refused):
        return _page(request, error="Choose a kind and a route, and give numbers.", status=400)
    return RedirectResponse("/faults", 303)


ROUTES: list[Route] = [Route("/faults", show), Route("/faults", add, methods=["POST"])]
