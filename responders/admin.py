from django.contrib import admin

from campaign.admin import AuditedAdmin, ReadOnlyAdmin
from responders.models import Attempt, MediaUpload, Reply, ReplyTemplate


@admin.register(ReplyTemplate)
class ReplyTemplateAdmin(AuditedAdmin[ReplyTemplate]):
    list_display = ("name", "campaign", "language", "position")
    list_filter = ("campaign", "language")
    search_fields = ("name", "text")
    list_select_related = ("campaign",)


@admin.register(Reply)
class ReplyAdmin(ReadOnlyAdmin[Reply]):
    list_display = ("id", "mention", "status", "author", "approved_by", "posted_at")
    list_filter = ("status", "account")
    list_select_related = ("mention", "author", "approved_by")
    search_fields = ("mention__author_handle", "external_id")


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin[Attempt]):
    list_display = ("reply_id", "number", "outcome", "started_at", "finished_at", "worker")
    list_filter = ("outcome",)
    search_fields = ("=reply__id", "=external_id")


@admin.register(MediaUpload)
class MediaUploadAdmin(ReadOnlyAdmin[MediaUpload]):
    list_display = ("sha256", "account", "state", "bytes_sent", "bytes_total", "expires_at")
    list_filter = ("state", "account")
    list_select_related = ("account",)
