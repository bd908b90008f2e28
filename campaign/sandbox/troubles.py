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


async def show(request: Request) -> Response:
    return _page(request)


def _page(request: Request, *, error: str = "", status: int = 200) -> HTMLResponse:
    context = {
        "here": "faults",
        "kinds": faults.KINDS,
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
    try:
        asked = control.AskedFault.model_validate(
            facts | ({"times": None} if for_ever else {}), strict=False
        )
        control.ask(state, asked)
    except (ValidationError, problems.Refused):
        return _page(request, error="Choose a kind and a route, and give numbers.", status=400)
    return RedirectResponse("/faults", 303)


ROUTES: list[Route] = [Route("/faults", show), Route("/faults", add, methods=["POST"])]
