import pytest
from django.contrib.auth.models import Group

from campaign import roles
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", roles.ROLES)
def test_roles_hold_exactly_their_permissions(role: str) -> None:
    group = Group.objects.get(name=role)
    held = set(group.permissions.values_list("codename", flat=True))
    assert held == set(roles.ROLES[role])


def test_person_gets_the_permissions_of_their_role() -> None:
    ana = factories.editor()
    assert ana.has_perm("campaign.use_desk")
    assert not ana.has_perm("campaign.pause_posting")
