"""The demo campaign that `make run` loads once: people, an account, words to answer with.

Everybody and everything in it is made up. The account is the sandbox's, known by its credentials;
nothing else here knows that the network is a stand-in.
"""

from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db import transaction

from campaign import roles
from campaign.models import Account, Campaign, User
from campaign.sandbox import credentials
from petitions import demo as petition_demo
from responders import demo_takedowns
from responders.actions import handing
from responders.models import ReplyTemplate
from videos import demo as footage_demo
from videos.models import CrewMember, Place

SLUG = "iwelcome"
PASSWORD = "welcome-to-the-demo"  # noqa: S105  printed at start, for a site bound to this machine


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    role: str
    does: str
    place: str = ""
    language: str = "en"


PEOPLE = (
    Person("maya", "Maya", roles.EDITOR, "picks tweets, pairs and approves"),
    Person("tom", "Tom", roles.SENIOR_EDITOR, "second pair of eyes, pause, problems"),
    Person("ingrid", "Ingrid", roles.MANAGER, "reads the reports"),
    Person("achol", "Achol", roles.CREW, "films in Kakuma", place="kakuma"),
    Person("baraka", "Baraka", roles.CREW, "films there too", place="kakuma", language="sw"),
    Person("nabil", "Nabil", roles.CREW, "films in Shatila", place="shatila", language="ar"),
    Person("ruth", "Ruth", roles.SAFEGUARDING, "keeps the storytellers safe"),
    Person("esi", "Esi", roles.ADMIN, "invites people, changes roles with a second admin"),
    Person("paul", "Paul", roles.ADMIN, "the second admin"),
)

TEMPLATES = {
    "en": {
        "Thank you": "Thank you, {handle}. {storyteller} in {place} heard you and has something "
        "to say. Please put your name beside your words: {link}",
        "To a question": "You asked, {handle}. {storyteller} in {place} answers. If it moves you, "
        "one more step: {link}",
    },
    "fr": {
        "Merci": "Merci, {handle}. {storyteller}, à {place}, vous a entendu et vous répond. "
        "Ajoutez votre nom à vos mots : {link}",
    },
    "ar": {
        "شكرا": "شكرًا لك {handle}. {storyteller} في {place} سمعك ويردّ عليك. "
        "أضف اسمك إلى كلماتك: {link}",
    },
    "sw": {
        "Asante": "Asante, {handle}. {storyteller} aliye {place} amekusikia na anakujibu. "
        "Tafadhali weka jina lako: {link}",
    },
    "de": {
        "Danke": "Danke, {handle}. {storyteller} in {place} hat dich gehört und antwortet. "
        "Bitte setz deinen Namen neben deine Worte: {link}",
    },
    "es": {
        "Gracias": "Gracias, {handle}. {storyteller}, en {place}, te ha oído y te responde. "
        "Pon tu nombre junto a tus palabras: {link}",
    },
}


NOTE = (
    "Quiet since six. The school in Marseille asked for an answer in French: Karim's fits. "
    "Whoever writes about the fire, please ask for second eyes."
)


def is_loaded() -> bool:
    return Campaign.objects.filter(slug=SLUG).exists()


def load() -> Campaign:
    """Make the whole demo. Its clips are then prepared by the media worker, as anybody's are."""
    with transaction.atomic():
        campaign = Campaign.objects.create(
            slug=SLUG,
            name="I Welcome",
            hashtag="IWelcome",
            languages=sorted(TEMPLATES),
            # A newcomer's own film is on the shelf at once; most campaigns want a look first.
            review_new_clips=False,
        )
        _connect(campaign)
        petition_demo.load(campaign)
        people = {person.username: _hire(person, campaign) for person in PEOPLE}
        _hire_admin(campaign)
        for language, templates in TEMPLATES.items():
            for position, (name, text) in enumerate(templates.items()):
                ReplyTemplate.objects.create(
                    campaign=campaign, language=language, name=name, text=text, position=position
                )
        handing.leave_note(campaign, text=NOTE, by=people["tom"])
    footage_demo.load(campaign, by=people["achol"], editor=people["maya"])
    for person in PEOPLE:
        if person.place:
            place = Place.objects.get(slug=person.place)
            CrewMember.objects.create(user=people[person.username], place=place)
    footage_demo.load_briefs(campaign, by=people["maya"])
    demo_takedowns.load(campaign, editor=people["maya"], by=people["tom"])
    return campaign


def _connect(campaign: Campaign) -> Account:
    known = credentials.CAMPAIGN
    return Account.objects.create(
        campaign=campaign,
        external_id=known["id"],
        handle=known["handle"],
        name=known["name"],
        credentials=dict(known["credentials"]),
    )


def _hire(person: Person, campaign: Campaign) -> User:
    user = User.objects.create_user(
        person.username,
        f"{person.username}@iwelcome.example",
        PASSWORD,
        name=person.name,
        language=person.language,
    )
    user.groups.add(Group.objects.get(name=person.role))
    user.campaigns.add(campaign)
    return user


def _hire_admin(campaign: Campaign) -> None:
    admin = User.objects.create_superuser("admin", password=PASSWORD, name="Admin")
    admin.campaigns.add(campaign)


def logins() -> list[str]:
    """Lines that tell a newcomer whom to sign in as."""
    width = max(len(person.username) for person in PEOPLE)
    lines = [f"{person.username:<{width}}  {person.role}: {person.does}" for person in PEOPLE]
    return [*lines, f"{'admin':<{width}}  everything, and /admin/", f"password: {PASSWORD}"]
