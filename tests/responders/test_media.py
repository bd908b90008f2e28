import hashlib
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from campaign.models import Account, Campaign
from campaign.networks.base import (
    MediaStage,
    MediaState,
    OutcomeUnknown,
    RateLimited,
    Refusal,
    Rejected,
    Unreachable,
)
from responders.actions import media
from responders.models import MediaUpload, Reply
from tests import factories
from tests.responders.fakes import FakeNetwork, film_ready
from videos.models import CaptionTrack, CustodyEvent, Rendition

pytestmark = pytest.mark.django_db

FILM = bytes(range(256)) * 10_000  # 2.44 MiB: three pieces
State = MediaUpload.State


@pytest.fixture
def upload(draft: Callable[..., Reply]) -> MediaUpload:
    """A film that a reply wants, in the storage and not yet on the network."""
    reply = draft()
    film = Rendition.objects.get(clip=reply.clip_id, kind="post")
    film.file = default_storage.save("renditions/film.mp4", ContentFile(FILM))
    film.sha256 = hashlib.sha256(FILM).hexdigest()
    film.bytes = len(FILM)
    film.save()
    assert reply.clip is not None
    wanted = media.want(reply.clip, reply.account)
    assert wanted is not None
    return wanted


def go(upload: MediaUpload) -> MediaUpload:
    MediaUpload.objects.update(check_at=None)
    media.upload(upload.pk)
    upload.refresh_from_db()
    return upload


def test_upload_sends_the_film_byte_for_byte_in_pieces(
    upload: MediaUpload, network: FakeNetwork
) -> None:
    go(upload)
    assert [index for index, _ in network.chunks] == [0, 1, 2]
    assert b"".join(chunk for _, chunk in network.chunks) == FILM
    assert [len(chunk) for _, chunk in network.chunks][:2] == [media.CHUNK, media.CHUNK]
    assert (upload.state, upload.bytes_sent) == (State.READY, len(FILM))
    assert upload.expires_at is not None
    assert upload.expires_at > timezone.now() + timedelta(hours=23)


@pytest.mark.parametrize(("setting", "sent"), [("uploaded", ["fr"]), ("burned", []), ("none", [])])
def test_upload_takes_reviewed_captions_along_and_is_noted_in_custody(
    upload: MediaUpload, network: FakeNetwork, setting: str, sent: list[str]
) -> None:
    Campaign.objects.update(captions=setting)
    words = [{"start": 0, "end": 900, "text": "Merci"}]
    seen = {"reviewed_at": timezone.now(), "reviewed_by": factories.UserFactory()}
    CaptionTrack.objects.create(clip=upload.clip, language="fr", segments=words, **seen)
    CaptionTrack.objects.create(clip=upload.clip, language="sw", segments=words)
    go(upload)
    assert [track.language for _, track in network.subtitles] == sent
    assert all(b"Merci" in track.srt for _, track in network.subtitles)
    event = CustodyEvent.objects.get(clip=upload.clip, kind="uploaded")
    assert (event.sha256, event.facts["media"]) == (upload.sha256, upload.media_id)


def test_upload_goes_on_at_the_piece_that_failed(upload: MediaUpload, network: FakeNetwork) -> None:
    network.upload_failures = [OutcomeUnknown("reset")]
    network.chunks.clear()
    go(upload)
    assert (upload.state, upload.bytes_sent, upload.tries) == (State.UPLOADING, 0, 1)
    network.upload_failures = []

    def fail_third(media_id: str, *, index: int, chunk: bytes) -> None:
        if index == 2:
            raise Unreachable("no route")
        network.chunks.append((index, chunk))

    whole, network.upload_append = network.upload_append, fail_third  # type: ignore[method-assign]
    go(upload)
    assert upload.bytes_sent == 2 * media.CHUNK
    network.upload_append = whole  # type: ignore[method-assign]
    go(upload)
    assert upload.state == State.READY
    assert [index for index, _ in network.chunks] == [0, 1, 2]
    assert [call for call, _ in network.calls].count("start") == 1


@pytest.mark.parametrize(
    "pace", [(0.1, [0, 0, 0]), (1.0, [0, media.CHUNK, 2 * media.CHUNK])], ids=["quick", "slow"]
)
def test_upload_tells_how_far_it_is_while_it_goes_but_not_for_each_piece(
    upload: MediaUpload,
    network: FakeNetwork,
    monkeypatch: pytest.MonkeyPatch,
    pace: tuple[float, list[int]],
) -> None:
    seconds, noted = pace
    clock = [0.0]
    monkeypatch.setattr(media, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    seen: list[int] = []

    def append(media_id: str, *, index: int, chunk: bytes) -> None:
        assert media_id
        network.chunks.append((index, chunk))
        seen.append(MediaUpload.objects.get(pk=upload.pk).bytes_sent)
        clock[0] += seconds

    network.upload_append = append  # type: ignore[method-assign]
    go(upload)
    assert (seen, upload.bytes_sent) == (noted, len(FILM))


def test_upload_polls_as_the_network_says(upload: MediaUpload, network: FakeNetwork) -> None:
    network.media = [
        MediaState("1", MediaStage.PENDING, check_after=7),
        MediaState("1", MediaStage.IN_PROGRESS, check_after=3),
        MediaState("1", MediaStage.SUCCEEDED),
    ]
    go(upload)
    assert upload.state == State.PROCESSING
    assert upload.check_at is not None
    assert 6 < (upload.check_at - timezone.now()).total_seconds() <= 7
    media.upload(upload.pk)
    assert [call for call, _ in network.calls].count("state") == 0
    go(upload)
    assert upload.state == State.PROCESSING
    assert go(upload).state == State.READY


def test_upload_gives_up_after_the_network_failed_it_often(
    upload: MediaUpload, network: FakeNetwork
) -> None:
    network.media = [MediaState("1", MediaStage.FAILED, error="InvalidMedia")] * media.MOST_TRIES
    states = [go(upload).state for _ in range(media.MOST_TRIES)]
    assert states == [*[State.PENDING] * (media.MOST_TRIES - 1), State.FAILED]
    assert upload.failure == "InvalidMedia"


def test_upload_begins_anew_when_the_network_forgot_it(
    upload: MediaUpload, network: FakeNetwork
) -> None:
    network.upload_failures = [Rejected(Refusal.MEDIA_INVALID, "Not Found")]
    go(upload)
    assert (upload.state, upload.media_id) == (State.PENDING, "")
    assert go(upload).state == State.READY


def test_upload_waits_when_told_to(upload: MediaUpload, network: FakeNetwork) -> None:
    until = timezone.now() + timedelta(minutes=3)
    network.upload_failures = [RateLimited(until)]
    assert go(upload).check_at == until


def test_upload_stops_the_account_that_is_refused(
    upload: MediaUpload, network: FakeNetwork
) -> None:
    network.upload_failures = [Rejected(Refusal.REVOKED, "Unauthorized")]
    go(upload)
    assert Account.objects.get().status == Account.Status.REVOKED
    assert not media.due(at=timezone.now() + timedelta(hours=1)).exists()


def test_upload_refuses_a_film_that_is_not_the_one_checked(
    upload: MediaUpload, network: FakeNetwork
) -> None:
    film = Rendition.objects.get(kind="post")
    default_storage.delete(film.file)
    default_storage.save(film.file, ContentFile(b"another film"))
    assert go(upload).state == State.FAILED
    assert network.calls == []


def test_upload_refuses_a_film_that_is_not_there(upload: MediaUpload, network: FakeNetwork) -> None:
    default_storage.delete(Rendition.objects.get(kind="post").file)
    assert go(upload).state == State.FAILED


def test_upload_reads_one_piece_at_a_time(
    upload: MediaUpload, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    class Measured(BytesIO):
        def read(self, size: Any = -1, /) -> bytes:
            asked.append(size)
            return super().read(size)

    monkeypatch.setattr(default_storage, "open", lambda *_: Measured(FILM))
    go(upload)
    assert set(asked) == {media.CHUNK}


def test_want_shares_one_upload_among_replies(upload: MediaUpload) -> None:
    again = media.want(upload.clip, upload.account)
    assert again == upload
    other = factories.AccountFactory(campaign=upload.account.campaign)
    assert media.want(upload.clip, other) != upload


def test_want_is_nothing_without_a_film() -> None:
    clip = factories.ClipFactory(renditions=False)
    assert media.want(clip, factories.AccountFactory(campaign=clip.campaign)) is None


def test_ready_film_is_renewed_while_a_reply_wants_it(due: Callable[..., Reply]) -> None:
    reply = due()
    now = timezone.now()
    film_ready(reply, hours=0.4)
    upload = MediaUpload.objects.get()
    assert list(media.expiring(at=now)) == [upload]
    Reply.objects.update(status="cancelled")
    assert list(media.expiring(at=now)) == []
    Reply.objects.update(status="approved")
    media.renew(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, upload.media_id) == (State.PENDING, "")


def test_film_of_an_old_draft_is_not_renewed(draft: Callable[..., Reply]) -> None:
    reply = draft()
    film_ready(reply, hours=0.4)
    now = timezone.now()
    assert media.expiring(at=now).count() == 1
    Reply.objects.update(updated_at=now - timedelta(hours=2))
    assert media.expiring(at=now).count() == 0


def test_failed_film_is_tried_anew_when_it_is_wanted_later(
    upload: MediaUpload, network: FakeNetwork, time_machine: Any
) -> None:
    network.upload_failures = [Rejected(Refusal.TOO_LARGE, "Payload Too Large")]
    assert go(upload).state == State.FAILED
    media.want(upload.clip, upload.account)
    upload.refresh_from_db()
    assert upload.state == State.FAILED
    time_machine.move_to(timezone.now() + media.RESTED)
    media.want(upload.clip, upload.account)
    upload.refresh_from_db()
    assert (upload.state, upload.tries) == (State.PENDING, 0)
    assert go(upload).state == State.READY
