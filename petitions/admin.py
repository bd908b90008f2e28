"""Petitions in Setup. Signatures can be looked at and taken out, never written."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from campaign.admin import AuditedAdmin, ReadOnlyAdmin
from campaign.models import User
from petitions.actions import moderation, texts
from petitions.models import CountSnapshot, Petition, PetitionText, Signature, TrackedLink


class PetitionTextInline(admin.StackedInline[PetitionText, Petition]):
    model = PetitionText
    extra = 0


@admin.register(Petition)
class PetitionAdmin(AuditedAdmin[Petition]):
    list_display = ["slug", "campaign", "opens_at", "closes_at", "confirmed", "pending"]
    list_select_related = ["campaign", "count"]
    list_filter = ["campaign"]
    search_fields = ["slug", "texts__title"]
    inlines = [PetitionTextInline]

    @admin.display(ordering="count__confirmed")
    def confirmed(self, petition: Petition) -> int:
        return self._count(petition).confirmed

    @admin.display(ordering="count__pending")
    def pending(self, petition: Petition) -> int:
        return self._count(petition).pending

    @staticmethod
    def _count(petition: Petition) -> CountSnapshot:
        try:
            return petition.count
        except CountSnapshot.DoesNotExist:
            return CountSnapshot()

    def save_related(
        self,
        request: HttpRequest,
        form: ModelForm[Petition],
        formsets: Any,
        change: bool,  # noqa: FBT001  Django's signature
    ) -> None:
        super().save_related(request, form, formsets, change)
        texts.keep_versions(form.instance, by=cast(User, request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Petition | None = None) -> bool:
        """A petition is closed, not deleted: replies that are out point to it."""
        return False


@admin.register(TrackedLink)
class TrackedLinkAdmin(ReadOnlyAdmin[TrackedLink]):
    list_display = ["slug", "petition", "storyteller", "place", "clip_title", "posted_at"]
    list_filter = ["petition", "place", "language"]
    search_fields = ["slug", "storyteller", "clip_title"]
    show_full_result_count = False


@admin.register(Signature)
class SignatureAdmin(ReadOnlyAdmin[Signature]):
    """Name and address stay encrypted here: moderation needs neither."""

    list_display = ["id", "petition", "state", "country", "language", "signed_at", "confirmed_at"]
    list_filter = ["petition", "state", "language", "country"]
    show_full_result_count = False
    fields = [
        "petition", "state", "country", "language", "link", "news_consent", "news_wording",
        "signed_at", "confirmed_at", "mails_sent", "mailed_at", "mail_due",
    ]  # fmt: skip
    actions = ["take_out", "take_back"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signature]:
        return Signature.objects.defer("name", "email").select_related("petition")

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("petitions.change_signature"))

    @admin.action(description="Take out: they no longer count", permissions=["moderate"])
    def take_out(self, request: HttpRequest, chosen: QuerySet[Signature]) -> None:
        self._moderate(request, chosen, moderation.take_out, "{n} taken out.")

    @admin.action(description="Take back: they are people after all", permissions=["moderate"])
    def take_back(self, request: HttpRequest, chosen: QuerySet[Signature]) -> None:
        self._moderate(request, chosen, moderation.take_back, "{n} taken back.")

    def _moderate(
        self, request: HttpRequest, chosen: QuerySet[Signature], act: Any, words: str
    ) -> None:
        by_petition: dict[int, list[int]] = {}
        for petition_id, signature_id in chosen.order_by().values_list("petition_id", "pk"):
            by_petition.setdefault(petition_id, []).append(signature_id)
        done = sum(
            act(petition, ids=by_petition[petition.pk], by=cast(User, request.user))
            for petition in Petition.objects.filter(pk__in=by_petition)
        )
        messages.success(request, words.format(n=done))
