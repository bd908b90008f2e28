"""Small sums that the figures share."""

import gc
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def p50(values: Sequence[float]) -> float:
    return percentile(values, 0.50)


def p95(values: Sequence[float]) -> float:
    return percentile(values, 0.95)


def settle() -> None:
    """As the web process does once it is loaded (campaign/asgi.py): what is there stays, and the
    collector need not walk through it, which here would be the bench's own library."""
    gc.collect()
    gc.freeze()
