"""What the managers' views of one petition share."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.db.models import Case, OuterRef, Subquery, When
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from campaign.access import NewsroomRequest, newsroom
from petitions.models import Petition, PetitionText

P = ParamSpec("P")

#: In English, as the newsroom speaks; in another language where there is none.
TITLE = Subquery(
    PetitionText.objects.filter(petition=OuterRef("pk"))
    .order_by(Case(When(language="en", then=0), default=1), "language")
    .values("title")[:1]
)


def of_petition(
    view: Callable[Concatenate[NewsroomRequest, Petition, P], HttpResponse],
) -> Callable[..., HttpResponseBase]:
    """Only people who manage petitions, in their own campaign; the view gets the petition, with
    the title that its pages show."""

    @wraps(view)
    def found(
        request: NewsroomRequest, /, slug: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        mine = Petition.objects.filter(campaign=request.campaign)
        titled = mine.select_related("campaign", "count").annotate(title=TITLE)
        petition = get_object_or_404(titled, slug=slug)
        return view(request, petition, *args, **kwargs)

    return newsroom("campaign.manage_petitions")(found)


def back(petition: Petition, name: str, *, query: str = "") -> HttpResponseRedirect:
    """To one of the petition's pages, after a form."""
    address = reverse(name, kwargs={"campaign": petition.campaign.slug, "slug": petition.slug})
    return HttpResponseRedirect(f"{address}?{query}" if query else address)
