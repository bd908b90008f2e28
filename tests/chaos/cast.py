"""The newsroom of a chaos run: two accounts, six storytellers, and a draft for every tweet."""

import hashlib
from contextlib import suppress

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from campaign.models import Account, Campaign, Mention, User
from campaign.sandbox.credentials import ACCOUNTS
from responders.actions import approval
from responders.actions.changes import Refused
from responders.models import Reply
from tests import factories
from tests.responders.fakes import claim, small_film
from tests.sandbox.server import Sandbox
from videos.models import Clip, Rendition

STORYTELLERS = 6
ROOM = 10_000


class Cast:
    """Everybody and everything that a run begins with."""

    def __init__(self, sandbox: Sandbox, *, replies: int) -> None:
        # Whatever waited through a pause is stale: every resume makes work for the editors.
        self.campaign: Campaign = factories.CampaignFactory(hold_seconds=1, stale_after_minutes=0)
        self.editor: User = factories.editor(self.campaign)
        self.senior: User = factories.senior(self.campaign)
        self.accounts: list[Account] = [
            factories.AccountFactory(
                campaign=self.campaign,
                external_id=known["id"],
                handle=known["handle"],
                credentials=dict(known["credentials"]),
                daily_reply_limit=ROOM,
                daily_budget_cents=100 * ROOM,
            )
            for known in ACCOUNTS
        ]
        self.clips = [self._clip(number) for number in range(STORYTELLERS)]
        self.waiting = self._drafts(sandbox, replies)

    def approve_next(self) -> Reply | None:
        """Approve one draft of those that are left; None when there is none, or it is refused.

        One that fails because the database is away stays the next.
        """
        if not self.waiting:
            return None
        reply, approved = self.waiting[-1], None
        # Is it none any more, then it was approved, and only the answer was lost.
        with suppress(Refused, Reply.DoesNotExist):
            Reply.objects.get(pk=reply.pk, status=Reply.Status.DRAFT)
            claim(reply.mention, reply)
            approved = approval.approve(reply, seen=approval.fingerprint(reply), by=self.editor)
        self.waiting.pop()
        return approved

    def _clip(self, number: int) -> Clip:
        """With a real, if tiny, film in the storage: it is uploaded like any other."""
        clip: Clip = factories.ClipFactory(storyteller__campaign=self.campaign)
        film = small_film() + bytes([number])
        name = default_storage.save(f"renditions/{clip.pk}.mp4", ContentFile(film))
        Rendition.objects.filter(clip=clip, kind=Rendition.Kind.POST).update(
            file=name, bytes=len(film), sha256=hashlib.sha256(film).hexdigest()
        )
        return clip

    def _drafts(self, sandbox: Sandbox, count: int) -> list[Reply]:
        petition = factories.PetitionFactory(campaign=self.campaign)
        accounts = [self.accounts[number % len(self.accounts)] for number in range(count)]
        tweets = sandbox.control(
            "POST",
            "/_posts",
            [
                {"text": f"@{account.handle} voice {number}", "handle": f"voice_{number}"}
                for number, account in enumerate(accounts)
            ],
        )["ids"]
        made: list[Reply] = []
        for number, (tweet, account) in enumerate(zip(tweets, accounts, strict=True)):
            mention: Mention = factories.MentionFactory(
                account=account,
                external_id=tweet,
                author_handle=f"voice_{number}",
                received_at=timezone.now(),
            )
            link = factories.TrackedLinkFactory(petition=petition, slug=f"chaos{number:04d}")
            made.append(
                factories.ReplyFactory.create(
                    mention=mention,
                    clip=self.clips[number % STORYTELLERS],
                    link=link,
                    author=self.editor,
                    text=f"@voice_{number}, an answer for you: http://testserver/s/{link.slug}",
                )
            )
        return made[::-1]
