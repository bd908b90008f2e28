"""The roles of the newsroom: groups by name, each with its permissions on `campaign`."""

from typing import Any

EDITOR = "editor"
SENIOR_EDITOR = "senior editor"
CREW = "crew"
MANAGER = "manager"
SAFEGUARDING = "safeguarding"
ADMIN = "admin"

_DESK = ["use_desk", "view_clips", "review_clips"]
_SENIOR = [
    "give_second_approval",
    "edit_templates",
    "take_over_claims",
    "pause_posting",
    "solve_problems",
    "manage_devices",
]

ROLES: dict[str, list[str]] = {
    EDITOR: [*_DESK],
    SENIOR_EDITOR: [*_DESK, *_SENIOR, "view_reports", "view_audit"],
    CREW: ["upload_footage"],
    MANAGER: ["view_reports", "manage_petitions", "view_clips", "view_audit"],
    SAFEGUARDING: [
        "view_clips",
        "view_identities",
        "withdraw_consent",
        "view_audit",
        "manage_devices",
    ],
    ADMIN: [
        "set_up_campaign",
        "edit_templates",
        "pause_posting",
        "view_reports",
        "manage_petitions",
        "view_clips",
        "view_audit",
        "manage_devices",
    ],
}


def grant(apps: Any, _schema_editor: Any) -> None:
    """For a migration that comes after new permissions: every role gets exactly what is its own.

    Django makes permissions only after all migrations, so those that the roles need are made here.
    A permission that the migration's own state does not know yet waits for the next call.
    """
    content_types = apps.get_model("contenttypes", "ContentType").objects
    permissions = apps.get_model("auth", "Permission").objects
    groups = apps.get_model("auth", "Group").objects
    campaigns, _ = content_types.get_or_create(app_label="campaign", model="campaign")
    names = dict(apps.get_model("campaign", "Campaign")._meta.permissions)
    for role, codenames in ROLES.items():
        group, _ = groups.get_or_create(name=role)
        group.permissions.set(
            permissions.get_or_create(
                content_type=campaigns, codename=codename, defaults={"name": names[codename]}
            )[0]
            for codename in codenames
            if codename in names
        )
