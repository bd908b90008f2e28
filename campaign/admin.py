"""Django's admin, for set-up. What the desk's rules govern can be read here, never changed."""

from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db import models
from django.http import HttpRequest

from campaign.models import Account, AuditEntry, Campaign, Mention, OptOut, Pause, SweepRun, User

M = TypeVar("M", bound=models.Model)


class ReadOnlyAdmin(admin.ModelAdmin[M]):
    """Rows that only the newsroom's own actions may write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class PersonAdmin(UserAdmin[User]):
    list_display = ("username", "name", "is_active", "last_login")
    list_filter = ("groups", "campaigns", "is_active")
    search_fields = ("username", "name", "email")
    filter_horizontal = ("campaigns",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("name", "email", "language")}),
        ("Work", {"fields": ("groups", "campaigns", "is_active", "is_staff", "is_superuser")}),
    )

    # Roles take two people, and leaving out ends sessions: both have a page of their own.
    readonly_fields = ("groups", "is_active", "is_superuser")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People leave by losing `is_active`: the audit log still names them."""
        return False


@admin.register(Campaign)
class CampaignAdmin(admin.ModelAdmin[Campaign]):
    list_display = ("name", "slug", "hashtag", "hold_seconds", "always_second_eyes")
    search_fields = ("name", "slug")


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin[Account]):
    list_display = ("handle", "network", "campaign", "status", "stream_seen_at", "last_mention_at")
    list_filter = ("network", "status", "campaign")
    search_fields = ("handle",)
    readonly_fields = (
        "network",
        "external_id",
        "newest_id",
        "last_mention_at",
        "stream_seen_at",
        "quiet_since",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Accounts come with credentials that were tried: `manage.py connect_account`."""
        return False


@admin.register(Mention)
class MentionAdmin(ReadOnlyAdmin[Mention]):
    list_display = ("author_handle", "lang", "status", "priority", "posted_at")
    list_filter = ("status", "lang", "replyable")
    search_fields = ("author_handle", "external_id")
    list_select_related = True
    show_full_result_count = False


@admin.register(OptOut)
class OptOutAdmin(ReadOnlyAdmin[OptOut]):
    list_display = ("author_handle", "network", "channel", "words", "created_at", "created_by")
    search_fields = ("author_handle", "author_id")


@admin.register(Pause)
class PauseAdmin(ReadOnlyAdmin[Pause]):
    list_display = ("reason", "campaign", "account", "started_at", "started_by", "ended_at")


@admin.register(SweepRun)
class SweepRunAdmin(ReadOnlyAdmin[SweepRun]):
    """Whether the clock does its work: a page for operators."""

    list_display = (
        "name",
        "ran_at",
        "is_in_time",
        "seconds",
        "found",
        "runs",
        "failures",
        "failed_at",
    )

    @admin.display(boolean=True, description="in time")
    def is_in_time(self, row: SweepRun) -> bool:
        return not row.is_late


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin[AuditEntry]):
    list_display = ("at", "actor", "verb", "target_type", "target_id")
    list_filter = ("verb", "target_type")
    search_fields = ("target_id",)
    list_select_related = ("actor",)
    show_full_result_count = False
