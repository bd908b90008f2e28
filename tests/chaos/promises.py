"""What the newsroom has promised, noted as it happens, and which moment it holds from."""

from dataclasses import dataclass, field
from datetime import datetime

from responders.models import Reply


@dataclass
class Promises:
    """Times are this machine's."""

    approved: dict[int, set[str]] = field(default_factory=dict)  # words, by reply
    withdrawn: dict[int, datetime] = field(default_factory=dict)  # by storyteller
    left_alone: dict[str, datetime] = field(default_factory=dict)  # by author
    taken_down: set[int] = field(default_factory=set)  # replies
    settled: set[int] = field(default_factory=set)  # replies that a person gave up
    pauses: list[tuple[set[int], datetime, datetime]] = field(default_factory=list)

    def withdrawn_at(self, reply: Reply) -> datetime | None:
        """When its storyteller took their consent back."""
        return self.withdrawn.get(reply.clip.storyteller_id) if reply.clip else None

    def left_alone_at(self, reply: Reply) -> datetime | None:
        """When the person whom it answers had asked to be left alone."""
        return self.left_alone.get(reply.mention.author_id)

    def must_be_off(self, reply: Reply) -> bool:
        """Whether it may not stand on the network in the end, whenever it got there."""
        return reply.pk in self.taken_down or self.withdrawn_at(reply) is not None

    def may_not_go(self, reply: Reply) -> bool:
        """Whether there is a cause to give it up without a person."""
        return self.withdrawn_at(reply) is not None or self.left_alone_at(reply) is not None

    def explain(self, reply: Reply) -> bool:
        """Whether the cause for which it was given up is true."""
        match reply.problem:
            case "consent" | "clip":
                return self.withdrawn_at(reply) is not None
            case "opted_out" | "dismissed":
                return self.left_alone_at(reply) is not None
            case _:
                return reply.pk in self.settled
