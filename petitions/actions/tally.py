"""What a change of signatures does to the counts, written in the same transaction.

The count job eats what is written here (`petitions.actions.counting`), so nobody who signs,
confirms or reviews ever writes a count that others wait for.
"""

from collections import Counter

from petitions.models import REMOVED, CountChange, Signature

#: What a tally needs to know of a signature.
FIELDS = ("petition_id", "country", "language", "link_id", "state")
Place = tuple[int, str, str, int | None]


def column(state: str) -> str:
    """Which of the three public numbers a state belongs to."""
    return "removed" if state in REMOVED else state


class Tally:
    """`leave` each signature as it was, `enter` it as it becomes, `save` inside the transaction."""

    def __init__(self) -> None:
        self._moves: Counter[tuple[Place, str]] = Counter()

    def leave(self, signature: Signature) -> None:
        self._move(signature, -1)

    def enter(self, signature: Signature) -> None:
        self._move(signature, +1)

    def _move(self, signature: Signature, by: int) -> None:
        place = (
            signature.petition_id, signature.country, signature.language, signature.link_id,
        )  # fmt: skip
        self._moves[place, column(signature.state)] += by

    def save(self) -> None:
        changes: dict[Place, CountChange] = {}
        for (place, number), by in self._moves.items():
            if by:
                petition_id, country, language, link_id = place
                change = changes.setdefault(
                    place,
                    CountChange(
                        petition_id=petition_id,
                        country=country,
                        language=language,
                        link_id=link_id,
                    ),
                )
                setattr(change, number, by)
        CountChange.objects.bulk_create(changes.values())
        self._moves.clear()
