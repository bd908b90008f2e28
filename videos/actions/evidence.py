"""What a clip's custody is worth to others: checked against the files, and exported whole."""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from campaign import audit
from campaign.models import User
from videos import custody, storage
from videos.custody import Break
from videos.models import Clip, Consent, CustodyEvent, Rendition

HOW_TO_CHECK = """\
How to check this package

1. custody.json lists every event of the clip in order. The hash of an event is the sha256 of the
   hash of the event before it (nothing for the first), a line feed, and the event's "facts" as JSON
   in UTF-8 with sorted keys, no spaces, and no escaped letters.
2. files.json names each file in this package with its sha256. The sha256 of the original is that of
   the first event, "received".
3. consent.json says what the storyteller had agreed to, version by version, without their name.
"""


def export(clip: Clip, *, by: User) -> IO[bytes]:
    """A zip with the chain, the consents, the files that are still kept, and how to check them."""
    with transaction.atomic():
        custody.record(clip, custody.Kind.EXPORTED, by=by)
        audit.record("exported custody", clip, by=by)
    package = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    with zipfile.ZipFile(package, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("README.txt", HOW_TO_CHECK)
        archive.writestr("custody.json", _json(_chain(clip)))
        archive.writestr("consent.json", _json(_consents(clip)))
        archive.writestr("files.json", _json(list(_add_files(clip, archive))))
    package.seek(0)
    return package


@transaction.atomic
def note_look(clip: Clip, *, by: User) -> None:
    """Somebody is about to see the original."""
    custody.record(clip, custody.Kind.VIEWED, sha256=clip.original_sha256, by=by)
    audit.record("looked at original", clip, by=by)


def verify_files(clip: Clip) -> Iterator[Break]:
    """Files that are missing, or are not what the chain says."""
    known = dict.fromkeys(CustodyEvent.objects.filter(clip=clip).values_list("sha256", flat=True))
    last = CustodyEvent.objects.filter(clip=clip).order_by("-number").first()
    number = last.number if last else 0
    for name, sha256, label in _files(clip):
        if sha256 not in known:
            yield Break(clip.pk, number, f"no event of custody names the {label}")
        found = _digest(name)
        if found is None:
            yield Break(clip.pk, number, f"the {label} is not in the storage")
        elif found != sha256:
            yield Break(clip.pk, number, f"the {label} in the storage is another file")


def verify_evidence(consent: Consent) -> str:
    """What is wrong with the evidence of a consent; "" when it is as it was filed."""
    if not consent.evidence or consent.evidence_purged_at is not None:
        return ""
    found = _digest(consent.evidence)
    if found is None:
        return "the evidence is not in the storage"
    return "" if found == consent.evidence_sha256 else "the evidence in the storage is another file"


def _files(clip: Clip) -> Iterator[tuple[str, str, str]]:
    if clip.purged_at is None:
        yield clip.original, clip.original_sha256, "original"
    for one in Rendition.objects.filter(clip=clip).exclude(file=""):
        yield one.file, one.sha256, one.kind


def _add_files(clip: Clip, archive: zipfile.ZipFile) -> Iterator[dict[str, Any]]:
    for name, sha256, label in _files(clip):
        facts: dict[str, Any] = {"file": label, "sha256": sha256, "in_package": False}
        if storage.exists(name):
            facts |= {"in_package": True, "name": f"files/{label}"}
            with storage.open_file(name) as stored, archive.open(f"files/{label}", "w") as target:
                while block := stored.read(storage.BLOCK):
                    target.write(block)
        yield facts


def _chain(clip: Clip) -> dict[str, Any]:
    events = [
        {"facts": custody.describe(one), "previous_hash": one.previous_hash, "hash": one.hash}
        for one in CustodyEvent.objects.filter(clip=clip)
    ]
    return {"clip": str(clip.pk), "exported_at": timezone.now().isoformat(), "events": events}


def _consents(clip: Clip) -> list[dict[str, Any]]:
    names = (
        *("version", "form_version", "method", "language", "told", "given_at", "networks"),
        *("campaigns", "countries", "show_face", "show_voice", "show_name", "show_place"),
        *("guardian_agreed", "child_assented", "evidence_sha256", "expires_at", "review_at"),
        *("withdrawn_at", "withdrawal_channel", "withdrawal_scope"),
    )
    consents = Consent.objects.filter(storyteller=clip.storyteller_id).order_by("version")
    return [dict(zip(names, row, strict=True)) for row in consents.values_list(*names)]


def _digest(name: str) -> str | None:
    if not storage.exists(name):
        return None
    found = hashlib.sha256()
    with storage.open_file(name) as stored:
        while block := stored.read(storage.BLOCK):
            found.update(block)
    return found.hexdigest()


def _json(what: Any) -> str:
    return json.dumps(what, indent=2, ensure_ascii=False, default=str)
