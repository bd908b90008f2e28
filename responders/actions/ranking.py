"""Keeps the queue ranked by the rules as they are: words, languages, and the clips that are ready.

A mention is judged when it comes. When a rule changes (a first clip about school is ready, a
campaign gets other words) every open mention is judged again, a batch at a time, by the clock.
Nothing that is on an editor's screen moves: cards stay where they are until the editor asks for a
fresh list.
"""

import time
from collections.abc import Iterable

from django.db.models import CharField, F, Func
from django.utils import timezone

from campaign.intake import judging, priority
from campaign.models import Campaign, Mention, Ranking
from videos.models import Clip

BATCH = 1_000
#: Seconds that one turn of the clock may take for all campaigns.
MOST_SECONDS = 1.5

_FACTS = (
    "id",
    "text",
    "lang",
    "received_at",
    "replyable",
    "replyable_reason",
    "author_handle",
    "author_name",
    "author_location",
    "author_followers",
)
_JUDGED = ("themes", "doubt", "country", "priority", "priority_parts", "queue_at")


def keep_ranked() -> int:
    """Judge anew what rules have left behind. Returns how many mentions changed. For the clock."""
    until = time.monotonic() + MOST_SECONDS
    return sum(_keep(campaign, until=until) for campaign in Campaign.objects.all())


def _keep(campaign: Campaign, *, until: float) -> int:
    ranking, _ = Ranking.objects.get_or_create(campaign=campaign)
    judge = judging.of(campaign, answerable=_answerable(campaign))
    if ranking.rules != judge.rules:
        ranking.rules = judge.rules
        ranking.answerable = sorted(judge.answerable)
        ranking.reached = 0
        ranking.save(update_fields=["rules", "answerable", "reached"])
    changed = 0
    while time.monotonic() < until:
        behind = Mention.objects.open().filter(campaign=campaign, pk__gt=ranking.reached)
        batch = list(behind.order_by("pk").only(*_FACTS, *_JUDGED, "trusted")[:BATCH])
        if not batch:
            break
        changed += _judge(batch, judge=judge)
        ranking.reached = batch[-1].pk
        ranking.save(update_fields=["reached"])
    return changed


def _judge(batch: Iterable[Mention], *, judge: judging.Judge) -> int:
    """Only what a judgement says is written: a claim made meanwhile stays as it is."""
    different = []
    for mention in batch:
        facts = {name: getattr(mention, name) for name in _FACTS if name != "id"}
        found = judge.judge(judging.Known(**facts))
        if mention.trusted:
            found["doubt"] = ""
        if "footage" in mention.priority_parts:
            parts = priority.first(found["priority_parts"])
            points = priority.total(parts)
            place = priority.place(mention.received_at, points)
            found |= {"priority_parts": parts, "priority": points, "queue_at": place}
        if any(getattr(mention, name) != found[name] for name in _JUDGED):
            for name, value in found.items():
                setattr(mention, name, value)
            different.append(mention)
    Mention.objects.bulk_update(different, [*_JUDGED, "search"], batch_size=BATCH)
    return len(different)


def _answerable(campaign: Campaign) -> set[str]:
    """Themes of which a clip is ready whose storyteller's consent stands."""
    clips = Clip.objects.filter(campaign=campaign).ready()
    account = campaign.accounts.order_by("id").first()
    network = account.network if account else "x"
    clips = clips.with_consent(network=network, at=timezone.now())
    theme = Func(F("themes"), function="unnest", output_field=CharField())
    return set(clips.annotate(theme=theme).values_list("theme", flat=True).distinct())
