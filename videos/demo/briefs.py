"""The demo's briefs: a fortnight of those that are done, and a few that crews are at. Made up."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from campaign.models import Campaign, User
from videos import routing, spool
from videos.actions import briefs, crew_steps, footage, uploads
from videos.models import Brief, CrewMember, Storyteller, Upload


@dataclass(frozen=True, slots=True)
class Ask:
    """One brief: whom, what to say, what the crew reads, and how far it is."""

    teller: str
    words: str
    language: str
    gist: str
    minutes: int
    step: str = ""
    line: str = ""
    ago: int = 1
    #: Bytes of its film that have come before the phone lost its network.
    arrived: int = 0


#: Bytes of a film of half a minute, and for how long it has been coming.
FILM = 12_800_000
LINK = timedelta(minutes=3)
ASKS = (
    Ask(
        "Tesfaye",
        "Thank everybody who wrote about schools. The one thing a classroom here needs most. "
        "Then: please sign.",
        "en",
        "",
        50,
        step="accept",
        line="Tesfaye asks: may he show the blackboard? No names are on it.",
        ago=11,
    ),
    Ask(
        "Zawadi",
        "A greeting in Swahili for those who answer at night. Voice is enough.",
        "sw",
        "",
        90,
    ),
    Ask(
        "Rasha",
        "What a guest is offered first when they come in. Then: please sign.",
        "ar",
        "ما الذي يُقدَّم للضيف أولًا حين يدخل. ثم اطلبي منهم أن يوقّعوا.",
        45,
        step="start_filming",
        ago=19,
        arrived=7_900_000,
    ),
    Ask(
        "Karim",
        "Thank those who wrote in French. What you repaired this week. Then: please sign.",
        "fr",
        "اشكر الذين كتبوا بالفرنسية. ماذا أصلحت هذا الأسبوع؟ ثم اطلب منهم أن يوقّعوا.",
        60,
        step="decline",
        line="Karim is not well today. Perhaps tomorrow after ten.",
        ago=7,
    ),
)
#: Minutes that the steps took of those that are done: accepted, filming, uploading, London, ready.
TOOK = (
    (2, 5, 14, 7, 1),
    (1, 9, 21, 13, 1),
    (3, 14, 19, 6, 2),
    (2, 6, 12, 4, 1),
    (1, 8, 16, 9, 1),
    (4, 4, 11, 5, 1),
    (2, 10, 28, 4, 2),
    (1, 3, 13, 6, 1),
)
STEPS = ("accepted", "filming", "uploading", "received", "ready")


def load(campaign: Campaign, *, by: User) -> None:
    """Send the demo's briefs, once; those of days past are written as they would have been."""
    if Brief.objects.filter(campaign=campaign).exists():
        return
    crews = {
        one.place_id: one.user for one in CrewMember.objects.select_related("user").order_by("-pk")
    }
    people = {
        one.public_name: one
        for one in Storyteller.objects.filter(campaign=campaign).select_related("place")
    }
    tellers = [one for one in people.values() if one.place_id in crews]
    for number, took in enumerate(TOOK):
        teller = tellers[number % len(tellers)]
        _past(teller, took, days=number + 1, crew=crews[teller.place_id], by=by)
    for ask in ASKS:
        if ask.teller in people and people[ask.teller].place_id in crews:
            _send(ask, people[ask.teller], crew=crews[people[ask.teller].place_id], by=by)


def _past(teller: Storyteller, took: tuple[int, ...], *, days: int, crew: User, by: User) -> None:
    sent = timezone.now() - timedelta(days=days, minutes=37 * days)
    at, times = sent, {}
    for step, minutes in zip(STEPS, took, strict=True):
        at += timedelta(minutes=minutes)
        times[f"{step}_at"] = at
    Brief.objects.create(
        campaign_id=teller.campaign_id,
        place=teller.place,
        storyteller=teller,
        words="Thank them, in a sentence or two. Then: please sign.",
        language=teller.languages[0],
        deadline=sent + timedelta(hours=1),
        sent_at=sent,
        sent_by=by,
        seen_at=sent,
        accepted_by=crew,
        status=Brief.Status.RECEIVED,
        **times,
    )


def _send(ask: Ask, teller: Storyteller, *, crew: User, by: User) -> None:
    placings = routing.rank(teller.campaign, language=ask.language)
    placing = next(one for one in placings if one.place == teller.place)
    asking = briefs.Asking(
        place=teller.place,
        storyteller=teller,
        words=ask.words,
        language=ask.language,
        deadline=timezone.now() + timedelta(minutes=ask.minutes),
        gist=ask.gist,
        gist_language=crew.language,
        reasons=placing.why(teller),
    )
    brief = briefs.ask(asking, campaign=teller.campaign, by=by)
    _sent_before(brief, minutes=ask.ago)
    if ask.step == "decline":
        crew_steps.decline(brief, refusal=Brief.Refusal.UNWELL, words=ask.line, by=crew)
        return
    if ask.step:
        getattr(crew_steps, ask.step)(brief, by=crew)
    if ask.line:
        briefs.write(brief, ask.line, by=crew)
    if ask.arrived:
        _begin_film(brief, teller, arrived=ask.arrived, crew=crew)


def _begin_film(brief: Brief, teller: Storyteller, *, arrived: int, crew: User) -> None:
    """A film that will never be whole: nobody holds this phone."""
    film = uploads.Film(uuid.uuid4(), "film.mp4", FILM, sha256="0" * 64)
    upload = uploads.announce(
        film,
        footage.Telling(title="What a guest is offered first", language=brief.language),
        storyteller=teller,
        brief=brief,
        by=uploads.Sender(crew, brief.place),
    )
    uploads.begin(upload)
    spool.append(upload.pk, bytes(arrived), at=0)
    now = timezone.now()
    Upload.objects.filter(pk=upload.pk).update(begun_at=now - LINK)
    Brief.objects.filter(pk=brief.pk).update(
        accepted_at=now - 5 * LINK, filming_at=now - 4 * LINK, uploading_at=now - LINK
    )


def _sent_before(brief: Brief, *, minutes: int) -> None:
    """As if some of the time that it may take were over."""
    Brief.objects.filter(pk=brief.pk).update(sent_at=F("sent_at") - timedelta(minutes=minutes))
