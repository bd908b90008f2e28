from django.contrib import admin

from campaign.admin import AuditedAdmin, ReadOnlyAdmin
from videos.models import Brief, Clip, Consent, CrewMember, Place, Storyteller


@admin.register(Place)
class PlaceAdmin(AuditedAdmin[Place]):
    list_display = ("name", "country_name", "timezone")
    search_fields = ("name", "slug", "country_name")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(CrewMember)
class CrewMemberAdmin(AuditedAdmin[CrewMember]):
    list_display = ("user", "place", "on_duty")
    list_filter = ("place", "on_duty")
    search_fields = ("user__username", "user__name")
    list_select_related = ("user", "place")


@admin.register(Storyteller)
class StorytellerAdmin(AuditedAdmin[Storyteller]):
    list_display = ("public_name", "place", "campaign", "active")
    list_filter = ("place", "campaign", "active")
    search_fields = ("public_name",)
    list_select_related = ("place", "campaign")


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin[Consent]):
    """Given and withdrawn in the field and by safeguarding, whose pages ask what was told."""

    list_display = ("storyteller", "version", "method", "given_at", "expires_at", "withdrawn_at")
    list_select_related = ("storyteller",)
    list_filter = ("method",)
    search_fields = ("storyteller__public_name",)


@admin.register(Clip)
class ClipAdmin(ReadOnlyAdmin[Clip]):
    list_display = ("title", "storyteller", "language", "status", "received_at", "used")
    list_filter = ("status", "language", "campaign")
    list_select_related = ("storyteller",)
    search_fields = ("title", "quote")


@admin.register(Brief)
class BriefAdmin(ReadOnlyAdmin[Brief]):
    list_display = ("pk", "campaign", "place", "storyteller", "status", "sent_at", "deadline")
    search_fields = ("=pk", "storyteller__public_name")
    list_filter = ("status", "place", "campaign")
    list_select_related = ("campaign", "place", "storyteller")
