"""How long a text is to X: links weigh 23, most scripts 1 a character, emoji and CJK 2; 280 in all.

The composer shows the same figure at once, counted by static/js/weight.js; this one is the truth.
"""

from dataclasses import dataclass

from twitter_text import parse_tweet

LIMIT = 280


@dataclass(frozen=True, slots=True)
class Weight:
    units: int
    valid: bool

    @property
    def left(self) -> int:
        return LIMIT - self.units

    @property
    def share(self) -> float:
        """Per cent of the limit, for the ring."""
        return min(100.0, 100 * self.units / LIMIT)


def weigh(text: str) -> Weight:
    """`valid` is what X would take: not empty, not over the limit, no characters it refuses."""
    result = parse_tweet(text)
    return Weight(units=result.weightedLength, valid=result.valid)
