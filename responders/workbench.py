"""All that the desk shows of one mention: tweet, author, draft, shelf and checks."""

from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from campaign.models import Campaign, Mention, User
from campaign.prepared import Given, Prepared
from petitions.actions import links
from responders import cautions, queue, shelf, surroundings, weight, wording
from responders.actions import approval, drafts, eyes, handing, media
from responders.cautions import Caution
from responders.models import MediaUpload, Reply, ReplyTemplate
from videos import clocks, routing

HELD_SHOWN = 3
SHIFT_LASTS = 60


@dataclass(frozen=True, slots=True)
class Draft:
    """A person's draft with what decides whether it can be approved."""

    reply: Reply
    weight: weight.Weight
    checks: list[Caution]
    missing: str
    seen: str
    second_eyes: str
    film: MediaUpload | None

    @property
    def film_words(self) -> str:
        """How far the network is with the paired film."""
        if self.film is None:
            return "Paired"
        return {
            MediaUpload.State.READY: "Paired, ready on X",
            MediaUpload.State.FAILED: "Paired; X refused the film",
        }.get(MediaUpload.State(self.film.state), "Paired, X prepares it")


@dataclass(frozen=True)
class Bench:
    """One mention on the desk. What is asked for only by some pages is found when they ask."""

    mention: Mention
    mine: bool
    holder: User | None
    draft: Draft | None
    candidates: list[Reply]
    answer: Reply | None
    colleagues: list[User]
    wanted: shelf.Wanted

    @cached_property
    def around(self) -> surroundings.Surroundings:
        return surroundings.around(self.mention)

    @cached_property
    def suggestions(self) -> list[shelf.Suggestion]:
        chosen = self.draft.reply.clip if self.draft else None
        return shelf.suggest(self.mention, wanted=self.wanted, chosen=chosen)

    @cached_property
    def totals(self) -> tuple[int, int]:
        """Clips that are ready, and those of them that rest."""
        return shelf.totals(self.mention.campaign_id)

    @cached_property
    def places(self) -> list[tuple[str, str]]:
        return [(slug, name) for _, slug, name in shelf.places(self.mention.campaign_id)]

    @cached_property
    def templates(self) -> list[tuple[ReplyTemplate, str]]:
        return _templates(self.mention, self.draft.reply) if self.draft else []

    @cached_property
    def field(self) -> routing.Glance | None:
        return _field(self.mention, may_ask=self.mine or self.holder is None)

    @cached_property
    def brief(self) -> clocks.Row | None:
        return _brief(self.mention)

    @property
    def beginnings(self) -> list[tuple[ReplyTemplate, str]]:
        """The first template of each language."""
        firsts = {one.language: (one, text) for one, text in reversed(self.templates)}
        return [firsts[code] for code in sorted(firsts)]

    @property
    def waits_for_a_hand(self) -> bool:
        """Approved, and to be posted on X by a person."""
        return self.answer is not None and self.answer.status == Reply.Status.BY_HAND

    @property
    def waits_for_eyes(self) -> bool:
        """A colleague reads it on the page of approvals."""
        return self.answer is not None and self.answer.status == Reply.Status.SUBMITTED

    @property
    def lane(self) -> queue.Lane:
        return queue.lane_of(self.mention)

    @property
    def claimable(self) -> bool:
        return self.mention.status in Mention.OPEN and self.holder is None


def bench(
    mention: Mention, *, wanted: shelf.Wanted | None = None, draft: str = "", by: User
) -> Bench:
    """`draft` is the id of the candidate to show; without it, the one written in last."""
    now = timezone.now()
    until = mention.claimed_until
    holder = mention.claimed_by if until is not None and until > now else None
    mine = holder == by
    candidates = _candidates(mention, by=by) if mine else []
    reply = _chosen(candidates, draft)
    return Bench(
        mention=mention,
        mine=mine,
        holder=None if mine else holder,
        draft=draft_facts(reply) if reply else None,
        candidates=candidates,
        answer=_answer_to(mention),
        colleagues=handing.colleagues(mention.campaign, of=by) if reply else [],
        wanted=wanted or shelf.Wanted(),
    )


def _field(mention: Mention, *, may_ask: bool) -> routing.Glance | None:
    """Who would be asked for it; None for what cannot be asked."""
    if mention.status not in Mention.OPEN or not may_ask:
        return None
    return routing.glance(mention.campaign, language=drafts.language_for(mention))


def _brief(mention: Mention) -> clocks.Row | None:
    """The clock of what the field was asked for it, while it waits for the footage."""
    if mention.status != Mention.Status.BRIEFED:
        return None
    return clocks.lines([mention], campaign=mention.campaign).get(mention.pk)


def draft_facts(reply: Reply) -> Draft:
    """The draft with its count, its checks, and why it cannot be approved yet ("" when it can)."""
    weighed = weight.weigh(reply.text)
    return Draft(
        reply=reply,
        weight=weighed,
        checks=_checks(reply),
        missing=_missing(reply, weighed),
        seen=approval.fingerprint(reply),
        second_eyes=eyes.needed(reply),
        film=media.state_for(reply) if reply.clip_id else None,
    )


_HELD = Prepared(
    lambda: (
        Reply.objects.approved()
        .filter(
            account__campaign=Given("campaign"), approved_by=Given("by"), due_at__gt=Given("now")
        )
        .order_by("-due_at")
        .values_list("pk", flat=True)[:HELD_SHOWN]
    )
)


def held(campaign: Campaign, *, by: User) -> list[Reply]:
    """What this person approved and can still undo, newest first."""
    theirs = _HELD.all(campaign=campaign.pk, by=by.pk, now=timezone.now())
    if not theirs:  # as mostly, and quicker asked than five wide tables are joined
        return []
    whole = Reply.objects.filter(pk__in=theirs).select_related("mention", "clip__storyteller")
    return list(whole.order_by("-due_at"))


def _candidates(mention: Mention, *, by: User) -> list[Reply]:
    """A person's drafts for it, A first."""
    drafts = Reply.objects.drafts_for(mention, by=by)
    return list(
        drafts.select_related(
            "mention__campaign", "account", "author", "link", "clip__storyteller__place"
        )
    )


def _chosen(candidates: list[Reply], pk: str) -> Reply | None:
    named = next((one for one in candidates if str(one.pk) == pk), None)
    return named or max(candidates, key=lambda one: one.updated_at, default=None)


def _answer_to(mention: Mention) -> Reply | None:
    """The reply that is on its way, or posted."""
    if mention.status in Mention.OPEN:
        return None
    done = Reply.objects.filter(mention=mention, status__in=Reply.COMMITTED)
    return done.select_related(
        "mention__account", "clip__storyteller", "author", "approved_by", "link"
    ).first()


def _templates(mention: Mention, reply: Reply) -> list[tuple[ReplyTemplate, str]]:
    """The campaign's templates, each filled for this mention; those of its language first."""
    address = _address(reply)
    found = ReplyTemplate.objects.filter(campaign=mention.campaign_id)
    voice = drafts.voice_of(reply.clip, language=reply.language) if reply.clip else None
    filled = []
    for template in sorted(found, key=lambda one: one.language != reply.language):
        text = wording.fill(template.text, mention=mention, link=address)
        filled.append((template, wording.tell(text, old=None, new=voice) if voice else text))
    return filled


def _missing(reply: Reply, weighed: weight.Weight) -> str:
    """The label of an approve button that cannot be pressed."""
    unfilled = wording.open_places(reply.text)
    reasons = (
        (not reply.text.strip(), "No text yet"),
        (weighed.left < 0, f"{-weighed.left} too long"),
        (reply.clip_id is None, "No clip yet"),
        (bool(unfilled), f"Fill in {{{unfilled[0]}}}" if unfilled else ""),
        (not weighed.valid, "X refuses a character"),
    )
    return next((words for wrong, words in reasons if wrong), "")


def _checks(reply: Reply) -> list[Caution]:
    found = cautions.of(reply, link=_address(reply))
    if reply.clip is not None:
        found.append(Caution(ok=True, words=f"Consent: {drafts.consent_words(reply.clip)}"))
    return found


def _address(reply: Reply) -> str:
    return links.url(reply.link) if reply.link else ""
