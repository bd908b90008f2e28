from django.contrib import admin

from campaign.admin import ReadOnlyAdmin
from videos.models import Brief, Clip, Consent, CrewMember, Place, Storyteller


@admin.register(Place)
class PlaceAdmin(admin.ModelAdmin[Place]):
    list_display = ("name", "country_name", "timezone")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(CrewMember)
class CrewMemberAdmin(admin.ModelAdmin[CrewMember]):
    list_display = ("user", "place", "on_duty")
    list_select_related = ("user", "place")


@admin.register(Storyteller)
class StorytellerAdmin(admin.ModelAdmin[Storyteller]):
    list_display = ("public_name", "place", "campaign", "active")
    list_filter = ("place", "campaign", "active")
    list_select_related = ("place", "campaign")


@admin.register(Consent)
class ConsentAdmin(admin.ModelAdmin[Consent]):
    """Versions are added, never changed."""

    list_display = ("storyteller", "version", "method", "given_at", "expires_at", "withdrawn_at")
    list_select_related = ("storyteller",)
    exclude = ("withdrawn_at", "withdrawn_by")

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Clip)
class ClipAdmin(ReadOnlyAdmin[Clip]):
    list_display = ("title", "storyteller", "language", "status", "received_at", "used")
    list_filter = ("status", "language", "campaign")
    list_select_related = ("storyteller",)
    search_fields = ("title", "quote")


@admin.register(Brief)
class BriefAdmin(ReadOnlyAdmin[Brief]):
    list_display = ("pk", "campaign", "place", "storyteller", "status", "sent_at", "deadline")
    list_filter = ("status", "place", "campaign")
    list_select_related = ("campaign", "place", "storyteller")
