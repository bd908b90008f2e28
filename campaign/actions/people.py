"""Who works here: making people, for those who have only a shell."""

from django.contrib.auth.models import Group
from django.db import transaction

from campaign import audit
from campaign.models import Campaign, User


class NameTaken(Exception):
    """Somebody has this username already."""


@transaction.atomic
def create(
    username: str,
    *,
    name: str,
    role: str,
    campaigns: list[Campaign],
    password: str,
    by: User | None,
) -> User:
    """A person with one role in these campaigns. Raises `NameTaken`."""
    if User.objects.filter(username=username).exists():
        raise NameTaken(f"Somebody is called “{username}” already. Choose another username.")
    person = User.objects.create_user(username, password=password, name=name)
    person.groups.add(Group.objects.get(name=role))
    person.campaigns.add(*campaigns)
    after = {"role": role, "campaigns": [campaign.slug for campaign in campaigns]}
    audit.record("person made", person, after=after, by=by)
    return person
