"""The finished files of clips: for those who may see the clip, and for the public page."""

import uuid

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaign.models import User
from videos import serving
from videos.actions.footage import NETWORK
from videos.models import Clip, Rendition

OURS = "private, max-age=60"
# Short, so that a clip whose consent is withdrawn is soon gone from caches too.
EVERYBODYS = "public, max-age=60"


@require_safe
@login_required
def clip_file(request: HttpRequest, pk: uuid.UUID, kind: str) -> HttpResponseBase:
    """A rendition, for the newsroom of its campaign and the crew of its place."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - login_required saw to it; this tells mypy
    if not (user.has_perm("campaign.view_clips") or user.has_perm("campaign.upload_footage")):
        raise PermissionDenied
    if kind == Rendition.Kind.WORKING and not user.has_perm("campaign.review_clips"):
        raise PermissionDenied
    clips = Clip.objects.seen_by(user).exclude(status=Clip.Status.WITHDRAWN)
    rendition = get_object_or_404(Rendition, clip__in=clips.filter(pk=pk), kind=kind)
    return serving.send(request, rendition, cache=OURS)


@require_safe
def public_file(request: HttpRequest, pk: uuid.UUID, kind: str) -> HttpResponseBase:
    """The preview or the poster of a ready clip whose storyteller agrees, for anybody."""
    assert kind in {Rendition.Kind.PREVIEW, Rendition.Kind.POSTER}  # noqa: S101 - says urls.py
    clips = Clip.objects.ready().with_consent(network=NETWORK, at=timezone.now())
    rendition = get_object_or_404(Rendition, clip__in=clips.filter(pk=pk), kind=kind)
    return serving.send(request, rendition, cache=EVERYBODYS)
