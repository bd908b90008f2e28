"""The pages of the mail catcher."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from campaign.sandbox import cards, pages, text
from campaign.sandbox.api import state_of
from campaign.sandbox.clock import stamp

SHOWN = 100
# A mail's own markup stands in a frame without scripts, forms or anything from elsewhere.
POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)


async def box(request: Request) -> Response:
    """Newest first."""
    letters = [cards.letter(mail) for mail in state_of(request).store.mails(limit=SHOWN)]
    return pages.render(request, "mail.html", {"here": "mail", "letters": letters})


async def one(request: Request) -> Response:
    """What the open page adds when a mail comes."""
    mail = state_of(request).store.mail(request.path_params["id"])
    if not mail:
        return pages.missing(request, "There is no such mail.")
    return pages.render(request, "letters.html", {"letters": [cards.letter(mail)]})


async def html(request: Request) -> Response:
    mail = state_of(request).store.mail(request.path_params["id"])
    if not mail:
        return pages.missing(request, "There is no such mail.")
    return HTMLResponse(
        f'<base target="_blank">{mail.html}', headers={"Content-Security-Policy": POLICY}
    )


async def as_json(request: Request) -> Response:
    """For tests; `links` are the addresses in the text part."""
    found = [
        {**asdict(mail), "received_at": stamp(mail.received_at), "links": text.links(mail.text)}
        for mail in state_of(request).store.mails(limit=SHOWN)
    ]
    return JSONResponse({"mails": found})


ROUTES: list[Route] = [
    Route("/mail", box),
    Route("/mail.json", as_json),
    Route("/mail/{id:int}", one),
    Route("/mail/{id:int}.html", html),
]
