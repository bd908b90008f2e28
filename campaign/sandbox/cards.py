"""What the pages show of posts and people, ready for a template."""

from dataclasses import dataclass
from datetime import UTC, datetime

from campaign.sandbox import credentials, matching, text
from campaign.sandbox.state import State
from campaign.sandbox.store import Mail, Media, Person, Post

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
LANGUAGES = {
    "en": "English",
    "fr": "Français",
    "ar": "العربية",
    "sw": "Kiswahili",
    "de": "Deutsch",
    "es": "Español",
}
AVATARS = ("#8a4b2d", "#2f6f73", "#5b5194", "#9a3f5b", "#3f6b35", "#33608f", "#7a5a12", "#4d5a66")
OURS = credentials.CAMPAIGN["handle"]


@dataclass(frozen=True)
class Video:
    """A video under a post; `tracks` are language and address."""

    url: str
    width: int
    height: int
    alt: str
    tracks: list[tuple[str, str]]


@dataclass(frozen=True)
class Card:
    """One post as a reader sees it."""

    id: str
    root: str
    person: Person
    lang: str
    direction: str
    at: datetime
    parts: list[text.Part]
    videos: list[Video]
    answers: str
    quoted: "Card | None"
    quoted_gone: bool
    own: bool
    ours: bool
    replyable: bool
    replies: int

    @property
    def url(self) -> str:
        return f"/{self.person.handle}/status/{self.id}"


@dataclass(frozen=True)
class Letter:
    """A caught mail as a reader sees it."""

    id: int
    at: datetime
    sender: str
    recipients: str
    subject: str
    parts: list[text.Part]
    html: bool


def threads(state: State, roots: list[int], *, reader: str) -> list[list[Card]]:
    """Each conversation, its first post first."""
    found = [state.store.conversation(root) for root in roots]
    return [[card(state, post, reader=reader) for post in posts] for posts in found if posts]


def card(state: State, post: Post, *, reader: str, inner: bool = False) -> Card:
    """`reader` is the handle that the person at the browser has chosen."""
    person = state.store.person(post.author_id)
    assert person is not None, "a post has an author"  # noqa: S101 (the database holds it)
    answered = state.store.post(post.in_reply_to) if post.in_reply_to else None
    answered_person = state.store.person(answered.author_id) if answered else None
    quoted = state.store.post(post.quotes) if post.quotes and not inner else None
    quoted_person = state.store.person(quoted.author_id) if quoted else None
    engaged = (person, answered_person, quoted_person)
    media = [each for number in post.media if (each := state.store.media(number))]
    return Card(
        id=str(post.id),
        root=str(post.conversation),
        person=person,
        lang=post.lang,
        direction="rtl" if post.lang in RIGHT_TO_LEFT else "ltr",
        at=datetime.fromtimestamp(post.created_at, tz=UTC),
        parts=text.parts(post.text),
        videos=[_video(each) for each in media],
        answers=answered_person.handle if answered_person else "",
        quoted=card(state, quoted, reader=reader, inner=True) if quoted else None,
        quoted_gone=bool(post.quotes and not quoted and not inner),
        own=person.handle.lower() == reader.lower(),
        ours=person.handle == OURS,
        replyable=(
            OURS in matching.handles(post.text)
            or any(each is not None and each.handle == OURS for each in engaged)
        ),
        replies=state.store.replies(post),
    )


def _video(media: Media) -> Video:
    return Video(
        url=f"/media/{media.id}.mp4",
        width=media.width or 720,
        height=media.height or 720,
        alt=media.alt_text or "",
        tracks=[(lang.lower(), f"/media/{number}.vtt") for lang, number in media.subtitles.items()],
    )


def letter(mail: Mail) -> Letter:
    return Letter(
        id=mail.id,
        at=datetime.fromtimestamp(mail.received_at, tz=UTC),
        sender=mail.sender,
        recipients=", ".join(mail.recipients),
        subject=mail.subject or "(no subject)",
        parts=[
            part if part.kind == "url" else text.Part("text", part.text)
            for part in text.parts(mail.text)
        ],
        html=bool(mail.html),
    )


def avatar(person: Person) -> tuple[str, str]:
    """Initials, and a colour that stays with the person."""
    if person.handle == OURS:
        return "iW", "#161512"
    colour = AVATARS[sum(person.handle.encode()) % len(AVATARS)]
    if not person.name[:1].isascii():
        # Letters of some scripts join: two of them are no initials.
        return person.name[:1], colour
    words = [word for word in person.name.split() if word[0].isalnum()] or [person.handle]
    return "".join(word[0] for word in words[:2]).upper(), colour


def in_short(followers: int) -> str:
    """12400 is 12.4k."""
    return f"{followers / 1000:.1f}k".replace(".0k", "k") if followers >= 1000 else str(followers)
