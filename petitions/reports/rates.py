"""Shares, and how far a share from few cases may be from the truth."""

from dataclasses import dataclass
from math import sqrt

#: 95 of 100 such ranges hold the true share.
_Z = 1.959964
FEW = 100


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `whole`, with the range that the true share is likely in (Wilson's interval)."""

    part: int
    whole: int

    @property
    def known(self) -> bool:
        return self.whole > 0

    @property
    def share(self) -> float:
        return self.part / self.whole if self.whole else 0.0

    @property
    def percent(self) -> str:
        """To one place; empty when there is nothing to divide by."""
        return f"{100 * self.share:.1f} %" if self.whole else ""

    @property
    def few(self) -> bool:
        return self.whole < FEW

    @property
    def likely(self) -> tuple[float, float]:
        """Source: E. B. Wilson, 1927. Shares above one (two people, one click) count as one."""
        if not self.whole:
            return 0.0, 1.0
        n, p = self.whole, min(1.0, self.share)
        middle = p + _Z**2 / (2 * n)
        spread = _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        below = 1 + _Z**2 / n
        return max(0.0, (middle - spread) / below), min(1.0, (middle + spread) / below)

    @property
    def likely_words(self) -> str:
        low, high = self.likely
        return f"{100 * low:.1f} to {100 * high:.1f} %" if self.whole else ""
