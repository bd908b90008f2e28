"""When one pair of eyes is not enough: the campaign's rules, words of risk, reach, newness."""

import re

from responders.models import Reply

#: Words that ask for a second pair of eyes, in the mention or in the answer; * is any ending.
RISK_WORDS = (
    "abus*", "bomb*", "deport*", "gun", "guns", "journalist*", "kill*", "lawsuit*", "lawyer*",
    "minister*", "murder*", "police", "politician*", "president*", "rape", "raped", "suicid*",
    "terror*", "threat*", "tortur*", "traffick*", "weapon*",
    "avocat*", "meurtr*", "ministre*", "mort", "morts", "procès", "tuer", "tué*", "viol", "viols",
    "polizei*", "selbstmord*", "tod", "tot", "töt*", "vergewaltig*",
    "asesin*", "matar", "violación", "kujiua", "polisi", "ugaidi",
    "إرهاب*", "اغتصاب*", "انتحار*", "شرطة", "قتل*",
)  # fmt: skip
_RISK = re.compile(
    r"\b(?:ال)?((?:" + "|".join(RISK_WORDS).replace("*", r"\w*") + r"))\b", re.IGNORECASE
)


def needed(reply: Reply) -> str:
    """Why a second person has to approve this reply; "" when one pair of eyes is enough."""
    campaign = reply.mention.campaign
    if campaign.always_second_eyes:
        return "every reply is seen twice"
    followers = reply.mention.author_followers or 0
    if followers > campaign.second_eyes_above_followers:
        return f"{followers:,} people follow them"
    if word := _RISK.search(f"{reply.mention.text}\n{reply.text}"):
        return f"the word “{word[1].lower()}”"[:40]
    if is_new(reply):
        return f"{reply.author.short_name} is new here"[:40]
    return ""


def is_new(reply: Reply) -> bool:
    """Whether its author is still in their first replies, as many as the campaign reads twice."""
    first = reply.mention.campaign.second_eyes_first_replies
    if not first:
        return False
    done = Reply.objects.filter(
        author=reply.author_id,
        account__campaign=reply.mention.campaign_id,
        status__in=Reply.APPROVED_ONCE,
    )
    return done.exclude(pk=reply.pk)[:first].count() < first
