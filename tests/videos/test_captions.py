"""The captions editor: one truth a language, nobody writes over another's, a person reviews."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaign.models import Campaign, User
from tests import factories
from videos.actions import captions
from videos.models import CaptionTrack, Clip

pytestmark = pytest.mark.django_db

SEGMENTS = [{"start": 0, "end": 1500, "text": "Our door is open."}]


def heard(path: Path, *, language: str) -> list[tuple[int, int, str]]:
    """A transcriber, named by `TRANSCRIBER`."""
    return [(0, 900, f"{language} of {path.stat().st_size} bytes")]


def translated(text: str, *, source: str, target: str) -> str:
    return f"{source}→{target}: {text}"


@pytest.fixture
def clip() -> Clip:
    return factories.ClipFactory()


@pytest.fixture
def maya(clip: Clip) -> User:
    return factories.editor(clip.campaign)


@pytest.fixture
def page(client: Client, maya: User) -> Client:
    client.force_login(maya)
    return client


def save(page: Client, clip: Clip, **sent: Any) -> Any:
    address = reverse("captions-save", args=[clip.campaign.slug, clip.pk, "en"])
    return page.post(address, json.dumps(sent), content_type="application/json")


def test_save_answers_with_what_it_kept(page: Client, clip: Clip, maya: User) -> None:
    nasty = [*SEGMENTS, {"start": 1400, "end": 3000, "text": "{\\an8}<i>Come</i> in"}]
    answer = save(page, clip, revision=0, segments=nasty)
    assert answer.json() == {
        "revision": 1,
        "segments": [
            {"start": 0, "end": 1400, "text": "Our door is open."},
            {"start": 1400, "end": 3000, "text": "Come in"},
        ],
    }
    track = CaptionTrack.objects.get()
    assert (track.language, track.source, track.updated_by) == ("en", "typed", maya)


def test_save_over_another_is_refused_and_changes_nothing(page: Client, clip: Clip) -> None:
    save(page, clip, revision=0, segments=SEGMENTS)
    answer = save(page, clip, revision=0, segments=[])
    assert answer.status_code == 409
    assert CaptionTrack.objects.get().segments == SEGMENTS


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"revision": 0, "segments": "x"}, 422),
        ({"revision": 0, "segments": [{"start": "a", "end": 2, "text": ""}]}, 422),
        ({"segments": []}, 400),
        ({"revision": "x", "segments": []}, 400),
    ],
)
def test_save_of_nonsense_is_refused(
    page: Client, clip: Clip, sent: dict[str, Any], status: int
) -> None:
    assert save(page, clip, **sent).status_code == status
    assert not CaptionTrack.objects.exists()


def test_review_shows_a_track_and_an_edit_hides_it_again(
    page: Client, clip: Clip, maya: User
) -> None:
    track = captions.save(clip, "en", SEGMENTS, revision=0, by=maya)
    film = reverse("clip-track", args=[clip.pk, "en"])
    public = reverse("public-track", args=[clip.pk, "en"])
    assert [page.get(one).status_code for one in (film, public)] == [404, 404]
    with pytest.raises(captions.ChangedMeanwhileError):
        captions.mark_reviewed(track, revision=7, by=maya)
    captions.mark_reviewed(track, revision=1, by=maya)
    assert "Our door is open." in page.get(film).content.decode()
    assert Client().get(public)["Content-Type"] == "text/vtt; charset=utf-8"
    words = Client().get(reverse("public-words", args=[clip.pk, "en"]))
    assert words["Content-Type"] == "text/plain; charset=utf-8"
    assert words.content.decode() == "\n".join(str(one["text"]) for one in SEGMENTS)
    captions.save(clip, "en", SEGMENTS, revision=1, by=maya)
    assert page.get(film).status_code == 404


@pytest.mark.parametrize(
    ("setting", "status", "burned"), [("burned", "received", "en"), ("uploaded", "ready", "")]
)
def test_review_burns_only_where_the_campaign_wants_it(
    clip: Clip, maya: User, *, setting: str, status: str, burned: str
) -> None:
    Campaign.objects.update(captions=setting)
    track = captions.save(clip, "en", SEGMENTS, revision=0, by=maya)
    captions.mark_reviewed(track, revision=1, by=maya)
    clip.refresh_from_db()
    assert (clip.status, clip.burned_language) == (status, burned)


def test_import_and_export_on_the_clock_of_the_cut(page: Client, clip: Clip) -> None:
    Clip.objects.update(trim_start=1.0, trim_end=4.0)
    srt = b"1\n00:00:00,500 --> 00:00:02,000\n{\\b1}Come in\n"
    change = reverse("captions-change", args=[clip.campaign.slug, clip.pk, "en"])
    page.post(change, {"do": "import", "file": SimpleUploadedFile("a.srt", srt)})
    track = CaptionTrack.objects.get()
    assert (track.segments, track.source) == (
        [{"start": 500, "end": 2000, "text": "Come in"}],
        "file",
    )
    answer = page.get(reverse("captions-srt", args=[clip.campaign.slug, clip.pk, "en"]))
    assert answer.content.decode().splitlines()[1:3] == ["00:00:00,000 --> 00:00:01,000", "Come in"]
    assert "attachment" in answer["Content-Disposition"]


def test_plug_ins_propose_and_a_person_reviews(clip: Clip, maya: User, settings: Any) -> None:
    settings.TRANSLATOR = f"{__name__}.translated"
    track = captions.save(clip, "en", SEGMENTS, revision=0, by=maya)
    proposed = captions.translate(track, to="fr", by=maya)
    assert proposed.text == "en→fr: Our door is open."
    assert (proposed.source, proposed.reviewed_at) == ("translated", None)
    settings.TRANSLATOR = ""
    with pytest.raises(captions.CaptionsError, match="No translator"):
        captions.translate(track, to="sw", by=maya)


def test_a_transcriber_hears_what_nobody_typed(
    clip: Clip, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TRANSCRIBER = f"{__name__}.heard"
    monkeypatch.setattr("videos.storage.fetch", lambda _name, target: target.write_bytes(b"1234"))
    track = captions.transcribe(clip)
    assert track is not None
    assert (track.text, track.source) == ("en of 4 bytes", "machine")
    assert captions.transcribe(clip) is None


@pytest.mark.parametrize("name", ["captions-save", "captions-change"])
def test_charlie_writes_no_captions(client: Client, clip: Clip, name: str) -> None:
    address = reverse(name, args=[clip.campaign.slug, clip.pk, "en"])
    for charlie in (
        factories.crew(clip.storyteller.place),
        factories.manager(clip.campaign),
        factories.editor(factories.CampaignFactory()),
    ):
        client.force_login(charlie)
        assert client.post(address).status_code in {403, 404}
