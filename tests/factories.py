"""Made-up people, mentions and clips for tests: the least that is valid, the rest by keyword."""

from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from factory.django import DjangoModelFactory

from campaign import roles
from campaign.intake import index, priority
from campaign.models import Account, Campaign, Mention, User
from petitions.models import Petition, PetitionText, TrackedLink
from responders.models import Reply, ReplyTemplate
from videos.models import Brief, Clip, Consent, CrewMember, Place, Rendition, Storyteller

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class CampaignFactory(DjangoModelFactory[Campaign]):
    class Meta:
        model = Campaign

    slug = factory.Sequence(lambda n: f"campaign-{n}")
    name = "I Welcome"
    hashtag = "IWelcome"
    languages = ["en", "fr", "ar"]
    review_new_clips = False


class AccountFactory(DjangoModelFactory[Account]):
    class Meta:
        model = Account

    campaign = factory.SubFactory(CampaignFactory)
    external_id = factory.Sequence(lambda n: str(7_000_000 + n))
    handle = factory.Sequence(lambda n: f"iwelcome_{n}")
    name = "I Welcome"


class UserFactory(DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    name = factory.Sequence(lambda n: f"Person {n}")


def _group(role: str) -> Group:
    """The role's group; made again where a transactional test has emptied the tables."""
    group, made = Group.objects.get_or_create(name=role)
    if made:
        permissions = Permission.objects.filter(content_type__app_label="campaign")
        group.permissions.set(permissions.filter(codename__in=roles.ROLES[role]))
    return group


def person(role: str | None, *campaigns: Campaign, **facts: Any) -> User:
    """Somebody with that role (None for no role at all) in those campaigns."""
    user: User = UserFactory(**facts)
    if role:
        user.groups.add(_group(role))
    user.campaigns.add(*campaigns)
    return user


def editor(*campaigns: Campaign, **facts: Any) -> User:
    return person(roles.EDITOR, *campaigns, **facts)


def senior(*campaigns: Campaign, **facts: Any) -> User:
    return person(roles.SENIOR_EDITOR, *campaigns, **facts)


def manager(*campaigns: Campaign, **facts: Any) -> User:
    return person(roles.MANAGER, *campaigns, **facts)


def crew(place: Place, **facts: Any) -> User:
    user = person(roles.CREW, **facts)
    CrewMember.objects.create(user=user, place=place)
    return user


class MentionFactory(DjangoModelFactory[Mention]):
    class Meta:
        model = Mention

    account = factory.SubFactory(AccountFactory)
    campaign = factory.SelfAttribute("account.campaign")
    external_id = factory.Sequence(lambda n: str(1_800_000_000_000_000_000 + n))
    author_id = factory.Sequence(lambda n: str(50_000 + n))
    author_handle = factory.Sequence(lambda n: f"reader_{n}")
    author_name = "A Reader"
    author_followers = 120
    text = "Nobody should sleep in a tent for ten years. @iwelcome #IWelcome"
    lang = "en"
    posted_at = factory.LazyFunction(timezone.now)
    received_at = factory.LazyFunction(timezone.now)
    replyable = True
    replyable_reason = "mentioned"
    priority = 50

    @factory.lazy_attribute
    def queue_at(self) -> datetime:
        return priority.place(self.received_at, self.priority)

    @factory.lazy_attribute
    def search(self) -> str:
        """As the intake writes it."""
        country = getattr(self, "country", "")
        marks = index.marks(
            handle=self.author_handle,
            language=self.lang,
            themes=getattr(self, "themes", []),
            living_in=country,
            followers=self.author_followers,
            sure=self.replyable and self.replyable_reason != "thread",
        )
        return index.vector([self.text, self.author_handle, self.author_name], marks)


class PlaceFactory(DjangoModelFactory[Place]):
    class Meta:
        model = Place

    slug = factory.Sequence(lambda n: f"place-{n}")
    name = "Kakuma"
    country = "KE"
    country_name = "Kenya"
    timezone = "Africa/Nairobi"


class StorytellerFactory(DjangoModelFactory[Storyteller]):
    class Meta:
        model = Storyteller

    campaign = factory.SubFactory(CampaignFactory)
    place = factory.SubFactory(PlaceFactory)
    public_name = factory.Sequence(lambda n: f"Storyteller {n}")
    languages = ["en"]


class ConsentFactory(DjangoModelFactory[Consent]):
    class Meta:
        model = Consent

    storyteller = factory.SubFactory(StorytellerFactory)
    method = Consent.Method.SPOKEN
    networks = ["x"]
    told = Consent.Told.values
    show_face = True
    show_voice = True
    show_name = True
    show_place = Consent.PlaceShown.CAMP
    given_at = LONG_AGO


class ClipFactory(DjangoModelFactory[Clip]):
    """A ready clip whose storyteller has consented, with its three renditions (no files)."""

    class Meta:
        model = Clip
        skip_postgeneration_save = True

    storyteller = factory.SubFactory(StorytellerFactory)
    campaign = factory.SelfAttribute("storyteller.campaign")
    title = "What a school needs"
    quote = "We have sixty children and one blackboard."
    language = "en"
    themes = ["children"]
    status = Clip.Status.READY
    progress = 100
    original = factory.Sequence(lambda n: f"originals/{n}")
    original_sha256 = factory.Sequence(lambda n: f"{n:064x}")
    original_bytes = 1_000_000
    duration = 21.0
    uploaded_by = factory.SubFactory(UserFactory)
    received_at = factory.LazyFunction(timezone.now)
    ready_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def consent(self, create: bool, extracted: bool | None, **facts: Any) -> None:
        if create and extracted is not False:
            ConsentFactory(storyteller=self.storyteller, **facts)

    @factory.post_generation
    def renditions(self, create: bool, extracted: bool | None, **facts: Any) -> None:
        if not create or extracted is False:
            return
        for kind in (Rendition.Kind.POST, Rendition.Kind.PREVIEW, Rendition.Kind.POSTER):
            RenditionFactory(clip=self, kind=kind)


class RenditionFactory(DjangoModelFactory[Rendition]):
    class Meta:
        model = Rendition

    clip = factory.SubFactory(ClipFactory, renditions=False)
    kind = Rendition.Kind.POST
    file = factory.LazyAttribute(lambda one: f"renditions/{one.clip.pk}-{one.kind}")
    content_type = "video/mp4"
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    bytes = 900_000
    width = 1280
    height = 720


class BriefFactory(DjangoModelFactory[Brief]):
    """A brief that was sent just now; its mention, where there is one, waits for the footage."""

    class Meta:
        model = Brief

    campaign = factory.SubFactory(CampaignFactory)
    place = factory.SubFactory(PlaceFactory)
    words = "Thank them. One thing that helps. Then: please sign."
    language = "en"
    deadline = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))
    sent_at = factory.LazyFunction(timezone.now)
    sent_by = factory.SubFactory(UserFactory)


class PetitionFactory(DjangoModelFactory[Petition]):
    class Meta:
        model = Petition

    campaign = factory.SubFactory(CampaignFactory)
    slug = factory.Sequence(lambda n: f"petition-{n}")
    opens_at = LONG_AGO


class PetitionTextFactory(DjangoModelFactory[PetitionText]):
    class Meta:
        model = PetitionText

    petition = factory.SubFactory(PetitionFactory)
    language = "en"
    title = "Share the responsibility"
    summary = "Your name counts."
    addressee = "To the Secretary-General of the United Nations."
    body = "We ask every government to do its part."


class TrackedLinkFactory(DjangoModelFactory[TrackedLink]):
    class Meta:
        model = TrackedLink

    petition = factory.SubFactory(PetitionFactory)
    slug = factory.Sequence(lambda n: f"link{n}")


class ReplyTemplateFactory(DjangoModelFactory[ReplyTemplate]):
    class Meta:
        model = ReplyTemplate

    campaign = factory.SubFactory(CampaignFactory)
    language = "en"
    name = factory.Sequence(lambda n: f"Template {n}")
    text = "{handle}, {storyteller} in {place} has an answer for you. Please sign: {link}"


class ReplyFactory(DjangoModelFactory[Reply]):
    """A draft, complete enough to be approved."""

    class Meta:
        model = Reply

    mention = factory.SubFactory(MentionFactory)
    account = factory.SelfAttribute("mention.account")
    clip = factory.SubFactory(
        ClipFactory, storyteller__campaign=factory.SelfAttribute("...mention.campaign")
    )
    link = factory.SubFactory(
        TrackedLinkFactory, petition__campaign=factory.SelfAttribute("...mention.campaign")
    )
    text = "@reader, Leila in Kakuma has an answer for you. Please sign: http://testserver/s/abcde"
    author = factory.SubFactory(UserFactory)


def approved_reply(**facts: Any) -> Reply:
    """A reply that is approved and due now."""
    now = timezone.now()
    return ReplyFactory(
        status=Reply.Status.APPROVED,
        approved_at=now - timedelta(seconds=20),
        approved_by=facts.pop("approved_by", None) or UserFactory(),
        due_at=facts.pop("due_at", now - timedelta(seconds=10)),
        fingerprint=facts.pop("fingerprint", "f" * 64),
        **facts,
    )
