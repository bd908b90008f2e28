"""The demo's storytellers and what they say. All invented; nobody lives who said it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of the demo."""

    slug: str
    name: str
    country: str
    country_name: str
    timezone: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Look:
    """How somebody is drawn: where they sit, what they wear, and the hour of the day."""

    scene: str
    skin: str
    head: str
    wear: str
    cloth: str
    beard: bool = False
    pitch: float = 190.0


@dataclass(frozen=True, slots=True)
class Teller:
    name: str
    spot: str
    languages: tuple[str, ...]
    look: Look
    face: bool = True
    #: What is shown of them; a face that is filmed and may not be shown has to be hidden.
    shows_face: bool = True
    real_name: str = ""
    #: Days from now until we talk to them again, and until their consent ends.
    review_in: int = 150
    ends_in: int | None = None


@dataclass(frozen=True, slots=True)
class Take:
    """One clip: who, what it is about, what is said, and how long."""

    teller: str
    title: str
    language: str
    quote: str
    themes: tuple[str, ...]
    seconds: float
    upright: bool = False
    english: str = ""
    #: Somebody in London has looked at it.
    accepted: bool = True


SPOTS = (
    Spot("kakuma", "Kakuma", "KE", "Kenya", "Africa/Nairobi", 3.7, 34.9),
    Spot("shatila", "Shatila", "LB", "Lebanon", "Asia/Beirut", 33.9, 35.5),
)

TELLERS = (
    Teller(
        "Nyandeng",
        "kakuma",
        ("en", "ar"),
        Look("savanna", "#5a3826", "wrap", "#b3442e", "#26586b", pitch=205),
        real_name="Nyandeng A. (the demo's invention)",
        review_in=-2,
    ),
    Teller(
        "Tesfaye",
        "kakuma",
        ("en",),
        Look("morning", "#6b4630", "short", "#1e1712", "#e9dfc9", beard=True, pitch=118),
    ),
    Teller(
        "Zawadi",
        "kakuma",
        ("sw", "en"),
        Look("voice", "#5a3826", "wrap", "#b3442e", "#26586b", pitch=220),
        face=False,
        shows_face=False,
        real_name="Zawadi B. (the demo's invention)",
    ),
    Teller(
        "Deng",
        "kakuma",
        ("en",),
        Look("savanna", "#4c2f20", "short", "#17110d", "#5b6b3a", pitch=126),
        shows_face=False,
        ends_in=40,
    ),
    Teller(
        "Rasha",
        "shatila",
        ("en", "ar"),
        Look("roofs", "#c08d6c", "scarf", "#7c8f86", "#384a52", pitch=212),
    ),
    Teller(
        "Karim",
        "shatila",
        ("fr", "ar"),
        Look("workshop", "#b07f5e", "curls", "#1d1815", "#3d4a36", beard=True, pitch=124),
    ),
    Teller(
        "Oum Sami",
        "shatila",
        ("ar",),
        Look("window", "#bd9072", "scarf", "#e8e1d4", "#6d3f4a", pitch=176),
    ),
)

TAKES = (
    Take(
        "Nyandeng",
        "The school under the acacia",
        "en",
        "Our school has one tree and ninety pupils. You wrote that you are angry. "
        "Please be angry with your name.",
        ("school", "children"),
        8.0,
    ),
    Take(
        "Rasha",
        "Nine people, two rooms",
        "en",
        "We are nine in two rooms, and there is always tea. Come in, if only with a signature.",
        ("shelter", "family", "home"),
        7.5,
    ),
    Take(
        "Tesfaye",
        "Eleven years a teacher here",
        "en",
        "I came for a month and have taught for eleven years. "
        "Thank you for not getting used to it.",
        ("work", "school", "thanks"),
        7.0,
    ),
    Take(
        "Zawadi",
        "Safari ya usiku",
        "sw",
        "Tulitembea usiku sita. Leo nasema asante kwa anayetukaribisha.",
        ("journey", "thanks"),
        7.0,
    ),
    Take(
        "Oum Sami",
        "الباب مفتوح",
        "ar",
        "بابنا مفتوح لكل ضيف، وأنتم اليوم ضيوفنا. ضعوا أسماءكم إلى جانب أسمائنا.",
        ("home", "thanks"),
        7.0,
        english="Our door is open to every guest, and today you are our guests. "
        "Put your names beside ours.",
    ),
    Take(
        "Karim",
        "Réparer des radios",
        "fr",
        "Je répare des radios pour que tout le quartier entende le monde. "
        "Merci de nous avoir entendus.",
        ("work", "help"),
        7.0,
    ),
    Take(
        "Nyandeng",
        "What my daughter draws",
        "en",
        "My daughter draws houses with open doors. Help us to make one of them real.",
        ("children", "home"),
        6.5,
        upright=True,
    ),
    Take(
        "Rasha",
        "شكراً لأنكم كتبتم",
        "ar",
        "قرأنا ما كتبتم بصوت عالٍ، مرّتين. الغضب بداية، والتوقيع خطوة.",
        ("thanks", "help"),
        6.0,
        accepted=False,
    ),
    Take(
        "Deng",
        "The night shift at the well",
        "en",
        "I keep the well at night, so that nobody waits in the sun. Thank you for asking who does.",
        ("work", "help"),
        6.5,
        accepted=False,
    ),
)
