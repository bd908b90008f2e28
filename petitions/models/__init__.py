from petitions.models.counts import CountChange, CountSlice, CountSnapshot
from petitions.models.links import ClickCount, TrackedLink
from petitions.models.moderation import Alert, DomainRule, HandOver, LedgerEntry, Removal
from petitions.models.petitions import Petition, PetitionText, TextVersion
from petitions.models.platforms import (
    CsvImport,
    OutsideSignature,
    Source,
    WebhookDelivery,
    WebhookEndpoint,
)
from petitions.models.rollups import FactDay, HourCount, LinkDay, RollUp, StaleHour
from petitions.models.saved import SavedReport
from petitions.models.signatures import REMOVED, Signature, Suppression

__all__ = [
    "REMOVED",
    "Alert",
    "ClickCount",
    "CountChange",
    "CountSlice",
    "CountSnapshot",
    "CsvImport",
    "DomainRule",
    "FactDay",
    "HandOver",
    "HourCount",
    "LedgerEntry",
    "LinkDay",
    "OutsideSignature",
    "Petition",
    "PetitionText",
    "Removal",
    "RollUp",
    "SavedReport",
    "Signature",
    "Source",
    "StaleHour",
    "Suppression",
    "TextVersion",
    "TrackedLink",
    "WebhookDelivery",
    "WebhookEndpoint",
]
