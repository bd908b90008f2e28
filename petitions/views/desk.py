"""What the managers' views of one petition share."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse

from campaign.access import NewsroomRequest, newsroom
from petitions.models import Petition

P = ParamSpec("P")


def of_petition(
    view: Callable[Concatenate[NewsroomRequest, Petition, P], HttpResponse],
) -> Callable[..., HttpResponseBase]:
    """Only people who manage petitions, in their own campaign; the view gets the petition."""

    @wraps(view)
    def found(
        request: NewsroomRequest, /, slug: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        mine = Petition.objects.filter(campaign=request.campaign)
        petition = get_object_or_404(mine.select_related("campaign", "count"), slug=slug)
        return view(request, petition, *args, **kwargs)

    return newsroom("campaign.manage_petitions")(found)


def back(petition: Petition, name: str, *, query: str = "") -> HttpResponseRedirect:
    """To one of the petition's pages, after a form."""
    address = reverse(name, kwargs={"campaign": petition.campaign.slug, "slug": petition.slug})
    return HttpResponseRedirect(f"{address}?{query}" if query else address)
