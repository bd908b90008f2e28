from campaign.models.audit import AuditEntry
from campaign.models.campaigns import Account, Campaign, Pause
from campaign.models.devices import Device
from campaign.models.invitations import Invitation, Proposal
from campaign.models.lexicons import Ranking, ThemeWords
from campaign.models.mentions import Mention, OptOut
from campaign.models.people import User
from campaign.models.sweeps import SweepRun

__all__ = [
    "Account",
    "AuditEntry",
    "Campaign",
    "Device",
    "Invitation",
    "Mention",
    "OptOut",
    "Pause",
    "Proposal",
    "Ranking",
    "SweepRun",
    "ThemeWords",
    "User",
]
