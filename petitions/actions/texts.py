"""The versions of a petition's words. What people have put their name to can be shown for ever."""

from django.db import transaction

from campaign.models import User
from petitions.models import Petition, TextVersion


def keep_versions(petition: Petition, *, by: User | None) -> int:
    """Keep each text that is not the last version of its language. Returns how many were new."""
    made = 0
    with transaction.atomic():
        Petition.objects.select_for_update().get(pk=petition.pk)
        last = {
            one.language: one
            for one in TextVersion.objects.filter(petition=petition).order_by("number")
        }
        for text in petition.texts.all():
            before = last.get(text.language)
            if before and before.sha256 == text.sha256:
                continue
            # Whoever signed before we kept versions signed the first one.
            since = {} if before else {"since": petition.opens_at}
            TextVersion.objects.create(
                petition=petition,
                language=text.language,
                number=before.number + 1 if before else 1,
                title=text.title,
                addressee=text.addressee,
                body=text.body,
                sha256=text.sha256,
                by=by,
                **since,
            )
            made += 1
    return made
