"""The roles of the newsroom: groups by name, each with its permissions on `campaign`."""

EDITOR = "editor"
SENIOR_EDITOR = "senior editor"
CREW = "crew"
MANAGER = "manager"
SAFEGUARDING = "safeguarding"
ADMIN = "admin"

_DESK = ["use_desk", "view_clips", "review_clips"]
_SENIOR = [
    "give_second_approval",
    "take_over_claims",
    "pause_posting",
    "solve_problems",
    "manage_devices",
]

ROLES: dict[str, list[str]] = {
    EDITOR: [*_DESK],
    SENIOR_EDITOR: [*_DESK, *_SENIOR, "view_reports", "view_audit"],
    CREW: ["upload_footage"],
    MANAGER: ["view_reports", "view_clips", "view_audit"],
    SAFEGUARDING: [
        "view_clips",
        "view_identities",
        "withdraw_consent",
        "view_audit",
        "manage_devices",
    ],
    ADMIN: [
        "set_up_campaign",
        "pause_posting",
        "view_reports",
        "view_clips",
        "view_audit",
        "manage_devices",
    ],
}
