"""The five best of 5,000 clips for tweets of all kinds.

The baseline is one look-up of the newest clips that are ready, with their consents, and no opinion
of which fits: what the same page would cost without suggestions.
"""

import time
from collections.abc import Callable, Sized
from typing import Any

from django.db import connection
from django.utils import timezone

from campaign.models import Account, Campaign, Mention
from responders import shelf
from tests.bench import library
from tests.bench.figures import p50, p95, settle
from tests.factories import MentionFactory
from videos.models import Clip

LOOKS = 20
GOAL = 0.050
TWEETS = (
    ("en", "My kids asked why other children sleep in tents. I had no answer for them."),
    ("en", "A teacher under a tree, sixty pupils and one blackboard in Kakuma"),
    ("fr", "Personne ne quitte sa maison par plaisir. Comment aider, vraiment ?"),
    ("ar", "من حق كل طفل أن يذهب إلى المدرسة، أينما وُلد"),
    ("sw", "Tunawakaribisha ndugu zetu. Kila mtu anahitaji nyumbani"),
    ("und", "#IWelcome"),
)


def run() -> dict[str, Any]:
    campaign = Campaign.objects.create(slug="bench-shelf", name="Bench", hashtag="IWelcome")
    account = Account.objects.create(
        campaign=campaign, external_id="bench-suggestions", handle="iwelcome_now"
    )
    library.fill(campaign)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    mentions: list[Mention] = [
        MentionFactory(account=account, lang=lang, text=text) for lang, text in TWEETS
    ]
    settle()
    times: list[float] = []
    plain: list[float] = []
    for mention in mentions:
        times += _times(lambda mention=mention: shelf.suggest(mention))  # type: ignore[misc]
        plain += _times(lambda: _newest(campaign))
    value, baseline = p95(times), p95(plain)
    return {
        "value": round(value * 1000, 1),
        "unit": f"ms p95 (median {p50(times) * 1000:.1f})",
        "baseline": f"{baseline * 1000:.1f} ms",
        "ratio": round(value / baseline, 1),
        "goal": f"≤ {GOAL * 1000:.0f} ms with {library.CLIPS:,} clips",
        "ok": value <= GOAL,
    }


def _newest(campaign: Campaign) -> list[Clip]:
    usable = Clip.objects.filter(campaign=campaign).ready()
    usable = usable.with_consent(network="x", at=timezone.now())
    return list(usable.select_related("storyteller__place").order_by("-ready_at")[: shelf.MOST])


def _times(look: Callable[[], Sized]) -> list[float]:
    found = look()  # the index of words, the clips' figures: kept by each process
    if len(found) != shelf.MOST:
        raise RuntimeError(f"{len(found)} clips were found: an empty shelf says nothing")
    times = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        look()
        times.append(time.perf_counter() - began)
    return times
