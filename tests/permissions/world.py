"""Two campaigns with one of each thing, and the addresses of them."""

import uuid
from typing import Any

from django.urls import get_resolver, reverse

from tests import factories

#: What stands in an address for something that nobody has.
GUESSES: dict[str, Any] = {
    "uidb36": "1",
    "key": "x-y",
    "provider_id": "organisation",
    "provider": "postmark",
    "token": "guess",
    "code": "guess",
    "slug": "guess",
    "kind": "preview",
    "step": "accept",
    "language": "en",
    "notice": 999_999,
    "version": 1,
    "note": 999_999,
    "reply": 999_999,
}


class World:
    """`ours` and `theirs`; whoever asks belongs to the first."""

    #: Open to a permission, and then only to some: the object decides (an author, a holder).
    refuses_more: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.ours = factories.CampaignFactory(slug="ours")
        self.theirs = factories.CampaignFactory(slug="theirs")
        self.our_place = factories.PlaceFactory(slug="our-place")
        their_place = factories.PlaceFactory(slug="their-place")
        account = factories.AccountFactory(campaign=self.theirs)
        mention = factories.MentionFactory(account=account)
        storyteller = factories.StorytellerFactory(campaign=self.theirs, place=their_place)
        self.things: dict[str, Any] = {
            "account": account,
            "mention": mention,
            "reply": factories.ReplyFactory(mention=mention),
            "clip": factories.ClipFactory(storyteller=storyteller),
            "storyteller": storyteller,
            "person": factories.editor(self.theirs),
            "petition": factories.PetitionFactory(campaign=self.theirs),
        }
        self.arguments = _arguments()

    def address(self, name: str, campaign: str, **of: Any) -> str:
        """Of something that is not there, unless OF says what."""
        known = {**GUESSES, "campaign": campaign, "pk": self._guess(name), **of}
        return reverse(name, kwargs={one: known[one] for one in self.arguments.get(name, ())})

    def foreign(self, name: str, *, campaign: str = "ours") -> str | None:
        """In our campaign, with the id of theirs; None where the address has no object."""
        wanted = self.arguments.get(name, set()) - {"campaign"}
        if not wanted:
            return None
        thing = self._thing(name)
        if thing is None:
            return None
        if "slug" in wanted:
            return self.address(name, campaign, slug=thing.slug)
        return self.address(name, campaign, **dict.fromkeys(wanted & {"pk", "reply"}, thing.pk))

    def own(self, name: str) -> str:
        """As somebody of `theirs` would ask: the thing itself where there is one."""
        return self.foreign(name, campaign="theirs") or self.address(name, "theirs")

    def _thing(self, name: str) -> Any:
        for beginning, thing in (
            ("desk-posted", "reply"),
            ("desk-undo", "reply"),
            ("desk-", "mention"),
            ("outbox-", "reply"),
            ("approvals-", "reply"),
            ("people-", "person"),
            ("account-credentials", "account"),
            ("clip", "clip"),
            ("consent-withdraw", "storyteller"),
            ("storyteller", "storyteller"),
        ):
            if name.startswith(beginning):
                return self.things[thing]
        if "slug" in self.arguments.get(name, set()):
            return self.things["petition"]
        return None

    def _guess(self, name: str) -> Any:
        """An id that nobody has, in the form that the address takes."""
        for value in (999_999, uuid.UUID(int=1)):
            try:
                known = {**GUESSES, "campaign": "ours", "pk": value}
                reverse(name, kwargs={one: known[one] for one in self.arguments.get(name, ())})
            except Exception:  # noqa: BLE001, S112  the next form, then
                continue
            return value
        return 999_999


def _arguments() -> dict[str, set[str]]:
    """For each name, what its address is made of."""
    known = get_resolver().reverse_dict
    names = [name for name in known if isinstance(name, str)]
    return {name: set(known.getlist(name)[0][0][0][1]) for name in names}
