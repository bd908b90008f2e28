from pathlib import Path

import pytest

from tests import factories
from videos import demo
from videos.actions import preparing
from videos.demo import film
from videos.demo.people import SPOTS, TAKES, TELLERS
from videos.models import Clip, Consent, Place, Storyteller
from videos.processing import probe
from videos.processing.traces import traces


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small, short films: the same code, less drawing."""
    monkeypatch.setattr(film, "WIDE", (384, 216))
    monkeypatch.setattr(film, "TALL", (216, 384))
    monkeypatch.setattr(film, "RATE", 4)


@pytest.mark.django_db(transaction=True)
def test_load_sends_the_demo_through_the_real_pipeline(quick: None) -> None:
    campaign = factories.CampaignFactory()
    ana = factories.editor(campaign)

    demo.load(campaign, by=ana)
    demo.load(campaign, by=ana)

    assert Clip.objects.filter(status="received").count() == len(TAKES)
    assert {place.slug for place in Place.objects.all()} == {"kakuma", "shatila"}
    assert Storyteller.objects.count() == Consent.objects.count() == len(TELLERS)
    some = Clip.objects.filter(title__in=["What my daughter draws", "Safari ya usiku"])
    for pk in some.values_list("pk", flat=True):
        preparing.process(pk)
    assert set(some.values_list("title", "status", "voice_only", "renditions__height")) >= {
        ("What my daughter draws", "ready", False, 1280),
        ("Safari ya usiku", "ready", True, 720),
    }


def test_each_take_is_somebodys_in_a_language_of_theirs() -> None:
    languages = {teller.name: teller.languages for teller in TELLERS}

    assert [take for take in TAKES if take.language not in languages[take.teller]] == []
    assert {teller.spot for teller in TELLERS} == {spot.slug for spot in SPOTS}
    assert len({take.title for take in TAKES}) == len(TAKES)


def test_a_demo_film_carries_what_a_phone_would_note(quick: None, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    tellers = {teller.name: teller for teller in TELLERS}

    film.shoot(TAKES[0], tellers[TAKES[0].teller], path, seed=1)

    assert "file: location=+00.0000+000.0000/" in traces(path)
    shown = probe.examine(path, folder=tmp_path)
    assert shown.sound
    assert shown.seconds == pytest.approx(TAKES[0].seconds, abs=0.3)


def test_a_demo_film_is_the_same_each_time(quick: None) -> None:
    look = TELLERS[0].look
    first, second = (film._portrait(look, film.WIDE, 3)(1.4).tobytes() for _ in range(2))

    assert first == second
