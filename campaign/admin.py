"""Django's admin, for set-up. What the desk's rules govern can be read here, never changed.

What may be changed here is in the audit log, as any other change is.
"""

from collections.abc import Iterable
from typing import Any, TypeVar, cast

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest, HttpResponse

from campaign import audit
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


class AuditedAdmin(admin.ModelAdmin[M]):
    """Rows that are set up here. Who changed what is in the audit log; texts are not copied there,
    since some are of people."""

    def save_model(
        self,
        request: HttpRequest,
        obj: M,
        form: ModelForm[M],
        change: bool,  # noqa: FBT001  Django's signature
    ) -> None:
        names = list(form.changed_data)
        before = _facts(self.get_queryset(request).get(pk=obj.pk), names) if change else {}
        super().save_model(request, obj, form, change)
        if names or not change:
            verb = "changed" if change else "made"
            _record(request, obj, verb, before=before, after=_facts(obj, names))

    def save_formset(
        self,
        request: HttpRequest,
        form: ModelForm[M],
        formset: BaseModelFormSet[Any, Any],
        change: bool,  # noqa: FBT001  Django's signature
    ) -> None:
        super().save_formset(request, form, formset, change)
        for row in formset.new_objects:
            _record(request, row, "made")
        for row, names in formset.changed_objects:
            _record(request, row, "changed", after=_facts(row, names))
        for row in formset.deleted_objects:
            _record(request, row, "deleted")

    def log_deletions(self, request: HttpRequest, queryset: Iterable[M]) -> Any:
        """Called before the rows go, for one as for many."""
        for row in queryset:
            _record(request, row, "deleted")
        return super().log_deletions(request, cast(Any, queryset))


def _record(
    request: HttpRequest,
    row: models.Model,
    verb: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    by = cast(User, request.user)
    audit.record(f"{verb} in the admin", row, before=before, after=after, by=by)


def _facts(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    """The values of these fields; of texts and lists, only that they are among them."""
    return {name: _fact(row, name) for name in names}


#: Fields whose values hold nobody's words.
PLAIN = (models.IntegerField, models.BooleanField, models.DateField, models.DecimalField)


def _fact(row: models.Model, name: str) -> Any:
    field = row._meta.get_field(name)
    if isinstance(field, models.ForeignKey):
        return getattr(row, field.attname)
    if isinstance(field, PLAIN) or getattr(field, "choices", None):
        return getattr(row, name)
    return "…"


@admin.register(User)
class PersonAdmin(AuditedAdmin[User], UserAdmin[User]):
    list_display = ("username", "name", "is_active", "last_login")
    list_filter = ("groups", "campaigns", "is_active")
    search_fields = ("username", "name", "email")
    filter_horizontal = ("campaigns",)
    fieldsets = (
        (None, {"fields": ("username",)}),
        ("Person", {"fields": ("name", "email", "language")}),
        ("Work", {"fields": ("groups", "campaigns", "is_active", "is_staff", "is_superuser")}),
    )

    # Roles take two people, and leaving out ends sessions: both have a page of their own.
    readonly_fields = ("groups", "is_active", "is_superuser")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People are invited (*People*), or made by `manage.py create_person`."""
        return False

    def user_change_password(self, *_args: Any, **_options: Any) -> HttpResponse:
        """Nobody sets a colleague's password, to sign in as them: they ask for a new one."""
        raise PermissionDenied

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People leave by losing `is_active`: the audit log still names them."""
        return False


@admin.register(Campaign)
class CampaignAdmin(AuditedAdmin[Campaign]):
    list_display = ("name", "slug", "hashtag", "hold_seconds", "always_second_eyes")
    search_fields = ("name", "slug")


@admin.register(Account)
class AccountAdmin(AuditedAdmin[Account]):
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

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its mentions and replies stay: turn it off instead."""
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Accounts come with credentials that were tried: `manage.py connect_account`."""
        return False


@admin.register(Mention)
class MentionAdmin(ReadOnlyAdmin[Mention]):
    list_display = ("author_handle", "lang", "status", "reason", "priority", "posted_at")
    list_filter = ("status", "lang", "replyable", "account")
    search_fields = ("=author_handle", "=external_id")
    list_select_related = True
    show_full_result_count = False


@admin.register(OptOut)
class OptOutAdmin(ReadOnlyAdmin[OptOut]):
    list_display = ("author_handle", "network", "channel", "words", "created_at", "created_by")
    list_filter = ("network", "reason", "channel")
    list_select_related = ("created_by",)
    search_fields = ("author_handle", "author_id")


@admin.register(Pause)
class PauseAdmin(ReadOnlyAdmin[Pause]):
    list_display = ("reason", "campaign", "account", "started_at", "started_by", "ended_at")
    list_filter = ("campaign", "account")
    list_select_related = ("campaign", "account", "started_by")
    search_fields = ("reason",)


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
    list_display = ("at", "actor", "verb", "target_type", "target_id", "campaign")
    list_filter = ("campaign", "target_type")
    search_fields = ("=target_id", "=verb")
    list_select_related = ("actor",)
    show_full_result_count = False
