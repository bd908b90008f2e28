"""The texts that replies begin from: who changed which, and what would not fit."""

import re
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F, Max

from campaign import audit
from campaign.models import Campaign, User
from responders import weight, wording
from responders.models import ReplyTemplate

PLACEHOLDERS = ("handle", "storyteller", "place", "link")
LONGEST = 500
#: What is put in to see whether a template fits: as long as X's handles, and a name and place as
#: long as they come. A link weighs 23 whatever its length.
EXAMPLE = {
    "handle": "@a_long_handle15",
    "storyteller": "Marie-Claire",
    "place": "Kakuma, Kenya",
    "link": "https://iwelcome.example/s/k7m2q",
}

_PLACE = re.compile(r"\{([^{}]*)\}")


class TemplateRefused(Exception):
    """It cannot be kept like this; the text is for whoever wrote it."""


class ChangedMeanwhile(TemplateRefused):
    """Somebody else changed it since the page was opened."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a form holds."""

    name: str
    language: str
    text: str


def filled(text: str) -> str:
    """The template as a long reply."""
    return _PLACE.sub(lambda found: EXAMPLE.get(found[1], found[0]), text)


def check(campaign: Campaign, written: Written) -> Written:
    """The same, cleaned. Raises TemplateRefused with the first thing that is wrong."""
    text = wording.clean(written.text).strip()
    name = " ".join(wording.clean(written.name).split())
    unknown = [one for one in _PLACE.findall(text) if one not in PLACEHOLDERS]
    weighed = weight.weigh(filled(text))
    wrong = (
        (not name, "Give it a name, so that editors find it."),
        (len(name) > 60, "The name is longer than 60 characters."),
        (written.language not in campaign.languages, "Choose a language of this campaign."),
        (not text, "There is no text yet."),
        (len(text) > LONGEST, f"A template holds {LONGEST} characters at most."),
        (bool(unknown), f"{{{(unknown or [''])[0]}}} is nothing that can be filled in."),
        ("{handle}" not in text, "Put {handle} in: X tells people of a reply by their handle."),
        ("{link}" not in text, "Put {link} in: without it nobody finds the petition."),
        (weighed.left < 0, f"With a long handle and name it is {-weighed.left} too long for X."),
    )
    for is_wrong, words in wrong:
        if is_wrong:
            raise TemplateRefused(words)
    return Written(name=name, language=written.language, text=text)


def make(campaign: Campaign, written: Written, *, by: User) -> ReplyTemplate:
    """A new one, the last of its language. Raises TemplateRefused."""
    kept = check(campaign, written)
    own = ReplyTemplate.objects.filter(campaign=campaign, language=kept.language)
    with transaction.atomic():
        last = own.aggregate(last=Max("position"))["last"]
        template = ReplyTemplate(
            campaign=campaign, position=0 if last is None else last + 1, updated_by=by
        )
        _write(template, kept)
        audit.record("made template", template, after=_facts(template), by=by)
    return template


def change(template: ReplyTemplate, written: Written, *, seen: str, by: User) -> ReplyTemplate:
    """`seen` is the text that the form began with. Raises TemplateRefused, ChangedMeanwhile."""
    kept = check(template.campaign, written)
    with transaction.atomic():
        locked = _locked(template)
        if locked.text != seen.replace("\r\n", "\n"):
            who = locked.updated_by.short_name if locked.updated_by else "Somebody"
            raise ChangedMeanwhile(f"{who} changed it meanwhile. Compare, then save again.")
        before = _facts(locked)
        locked.updated_by = by
        _write(locked, kept)
        audit.record("changed template", locked, before=before, after=_facts(locked), by=by)
    return locked


def delete(template: ReplyTemplate, *, by: User) -> None:
    """Replies that began from it stay as they are."""
    with transaction.atomic():
        locked = _locked(template)
        audit.record("deleted template", locked, before=_facts(locked), by=by)
        locked.delete()


def put_first(template: ReplyTemplate, *, by: User) -> None:
    """New drafts of its language begin from it."""
    with transaction.atomic():
        locked = _locked(template)
        others = ReplyTemplate.objects.filter(
            campaign=locked.campaign_id, language=locked.language, position__lt=32_000
        )
        others.exclude(pk=locked.pk).update(position=F("position") + 1)
        locked.position = 0
        locked.save(update_fields=["position"])
        audit.record("changed template", locked, after={"first": True}, by=by)


def _locked(template: ReplyTemplate) -> ReplyTemplate:
    rows = ReplyTemplate.objects.select_for_update(of=("self",)).select_related("updated_by")
    locked = rows.filter(pk=template.pk).first()
    if locked is None:
        raise ChangedMeanwhile("Somebody deleted this template meanwhile.")
    return locked


def _write(template: ReplyTemplate, written: Written) -> None:
    template.name = written.name
    template.language = written.language
    template.text = written.text
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        raise TemplateRefused("There is a template of this name and language already.") from error


def _facts(template: ReplyTemplate) -> dict[str, str]:
    return {"name": template.name, "language": template.language, "text": template.text}
