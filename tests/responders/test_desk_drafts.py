"""Drafts: what was typed survives; who answers is named as far as they agreed to it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaign.models import Mention, User
from petitions.models import TrackedLink
from responders import wording
from responders.actions import approval, desk, drafts, writing
from responders.models import MediaUpload, Reply
from tests import factories
from videos.models import Clip, Consent


@pytest.fixture
def mention() -> Mention:
    mention = factories.MentionFactory(author_handle="tess")
    factories.PetitionFactory(campaign=mention.campaign)
    factories.ReplyTemplateFactory(
        campaign=mention.campaign, text="{handle}, {storyteller} in {place} answers: {link}"
    )
    return mention


@pytest.fixture
def ana(mention: Mention) -> User:
    return factories.editor(mention.campaign, name="Ana")


@pytest.fixture
def draft(mention: Mention, ana: User) -> Reply:
    return desk.claim(mention, by=ana)


def _clip(mention: Mention, name: str = "Leila", **consent: Any) -> Clip:
    facts = {f"consent__{key}": value for key, value in consent.items()}
    return factories.ClipFactory(
        storyteller__campaign=mention.campaign, storyteller__public_name=name, **facts
    )


def _end_lease() -> None:
    Mention.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
def test_save_draft_keeps_the_text_when_the_lease_is_gone(draft: Reply, ana: User) -> None:
    _end_lease()

    with pytest.raises(desk.LeaseLost, match=r"Your draft is kept\.$"):
        writing.save_draft(draft, text="Half a thought", by=ana)

    draft.refresh_from_db()
    assert draft.text == "Half a thought"


@pytest.mark.django_db
def test_save_draft_of_somebody_elses_is_refused(draft: Reply, mention: Mention) -> None:
    joe = factories.editor(mention.campaign)
    before = draft.text

    with pytest.raises(writing.NotYours):
        writing.save_draft(draft, text="Mine now", by=joe)

    draft.refresh_from_db()
    assert draft.text == before


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["submitted", "cancelled"])
def test_save_draft_of_what_left_the_desk_is_refused(draft: Reply, ana: User, status: str) -> None:
    Reply.objects.update(status=status)

    with pytest.raises(writing.NotYours):
        writing.save_draft(draft, text="Too late", by=ana)


@pytest.mark.django_db
def test_save_draft_past_xs_limit_is_kept_and_past_ours_refused(draft: Reply, ana: User) -> None:
    writing.save_draft(draft, text="a" * 4_000, by=ana)
    with pytest.raises(wording.TextTooLong):
        writing.save_draft(draft, text="a" * 4_001, by=ana)

    draft.refresh_from_db()
    assert draft.text == "a" * 4_000


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b", "ab"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("\ufeffhello\x1b[31m", "hello[31m"),
        ("\ud800x", "x"),
        ("مرحبا \u200fبكم", "مرحبا \u200fبكم"),
        ("👩‍👩‍👧 family", "👩‍👩‍👧 family"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_clean_takes_away_only_what_nobody_sees(typed: str, kept: str) -> None:
    assert wording.clean(typed) == kept


@pytest.mark.django_db
def test_pair_names_who_answers_and_tells_the_link(
    draft: Reply, mention: Mention, ana: User
) -> None:
    clip = _clip(mention)

    paired = writing.pair(draft, clip=clip, by=ana)

    assert paired.clip == clip
    assert paired.link is not None
    assert paired.text == (
        f"@tess, Leila in Kakuma, Kenya answers: http://testserver/s/{paired.link.slug}"
    )
    link = TrackedLink.objects.get()
    assert (link.clip_id, link.storyteller, link.reply_id) == (clip.pk, "Leila", draft.pk)
    assert MediaUpload.objects.get().clip == clip


@pytest.mark.django_db
def test_pair_with_another_clip_names_the_other_person(
    draft: Reply, mention: Mention, ana: User
) -> None:
    writing.pair(draft, clip=_clip(mention), by=ana)

    again = writing.pair(
        draft,
        clip=_clip(mention, "Oscar"),
        text="Leila's answer, @Leila_x: Leila in Kakuma, Kenya",
        by=ana,
    )

    assert again.text == "Oscar's answer, @Leila_x: Oscar in Kakuma, Kenya"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("consent", "told"),
    [
        ({"show_name": False, "show_place": "none"}, "@tess, somebody in a camp answers: "),
        ({"show_name": True, "show_place": "country"}, "@tess, Leila in Kenya answers: "),
    ],
)
def test_pair_says_no_more_than_consent_allows(
    draft: Reply, mention: Mention, consent: dict[str, Any], told: str
) -> None:
    paired = writing.pair(draft, clip=_clip(mention, **consent), by=draft.author)

    assert paired.text.startswith(told)


@pytest.mark.django_db
@pytest.mark.parametrize("spoilt", ["retired", "other campaign", "withdrawn", "other network"])
def test_pair_with_a_clip_that_may_not_be_used_is_refused(
    draft: Reply, mention: Mention, ana: User, spoilt: str
) -> None:
    clip = _clip(mention) if spoilt != "other campaign" else factories.ClipFactory()
    if spoilt == "retired":
        Clip.objects.update(status=Clip.Status.RETIRED)
    elif spoilt == "withdrawn":
        Consent.objects.update(withdrawn_at=timezone.now())
    elif spoilt == "other network":
        factories.ConsentFactory(storyteller=clip.storyteller, version=2, networks=["mastodon"])

    with pytest.raises(writing.ClipNotUsable):
        writing.pair(draft, clip=clip, by=ana)

    draft.refresh_from_db()
    assert draft.clip is None


@pytest.mark.django_db
def test_pair_without_the_lease_changes_nothing(draft: Reply, mention: Mention, ana: User) -> None:
    _end_lease()
    before = draft.text

    with pytest.raises(desk.LeaseLost):
        writing.pair(draft, clip=_clip(mention), by=ana)

    draft.refresh_from_db()
    assert (draft.clip, draft.text) == (None, before)


@pytest.mark.django_db
def test_approve_as_typed_takes_the_last_words(draft: Reply, mention: Mention, ana: User) -> None:
    paired = writing.pair(draft, clip=_clip(mention), by=ana)
    seen = approval.fingerprint(paired)

    approved = writing.approve_as_typed(paired, text=f"{paired.text} #IWelcome", seen=seen, by=ana)

    assert approved.status == Reply.Status.APPROVED
    assert approved.text.endswith(" #IWelcome")


@pytest.mark.django_db
def test_approve_as_typed_refuses_what_another_window_changed(
    draft: Reply, mention: Mention, ana: User
) -> None:
    paired = writing.pair(draft, clip=_clip(mention), by=ana)
    seen = approval.fingerprint(paired)
    writing.pair(draft, clip=_clip(mention, "Oscar"), by=ana)

    with pytest.raises(approval.Changed):
        writing.approve_as_typed(paired, text="New words here", seen=seen, by=ana)

    draft.refresh_from_db()
    assert draft.status == Reply.Status.DRAFT


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("allowed", "name", "place"),
    [
        ({"show_name": True, "show_place": "camp"}, "Leila", "Kakuma, Kenya"),
        ({"show_name": True, "show_place": "country"}, "Leila", "Kenya"),
        ({"show_name": False, "show_place": "none"}, "", ""),
    ],
)
def test_link_shows_the_public_what_consent_allows(
    draft: Reply, allowed: dict[str, Any], name: str, place: str
) -> None:
    teller = factories.StorytellerFactory(public_name="Leila", place=factories.PlaceFactory())
    draft.clip = factories.ClipFactory(storyteller=teller, consent=False)
    factories.ConsentFactory(storyteller=teller, **allowed)

    subject = drafts.subject_of(draft, mention=draft.mention)

    assert (subject.shown_name, subject.shown_place) == (name, place)
    assert (subject.storyteller, subject.place) == ("Leila", place)
