"""Where somebody is, is told as coarsely as they agreed to: on every way out of the building.

A place with words that are found nowhere else goes the whole way, from a phone's film to the post,
the petition, the wall and the lawyer's package; then everything is searched for finer words.
"""

import logging
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files import File
from django.test import Client

from campaign import live
from petitions.models import TrackedLink
from responders import wording
from responders.actions import posting
from responders.models import Reply
from tests import factories
from tests.responders.fakes import FakeNetwork
from tests.videos import films
from videos.actions import evidence, footage, preparing
from videos.models import Clip, Consent, Place, Rendition

pytestmark = pytest.mark.django_db(transaction=True)

CAMP, COUNTRY = "Quillfort", "Zedland"
SCREEN = "a-key-that-nobody-guesses"
#: What gives the camp away, and what gives the country away; the film's own position, too.
OF_CAMP = [CAMP.lower(), "41.2468", "19.8135"]
OF_FILM = [films.PHONE["location"].strip("/"), "03.7146", films.PHONE["comment"].lower()]
OF_COUNTRY = [COUNTRY.lower(), "europe/tirane"]
FINER = {
    Consent.PlaceShown.NONE: [*OF_FILM, *OF_CAMP, *OF_COUNTRY],
    Consent.PlaceShown.COUNTRY: [*OF_FILM, *OF_CAMP],
    Consent.PlaceShown.CAMP: OF_FILM,
}


@pytest.fixture
def camp() -> Place:
    made: Place = factories.PlaceFactory(
        name=CAMP,
        slug=CAMP.lower(),
        country="AL",
        country_name=COUNTRY,
        timezone="Europe/Tirane",
        latitude=41.2468,
        longitude=19.8135,
    )
    return made


def filmed(camp: Place, show: Consent.PlaceShown, folder: Path) -> Clip:
    """A film with a position in it and in its name, as a crew sends it, prepared."""
    teller = factories.StorytellerFactory(place=camp, public_name="Leila")
    factories.ConsentFactory(storyteller=teller, show_place=show)
    path = films.phone_film(folder / f"{CAMP} block 4.mp4", seconds=0.6)
    with path.open("rb") as file:
        clip = footage.receive(
            File(file, name=path.name),
            footage.Telling(title="A roof", language="en", quote="It holds."),
            storyteller=teller,
            by=factories.crew(camp),
        )
    preparing.process(clip.pk)
    clip.refresh_from_db()
    assert clip.status == Clip.Status.READY
    return clip


def posted(clip: Clip, due: Callable[..., Reply]) -> Reply:
    """Its reply names person and place as the consent lets it, and is on the network."""
    consent = clip.storyteller.consents.get()
    voice = wording.voice(clip, consent, language="en")
    text = f"@reader, {voice.name} in {voice.place} has an answer. http://testserver/s/abcde"
    mention = factories.MentionFactory(account__campaign=clip.campaign)
    reply = due(mention=mention, clip=clip, text=text)
    posting.post(reply.pk, worker="test")
    reply.refresh_from_db()
    assert reply.status == Reply.Status.POSTED
    return reply


def ways_out(
    reply: Reply, clip: Clip, *, client: Client, network: FakeNetwork
) -> Iterator[tuple[str, str]]:
    """Every way out, and all that is said there."""
    yield "the reply", str(network.timeline)
    link = TrackedLink.objects.get(reply_id=reply.pk)
    factories.PetitionTextFactory(petition=link.petition)
    answer = client.get(f"/s/{link.slug}")
    yield "the link's address", str(answer.headers)
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    yield "the petition", page.content.decode()
    clip.campaign.screen_key = SCREEN
    clip.campaign.save(update_fields=["screen_key"])
    screen = client.get(f"/wall/{SCREEN}/")
    assert screen.status_code == 200
    yield "the wall", screen.content.decode()
    for name in (f"/v/{clip.pk}.mp4", f"/v/{clip.pk}.jpg"):
        film = client.get(name)
        assert film.status_code == 200
        yield name, str(film.headers)
    for one in Rendition.objects.filter(clip=clip):
        yield f"the {one.kind}", one.file + films.stored(one.file).decode("latin-1")
    with evidence.export(clip, by=clip.uploaded_by) as file, zipfile.ZipFile(file) as package:
        for part in package.infolist():
            what = package.read(part) if "original" not in part.filename else b""
            yield f"the package's {part.filename}", part.filename + what.decode("latin-1")
    yield "the news", str(live.connection().xrange(live.STREAM))


@pytest.mark.parametrize("show", list(FINER))
def test_place_is_told_no_finer_than_the_consent_allows(
    *,
    show: Consent.PlaceShown,
    camp: Place,
    due: Callable[..., Reply],
    network: FakeNetwork,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    with caplog.at_level(logging.DEBUG):
        clip = filmed(camp, show, tmp_path)
        reply = posted(clip, due)
        found = list(ways_out(reply, clip, client=client, network=network))
    found.append(("the log", caplog.text))

    finer = [
        f"{word} in {way}" for way, said in found for word in FINER[show] if word in said.lower()
    ]
    assert finer == []
    # The search would find what is allowed: it is there.
    allowed = {"none": "", "country": COUNTRY, "camp": f"{CAMP}, {COUNTRY}"}[show.value]
    link = TrackedLink.objects.get(reply_id=reply.pk)
    assert (link.shown_place, link.place) == (allowed, allowed)
    said = dict(found)
    ways = ("the reply", "the petition", "the wall")
    assert [allowed in said[way] for way in ways] == [True, True, True]
