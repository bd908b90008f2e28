from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from petitions.actions import counting, signing
from petitions.models import Petition, Signature
from tests import factories
from tests.petitions.conftest import tess

pytestmark = pytest.mark.django_db


@pytest.fixture
def signature(petition: Petition) -> Signature:
    signing.sign(petition, person=tess(), link=None)
    counting.count_all()
    return Signature.objects.get()


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(factories.UserFactory(is_staff=True, is_superuser=True))
    return client


def test_admin_shows_signatures_without_name_and_address(
    admin: Client, signature: Signature
) -> None:
    for path in (
        reverse("admin:petitions_signature_changelist"),
        reverse("admin:petitions_signature_change", args=[signature.pk]),
    ):
        page: Any = admin.get(path)
        assert page.status_code == 200
        assert "Tess" not in page.content.decode()
        assert "tess@" not in page.content.decode()


def test_admin_can_neither_add_nor_change_nor_delete_signatures(
    admin: Client, signature: Signature
) -> None:
    change = reverse("admin:petitions_signature_change", args=[signature.pk])
    delete = reverse("admin:petitions_signature_delete", args=[signature.pk])

    assert admin.get(reverse("admin:petitions_signature_add")).status_code == 403
    assert admin.post(change, {"state": "confirmed"}).status_code == 403
    assert admin.post(delete, {"post": "yes"}).status_code == 403
    assert Signature.objects.get().state == Signature.State.PENDING


def test_admin_takes_out_and_back_and_records_who(admin: Client, signature: Signature) -> None:
    path = reverse("admin:petitions_signature_changelist")
    states = []
    for action in ("take_out", "take_back"):
        admin.post(path, {"action": action, "_selected_action": [signature.pk]})
        states.append(Signature.objects.get().state)

    assert states == [Signature.State.INVALIDATED, Signature.State.PENDING]
    assert list(signature.petition.campaign.audit.values_list("verb", flat=True)) == [
        "took out signatures",
        "took back signatures",
    ]


def test_admin_keeps_petitions_and_records_changes(admin: Client, signature: Signature) -> None:
    petition = signature.petition
    assert admin.get(reverse("admin:petitions_petition_changelist")).status_code == 200
    path = reverse("admin:petitions_petition_change", args=[petition.pk])
    form: Any = admin.get(path)
    initial = form.context["adminform"].form.initial
    facts = {
        "campaign": initial["campaign"],
        "slug": "share",
        "goal": 5_000,
        "opens_at_0": "2026-01-01",
        "opens_at_1": "00:00:00",
        "initial-opens_at_0": "2026-01-01",
        "initial-opens_at_1": "00:00:00",
        "closes_at_0": "",
        "closes_at_1": "",
        "texts-TOTAL_FORMS": 0,
        "texts-INITIAL_FORMS": 0,
    }

    assert admin.post(path, facts).status_code == 302

    assert Petition.objects.get().goal == 5_000
    assert petition.campaign.audit.get().after == {"goal": 5_000}
    delete = reverse("admin:petitions_petition_delete", args=[petition.pk])
    assert admin.post(delete, {"post": "yes"}).status_code == 403


def test_admin_is_closed_to_managers(client: Client, petition: Petition) -> None:
    client.force_login(factories.manager(petition.campaign))

    assert client.get(reverse("admin:petitions_signature_changelist")).status_code == 302
