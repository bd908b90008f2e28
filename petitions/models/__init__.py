from petitions.models.counts import CountSnapshot
from petitions.models.links import ClickCount, TrackedLink
from petitions.models.petitions import Petition, PetitionText
from petitions.models.rollups import DayCount, HourCount, LinkDay, RollUp, StaleHour
from petitions.models.signatures import Signature

__all__ = [
    "ClickCount",
    "CountSnapshot",
    "DayCount",
    "HourCount",
    "LinkDay",
    "Petition",
    "PetitionText",
    "RollUp",
    "Signature",
    "StaleHour",
    "TrackedLink",
]
