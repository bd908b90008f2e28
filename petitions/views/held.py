"""What we hold of somebody: asked for by mail, seen and erased by whoever reads that mail."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaign import visitors
from petitions import addresses, limits, pages, tokens
from petitions.actions import requests
from petitions.limits import Rate
from petitions.views import answers
from petitions.views.answers import message, says_when_away


@csrf_exempt  # nobody is signed in, and the answer goes to the address alone
@require_http_methods(["GET", "HEAD", "POST"])
@says_when_away
def ask(request: HttpRequest) -> HttpResponse:
    """Anybody: have a link mailed. The answer is the same for every address."""
    language = pages.language_of(answers.wanted(request))
    context = answers.spoken(language) | {"written": "", "problem": "", "sent": False}
    status = 200
    if request.method == "POST":
        context["written"] = written = request.POST.get("email", "").strip()[:400]
        try:
            address = addresses.check(written)
        except addresses.Unusable:
            words = context["words"]
            context["problem"] = words.email_wrong if written else words.email_missing
            status = 422
        else:
            context["sent"] = True
            if limits.rate(limits.network_of(visitors.address(request))) != Rate.OVER:
                requests.ask(address, language=language)
    return answers.render("held_ask.html", context, language=language, status=status)


@csrf_exempt  # the token in the address is the authority, and nobody else has it
@require_http_methods(["GET", "HEAD", "POST"])
@says_when_away
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the link from our mail: everything under that address, to take or to erase."""
    try:
        address = tokens.opened_by(token)
    except tokens.Forged:
        return message(request, "bad_link", status=404)
    language = pages.language_of(answers.wanted(request))
    erased = False
    if request.method == "POST":
        requests.erase(address)
        erased = True
    held = requests.held(address)
    if request.GET.get("as") == "json":
        file = JsonResponse(held.facts(), json_dumps_params={"ensure_ascii": False})
        file["Content-Disposition"] = 'attachment; filename="signatures.json"'
        file["Cache-Control"] = answers.NEVER
        return file
    context = answers.spoken(language) | {"held": held, "erased": erased}
    words = context["words"]
    context["found"] = words.held_found.format(address=address)
    context["nothing"] = words.held_nothing.format(address=address)
    response = answers.render("held.html", context, language=language)
    response["Referrer-Policy"] = "no-referrer"
    return response
