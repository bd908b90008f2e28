"""Where seniors change the words by which tweets get their themes, and try a sentence on them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from campaign.intake import themes
from responders import shelf
from responders.actions import lexicon
from videos.themes import THEMES

EDIT = "campaign.edit_templates"
DOUBTS = {"hostile": "Sounds hostile", "off_topic": "Looks off topic"}


@require_safe
@newsroom(EDIT)
def show(request: NewsroomRequest) -> HttpResponse:
    return _page(request)


@require_POST
@newsroom(EDIT)
def change(request: NewsroomRequest) -> HttpResponse:
    language = _language(request.POST.get("lang", ""))
    try:
        changed = lexicon.change(
            request.campaign, language=language, said=request.POST.dict(), by=request.user
        )
    except lexicon.WordsRefused as refusal:
        return _page(request, refused=str(refusal))
    said = ", ".join({**THEMES, **DOUBTS}.get(one, one) for one in changed)
    messages.success(
        request, f"Saved: {said}. Tweets follow within a minute." if said else "Nothing changed."
    )
    address = reverse("lexicon", args=[request.campaign.slug])
    return redirect(f"{address}?lang={language}")


def _page(request: NewsroomRequest, *, refused: str = "") -> HttpResponse:
    """With what was typed, if it was refused."""
    asked = request.POST if refused else request.GET
    language = _language(asked.get("lang", ""))
    words = themes.lexicon(request.campaign.pk)
    sentence = request.GET.get("try", "")[:500]
    entries = words.entries[language]
    shipped = themes.shipped()[language]
    lines = [
        {
            "code": code,
            "name": name,
            "words": request.POST.get(code, "") if refused else ", ".join(entries.get(code, [])),
            "own": entries.get(code) != shipped.get(code),
            "shipped": ", ".join(shipped.get(code, [])),
        }
        for code, name in {**THEMES, **DOUBTS}.items()
    ]
    found = words.themes(sentence, lang=language)
    doubt = words.doubt(sentence, lang=language) if sentence else ""
    context = {
        "section": "lexicon",
        "language": language,
        "languages": [(code, shelf.language_name(code)) for code in themes.LANGUAGES],
        "lines": lines,
        "sentence": sentence,
        "found": [THEMES.get(code, code) for code in found] + ([DOUBTS[doubt]] if doubt else []),
        "refused": refused,
    }
    status = 409 if refused else 200
    return render(request, "responders/lexicon/lexicon.html", context, status=status)


def _language(code: str) -> str:
    return code if code in themes.LANGUAGES else "en"
