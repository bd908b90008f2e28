"""A storyteller agrees: each time a new version, with what was told and how it was given."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.files import File
from django.db import transaction
from django.utils import timezone

from campaign import audit
from campaign.models import Campaign, User
from videos import storage, withdrawal_codes
from videos.actions import footage, protection
from videos.models import Clip, Consent, Storyteller

#: When nobody says otherwise, we ask again after so long whether it still holds.
REVIEW_AFTER = timedelta(days=180)
FORM_VERSION = "2026-11"
MAX_EVIDENCE = 64 * 1024 * 1024


class ConsentError(Exception):
    """This is no consent that we may rely on; the text says what is missing, for who asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed, and how. Times are aware; `given_at` is the phone's and may lie ahead."""

    method: Consent.Method
    language: str
    told: tuple[str, ...]
    networks: tuple[str, ...]
    given_at: datetime
    show_face: bool = False
    show_voice: bool = False
    show_name: bool = False
    show_place: Consent.PlaceShown = Consent.PlaceShown.NONE
    campaigns: tuple[int, ...] = ()
    countries: tuple[str, ...] = ()
    witness: str = ""
    interpreter: str = ""
    guardian: str = ""
    guardian_agreed: bool = False
    child_assented: bool = False
    expires_at: datetime | None = None
    review_at: datetime | None = None
    form_version: str = FORM_VERSION
    #: Of the evidence that a phone will send; nobody relies on the consent before it is here.
    evidence_sha256: str = ""
    evidence_type: str = ""
    #: Made on the phone when it is offline; else one is made here.
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Given:
    """The consent that is on file now, and the code to hand to the storyteller: shown only here."""

    consent: Consent
    code: str = field(repr=False)


def give(storyteller: Storyteller, terms: Terms, *, by: User) -> Given:
    """Put a new version of the storyteller's consent on file; it replaces the one before.

    The same form sent again (the same code) is the consent that is there already.
    Raises `ConsentError`, and `footage.NotYourPlaceError` for another crew's storyteller.
    """
    footage.check_person(storyteller, by=by)
    code = terms.code or withdrawal_codes.make()
    try:
        code_hash = withdrawal_codes.digest(code)
    except ValueError as error:
        raise ConsentError(str(error)) from error
    with transaction.atomic():
        locked = Storyteller.objects.select_for_update(no_key=True).get(pk=storyteller.pk)
        if known := Consent.objects.filter(storyteller=locked, code_hash=code_hash).first():
            return Given(known, code)
        _check(terms, locked)
        newest = Consent.objects.filter(storyteller=locked).order_by("-version").first()
        consent = _draw_up(terms, locked, by=by)
        consent.version = newest.version + 1 if newest else 1
        consent.code_hash = code_hash
        consent.save(force_insert=True)
        facts = {"version": consent.version, "method": consent.method, "form": terms.form_version}
        audit.record("gave consent", locked, after=facts, by=by)
    protection.follow_consent(locked, by=by)
    return Given(consent, code)


def attach_evidence(consent: Consent, upload: File[bytes], *, content_type: str, by: User) -> None:
    """Store the recording or picture that shows a consent, once; the same file again is fine.

    Raises `ConsentError` when there is other evidence already, or another was promised, or the
    file is empty or too large.
    """
    footage.check_person(consent.storyteller, by=by)
    check_evidence(upload.size or 0)
    sha256 = storage.digest(upload)
    if consent.evidence and consent.evidence_sha256 == sha256:
        return
    if consent.awaits_evidence and consent.evidence_sha256 != sha256:
        raise ConsentError("This is other evidence than the phone promised.")
    name = storage.keep_evidence(upload, consent=consent.pk, sha256=sha256)
    with transaction.atomic():
        attached = Consent.objects.filter(pk=consent.pk, evidence="").update(
            evidence=name, evidence_sha256=sha256, evidence_type=content_type[:60]
        )
        if attached:
            facts = {"version": consent.version, "sha256": sha256}
            for clip in Clip.objects.filter(storyteller=consent.storyteller_id):
                footage.announce(clip)  # from now on it may be shown
            audit.record("filed evidence of consent", consent.storyteller, after=facts, by=by)
    if not attached:
        storage.remove(name)
        raise ConsentError("There is other evidence of this consent on file already.")
    consent.refresh_from_db(fields=["evidence", "evidence_sha256", "evidence_type"])


def check_evidence(size: int) -> None:
    """Raise `ConsentError` for a file of so many bytes that cannot be evidence."""
    if not 0 < size <= MAX_EVIDENCE:
        raise ConsentError("The evidence is empty or larger than 64 MB. Record it again, shorter.")


@transaction.atomic
def note_look(consent: Consent, *, by: User) -> None:
    """Somebody is about to see what shows this consent."""
    facts = {"version": consent.version}
    audit.record("looked at evidence of consent", consent.storyteller, after=facts, by=by)


@transaction.atomic
def judge(
    storyteller: Storyteller, *, is_minor: bool, age_band: str, risk: str, active: bool, by: User
) -> None:
    """Keep what safeguarding judges of somebody."""
    locked = Storyteller.objects.select_for_update(no_key=True).get(pk=storyteller.pk)
    after = {"is_minor": is_minor, "age_band": age_band, "risk": risk, "active": active}
    before = {name: getattr(locked, name) for name in after}
    if before == after:
        return
    Storyteller.objects.filter(pk=locked.pk).update(**after)
    audit.record("judged risk", locked, before=before, after=after, by=by)


def _draw_up(terms: Terms, storyteller: Storyteller, *, by: User) -> Consent:
    given_at = min(terms.given_at, timezone.now())
    return Consent(
        storyteller=storyteller,
        form_version=terms.form_version,
        method=terms.method,
        language=terms.language,
        told=list(terms.told),
        given_at=given_at,
        collected_by=by,
        witness=terms.witness.strip(),
        interpreter=terms.interpreter.strip(),
        guardian=terms.guardian.strip(),
        guardian_agreed=terms.guardian_agreed,
        child_assented=terms.child_assented,
        networks=list(terms.networks),
        campaigns=list(terms.campaigns),
        countries=list(terms.countries),
        show_face=terms.show_face,
        show_voice=terms.show_voice,
        show_name=terms.show_name,
        show_place=terms.show_place,
        evidence_sha256=terms.evidence_sha256,
        evidence_type=terms.evidence_type[:60],
        expires_at=terms.expires_at,
        review_at=terms.review_at or given_at + REVIEW_AFTER,
    )


def _check(terms: Terms, storyteller: Storyteller) -> None:
    for test in (_check_told, _check_method, _check_scope, _check_times):
        test(terms)
    if storyteller.is_minor:
        _check_minor(terms)


def _check_told(terms: Terms) -> None:
    untold = [told.label for told in Consent.Told if told.value not in terms.told]
    if untold:
        raise ConsentError(f"Explain this first: {'; '.join(untold)}.")


def _check_method(terms: Terms) -> None:
    if terms.method == Consent.Method.MARK and not terms.witness.strip():
        raise ConsentError("A mark needs a witness. Write who saw it.")


def _check_scope(terms: Terms) -> None:
    if not terms.networks:
        raise ConsentError("Say where the film may appear: at least one network.")
    if not (terms.show_face or terms.show_voice):
        raise ConsentError("Neither face nor voice may be shown: nothing can be filmed.")
    known = Campaign.objects.filter(pk__in=terms.campaigns).count()
    if known != len(set(terms.campaigns)):
        raise ConsentError("One of these campaigns does not exist.")


def _check_times(terms: Terms) -> None:
    if terms.expires_at is not None and terms.expires_at <= terms.given_at:
        raise ConsentError("This consent would end before it begins. Choose a later day.")


def _check_minor(terms: Terms) -> None:
    if not (terms.guardian.strip() and terms.guardian_agreed):
        raise ConsentError("A guardian has to agree for somebody under 18. Write who they are.")
    if not terms.child_assented:
        raise ConsentError("Ask the child too. Without their own yes nothing is filmed.")
