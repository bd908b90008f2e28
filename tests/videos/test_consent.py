"""A storyteller takes their consent back: what becomes of clips and files, and who may note it."""

from typing import Any

import django_rq
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from campaign import live, roles
from campaign.models import AuditEntry, Campaign, User
from tests import factories
from tests.responders.test_races import at_once
from videos import storage
from videos.actions import consent
from videos.models import Clip, Consent, Rendition, Storyteller

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return factories.CampaignFactory(slug="iwelcome")


@pytest.fixture
def ines(campaign: Campaign) -> User:
    """Looks after the safety of storytellers."""
    return factories.person(roles.SAFEGUARDING, campaign)


@pytest.fixture
def leila(campaign: Campaign) -> Storyteller:
    return factories.StorytellerFactory(campaign=campaign, public_name="Leila")


def with_files(leila: Storyteller, **facts: Any) -> Clip:
    """A clip of hers whose renditions lie in the storage."""
    first = not Consent.objects.filter(storyteller=leila).exists()
    clip: Clip = factories.ClipFactory(storyteller=leila, consent=first, **facts)
    for rendition in clip.renditions.all():
        assert default_storage.save(rendition.file, ContentFile(b"film")) == rendition.file
    return clip


def withdraw(leila: Storyteller, by: User) -> int:
    return consent.withdraw(leila, channel=Consent.Channel.CREW, by=by)


def files() -> list[bool]:
    return [
        default_storage.exists(f"renditions/{clip.pk}-{kind}")
        for clip in Clip.objects.all()
        for kind in ("post", "preview", "poster")
    ]


def test_withdraw_ends_the_newest_consent_and_takes_every_clip_off(
    leila: Storyteller, ines: User
) -> None:
    one, two = with_files(leila), with_files(leila, status=Clip.Status.PROCESSING)
    other = factories.ClipFactory(storyteller__campaign=leila.campaign)
    assert withdraw(leila, ines) == 2
    statuses = dict(Clip.objects.values_list("pk", "status"))
    assert statuses == {one.pk: "withdrawn", two.pk: "withdrawn", other.pk: "ready"}
    newest = Consent.objects.get(storyteller=leila)
    assert (newest.withdrawn_by, newest.withdrawn_at is not None) == (ines, True)
    assert (
        not Consent.objects.valid(network="x", campaign=leila.campaign, at=timezone.now())
        .filter(pk=newest.pk)
        .exists()
    )


def test_withdraw_is_written_down(leila: Storyteller, ines: User) -> None:
    clip = with_files(leila)
    withdraw(leila, ines)
    entries = AuditEntry.objects.order_by("id")
    assert [(one.verb, one.target_id, one.actor, one.after) for one in entries] == [
        ("withdrawn", str(clip.pk), ines, {"status": "withdrawn"}),
        (
            "withdrew consent",
            str(leila.pk),
            ines,
            {"version": 1, "channel": "crew", "scope": "everything", "clips": 1},
        ),
    ]
    assert entries[0].before == {"status": "ready"}


def test_withdraw_purges_the_files_and_keeps_the_rows(
    leila: Storyteller, ines: User, django_capture_on_commit_callbacks: Any
) -> None:
    with_files(leila)
    assert files() == [True, True, True]
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(leila, ines)
    assert files() == [False, False, False]
    assert list(Rendition.objects.values_list("file", flat=True)) == ["", "", ""]
    assert AuditEntry.objects.get(verb="purged").after == {"files": 3}
    assert consent.sweep() == 0


def test_withdraw_tells_the_desk_and_open_pages(
    leila: Storyteller,
    ines: User,
    redis_connection: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with_files(leila)
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(leila, ines)
    (job,) = django_rq.get_queue("posting").jobs
    assert (job.func_name, job.args) == ("responders.jobs.take_down_storyteller", (leila.pk,))
    assert [news[b"kind"] for _, news in redis_connection.xrange(live.STREAM)] == [b"clip"]


def test_withdraw_works_without_redis(
    leila: Storyteller, ines: User, django_capture_on_commit_callbacks: Any
) -> None:
    with_files(leila)
    with (
        override_settings(REDIS_URL="redis://127.0.0.1:1"),
        pytest.MonkeyPatch.context() as patch,
        django_capture_on_commit_callbacks(execute=True),
    ):
        patch.setattr(live, "_redis", None)
        withdraw(leila, ines)
    assert Clip.objects.get().status == Clip.Status.WITHDRAWN
    assert files() == [False, False, False]


def test_withdraw_twice_is_refused(leila: Storyteller, ines: User) -> None:
    with_files(leila)
    withdraw(leila, ines)
    first = Consent.objects.get().withdrawn_at
    with pytest.raises(consent.NothingToWithdrawError, match="withdrawn already"):
        withdraw(leila, ines)
    assert Consent.objects.get().withdrawn_at == first


def test_withdraw_without_a_consent_is_refused(leila: Storyteller, ines: User) -> None:
    with pytest.raises(consent.NothingToWithdrawError, match="given no consent"):
        withdraw(leila, ines)


@pytest.mark.django_db(transaction=True)
def test_withdraw_many_at_once_has_one_winner(leila: Storyteller, ines: User) -> None:
    with_files(leila)

    def once() -> object:
        try:
            return withdraw(leila, ines)
        except consent.NothingToWithdrawError as error:
            return error

    results = at_once(*[once] * 5)
    assert [one for one in results if isinstance(one, int)] == [1]
    assert AuditEntry.objects.filter(verb="withdrew consent").count() == 1
    assert AuditEntry.objects.filter(verb="purged").count() == 1


def test_sweep_purges_what_the_storage_would_not_delete(
    leila: Storyteller,
    ines: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with_files(leila)

    def away(_name: str) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(storage, "remove", away)
        withdraw(leila, ines)
    assert files() == [True, True, True]
    assert consent.sweep() == 1
    assert files() == [False, False, False]


def test_sweep_withdraws_a_film_that_arrived_beside_a_withdrawal(
    leila: Storyteller, ines: User
) -> None:
    with_files(leila)
    withdraw(leila, ines)
    late = with_files(leila)
    assert consent.sweep() >= 1
    late.refresh_from_db()
    assert late.status == Clip.Status.WITHDRAWN
    assert files() == [False] * 6


def test_withdrawn_clips_are_served_to_nobody(
    client: Client, leila: Storyteller, ines: User
) -> None:
    clip = with_files(leila)
    client.force_login(ines)
    assert client.get(reverse("clip-file", args=[clip.pk, "post"])).status_code == 200
    withdraw(leila, ines)  # its files still lie in the storage
    assert client.get(reverse("clip-file", args=[clip.pk, "post"])).status_code == 404
    assert client.get(reverse("public-clip", args=[clip.pk])).status_code == 404


# The form -------------------------------------------------------------------------------------

SAID = {"channel": "trusted", "sure": "on"}


def address(leila: Storyteller) -> str:
    return reverse("consent-withdraw", args=[leila.campaign.slug, leila.pk])


def test_form_stands_with_the_storyteller(client: Client, leila: Storyteller) -> None:
    factories.ConsentFactory(storyteller=leila)
    client.force_login(factories.person(roles.SAFEGUARDING, leila.campaign))
    body = client.get(reverse("storyteller", args=["iwelcome", leila.pk])).content.decode()
    assert address(leila) in body
    assert "All their clips" in body


def test_form_withdraws(client: Client, leila: Storyteller, ines: User) -> None:
    with_files(leila)
    client.force_login(ines)
    body = client.post(address(leila), SAID, follow=True).content.decode()
    assert "The consent of Leila is withdrawn: 1 clip taken off." in body
    assert Consent.objects.get().withdrawn_by == ines
    assert AuditEntry.objects.get(verb="withdrew consent").after["channel"] == "trusted"
    again = client.post(address(leila), SAID, follow=True).content.decode()
    assert "The consent of Leila is withdrawn already." in again


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"channel": "crew"}, "Confirm that all their clips go."),
        ({"sure": "on"}, "Say how we learnt of it."),
        ({"channel": "other", "sure": "on"}, "Choose one of these."),
    ],
)
def test_form_wants_channel_and_confirmation(
    client: Client, leila: Storyteller, ines: User, *, said: dict[str, str], words: str
) -> None:
    with_files(leila)
    client.force_login(ines)
    assert words in client.post(address(leila), said, follow=True).content.decode()
    assert Consent.objects.get().withdrawn_at is None


def test_charlie_who_is_signed_out_is_asked_to_sign_in(client: Client, leila: Storyteller) -> None:
    answer = client.post(address(leila), SAID)
    assert answer["Location"] == f"{reverse('account_login')}?next={address(leila)}"


@pytest.mark.parametrize("role", [roles.EDITOR, roles.SENIOR_EDITOR, roles.MANAGER, roles.CREW])
def test_charlie_without_the_right_is_refused(
    client: Client, leila: Storyteller, campaign: Campaign, role: str
) -> None:
    with_files(leila)
    client.force_login(factories.person(role, campaign))
    assert client.post(address(leila), SAID).status_code == 403
    assert Consent.objects.get().withdrawn_at is None
    shelf = client.get(reverse("clips", args=["iwelcome"]))
    assert address(leila) not in shelf.content.decode()


def test_charlie_of_another_campaign_finds_nobody(client: Client, leila: Storyteller) -> None:
    with_files(leila)
    elsewhere = factories.CampaignFactory(slug="elsewhere")
    client.force_login(factories.person(roles.SAFEGUARDING, elsewhere))
    assert client.post(address(leila), SAID).status_code == 404
    theirs = reverse("consent-withdraw", args=["elsewhere", leila.pk])
    assert client.post(theirs, SAID).status_code == 404
    assert Consent.objects.get().withdrawn_at is None
