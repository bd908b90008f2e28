"""Where seniors change the texts that replies begin from."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from responders import weight
from responders.actions import templates
from responders.models import ReplyTemplate
from responders.wording import TextTooLong

EDIT = "campaign.edit_templates"


@require_safe
@newsroom(EDIT)
def show(request: NewsroomRequest) -> HttpResponse:
    return _page(request)


@require_POST
@newsroom(EDIT)
def make(request: NewsroomRequest) -> HttpResponse:
    try:
        template = templates.make(request.campaign, _written(request), by=request.user)
    except (templates.TemplateRefused, TextTooLong) as refusal:
        return _page(request, refused=str(refusal), opened=0)
    return _kept(request, f"“{template.name}” can be used at once.")


@require_POST
@newsroom(EDIT)
def change(request: NewsroomRequest, pk: int) -> HttpResponse:
    template = _template(request, pk)
    seen = request.POST.get("seen", "")
    try:
        templates.change(template, _written(request), seen=seen, by=request.user)
    except (templates.TemplateRefused, TextTooLong) as refusal:
        return _page(request, refused=str(refusal), opened=template.pk)
    return _kept(request, "Saved. Drafts that began already stay as they are.")


@require_POST
@newsroom(EDIT)
def delete(request: NewsroomRequest, pk: int) -> HttpResponse:
    template = _template(request, pk)
    templates.delete(template, by=request.user)
    return _kept(request, f"“{template.name}” is deleted.")


@require_POST
@newsroom(EDIT)
def first(request: NewsroomRequest, pk: int) -> HttpResponse:
    template = _template(request, pk)
    templates.put_first(template, by=request.user)
    return _kept(request, f"New drafts begin from “{template.name}”.")


def _template(request: NewsroomRequest, pk: int) -> ReplyTemplate:
    own = ReplyTemplate.objects.filter(campaign=request.campaign)
    return get_object_or_404(own, pk=min(pk, 2**63 - 1))


def _written(request: NewsroomRequest) -> templates.Written:
    form = request.POST
    return templates.Written(
        name=form.get("name", ""), language=form.get("language", ""), text=form.get("text", "")
    )


def _kept(request: NewsroomRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("templates", campaign=request.campaign.slug)


def _page(
    request: NewsroomRequest, *, refused: str = "", opened: int | None = None
) -> HttpResponse:
    """`opened` is the form that was refused (0 the new one): it keeps what was typed."""
    own = ReplyTemplate.objects.filter(campaign=request.campaign).select_related("updated_by")
    groups: dict[str, list[dict[str, Any]]] = {code: [] for code in request.campaign.languages}
    for template in own:
        typed = _written(request) if opened == template.pk else None
        groups.setdefault(template.language, []).append(_row(template, typed))
    context = {
        "groups": groups,
        "new": _written(request) if opened == 0 else None,
        "refused": refused,
        "opened": opened,
        "placeholders": templates.PLACEHOLDERS,
        "example": templates.EXAMPLE,
        "section": "templates",
    }
    status = 409 if refused else 200
    return render(request, "responders/templates/templates.html", context, status=status)


def _row(template: ReplyTemplate, typed: templates.Written | None) -> dict[str, Any]:
    text = typed.text if typed else template.text
    shown = templates.filled(text)
    return {"template": template, "text": text, "shown": shown, "weight": weight.weigh(shown)}
