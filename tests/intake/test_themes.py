"""Themes and doubt from real sentences in each language, and words that compare."""

import pytest

from campaign.intake import countries, index, themes, words
from campaign.models import Campaign, ThemeWords
from tests import factories

LEXICON = themes.Lexicon(themes.shipped())


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        (
            "en",
            "My kids asked this morning why other children sleep in tents",
            ["children", "shelter"],
        ),
        (
            "en",
            "What can one person in Leeds actually do? I signed, I donated, I wrote to my MP",
            ["help"],
        ),
        (
            "en",
            "She was a nurse before the war and now she queues for water",
            ["health", "journey"],
        ),
        ("en", "You are kind, all of you. Kindness counts.", []),
        ("en", "@home_now #school #tents", []),
        ("en-GB", "Nobody flees their homes for fun", ["home"]),
        (
            "fr",
            "Personne ne quitte sa maison par plaisir. Comment aider, vraiment ?",
            ["home", "help"],
        ),
        (
            "fr",
            "L’école a rouvert, dit-elle : ses élèves l’attendaient sous la tente",
            ["school", "shelter"],
        ),
        ("fr", "Ma grand-mère a fui la guerre à pied", ["family", "journey"]),
        ("ar", "من حق كل طفل أن يذهب إلى المدرسة، أينما وُلد", ["children", "school"]),
        (
            "ar",
            "كتبتُ اسم ابنتي على دفتر المدرسة، وفي المخيم بنت",
            ["children", "school", "shelter"],
        ),
        ("ar", "والأطفال ينامون في الخيام بلا طعام", ["children", "shelter", "health"]),
        ("ar", "كيف نساعد العائلات؟ شكرًا لكم", ["help", "family", "thanks"]),
        (
            "sw",
            "Tunawakaribisha ndugu zetu. Kila mtoto anahitaji nyumbani",
            ["thanks", "family", "children", "home"],
        ),
        ("sw", "Nifanye nini ili kuwasaidia wakimbizi kambini?", ["help", "journey", "shelter"]),
        ("sw", "Walimu wanafundisha chini ya mti, hakuna darasa", ["school"]),
        (
            "de",
            "Meine Oma floh 1945 mit vier Kindern. Was können wir tun?",
            ["family", "children", "help"],
        ),
        ("de", "Schulkinder lernen in Zelten", ["children", "school", "shelter"]),
        ("de", "Der Arzt sagt: Trinkwasser fehlt", ["health"]),
        (
            "es",
            "Los niños duermen en tiendas de campaña. ¿Qué puedo hacer?",
            ["children", "shelter", "help"],
        ),
        (
            "es",
            "Huyeron de la guerra con su abuela; ella era maestra",
            ["journey", "family", "school"],
        ),
        ("und", "school école مدرسة shule Schule escuela", ["school"]),
        ("ja", "children", ["children"]),
        # X takes a short tweet for another language: its letters tell.
        ("fa", "الأطفال في الجامعات", ["children", "school"]),
        ("en", "الأطفال في المدرسة @iwelcome_now #IWelcome", ["children", "school"]),
        ("en", "Our school: المدرسة, and a tent", ["school", "shelter"]),
        ("ar", "The children sleep in tents", ["children", "shelter"]),
        ("en", "", []),
    ],
)
def test_themes_of_what_people_write(lang: str, text: str, found: list[str]) -> None:
    assert LEXICON.themes(text, lang=lang) == found


@pytest.mark.parametrize(
    ("lang", "text", "doubt"),
    [
        ("en", "Send them back, we are full", "hostile"),
        ("en", "People drown while we count them. Shame on us", ""),
        ("en", "I welcome every one of them home", ""),
        ("fr", "Qu’ils rentrent chez eux !", "hostile"),
        ("ar", "ارجعوا إلى بلادكم", "hostile"),
        ("en", "ارجعوا إلى بلادكم", "hostile"),
        ("sw", "Rudini kwenu", "hostile"),
        ("de", "Schickt sie zurück", "hostile"),
        ("es", "Que se vayan todos", "hostile"),
        ("en", "Free #crypto giveaway, link in bio", "off_topic"),
        ("en", "#a #b #c #d #e #f #g", "off_topic"),
        ("fr", "Merci à vous", ""),
    ],
)
def test_doubt_is_a_guess_from_plain_words(lang: str, text: str, doubt: str) -> None:
    assert LEXICON.doubt(text, lang=lang) == doubt


@pytest.mark.parametrize("lang", themes.LANGUAGES)
def test_every_language_has_words_for_every_theme(lang: str) -> None:
    shipped = themes.shipped()
    assert list(shipped[lang]) == list(shipped["en"])
    every = [entry for entries in shipped[lang].values() for entry in entries]
    assert all(words.of(entry) for entry in every)
    assert [entry for entry in every if "*" in entry[1:-1]] == []


def test_span_is_where_the_words_stand() -> None:
    text = "Ces enfants-là : que faire ?"
    assert [text[one.start : one.end] for one in LEXICON.spans(text, lang="fr")] == [
        "enfants",
        "que faire",
    ]


@pytest.mark.django_db
def test_own_words_take_the_place_of_those_that_came() -> None:
    campaign: Campaign = factories.CampaignFactory()
    ThemeWords.objects.create(campaign=campaign, language="en", theme="home", entries=["caravan*"])
    own, other = themes.lexicon(campaign.pk), themes.lexicon(factories.CampaignFactory().pk)
    assert own.themes("A caravan is no house", lang="en") == ["home"]
    assert own.themes("A house", lang="en") == []
    assert own.themes("Une maison", lang="fr") == ["home"]
    assert other.themes("A house", lang="en") == ["home"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("L’École d'été", ["l", "ecole", "d", "ete"]),
        ("أُطفال الـمخيّم", ["اطفال", "المخيم"]),
        ("@tess_morland 10k Straße", ["tess", "morland", "10k", "strasse"]),
        ("\u200f\u200b ☁☁ …", []),
    ],
)
def test_words_compare_without_case_and_accents(text: str, found: list[str]) -> None:
    assert words.of(text) == found


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("London", "GB"),
        ("Manchester, UK", "GB"),
        ("Paris, Texas, USA", "US"),
        ("somewhere in Deutschland 🇩🇪", "DE"),
        ("بيروت", "LB"),
        ("Ufaransa", "FR"),
        ("the moon", ""),
        ("'; drop table", ""),
        ("", ""),
    ],
)
def test_country_is_guessed_from_what_people_write(location: str, code: str) -> None:
    assert countries.of(location) == code


@pytest.mark.parametrize(
    ("search", "query"),
    [
        ("Tent children", "'tent':* & 'children':* & 'lang:en' & ('theme:a' | 'theme:b')"),
        ("@Tess_M", "'@tess_m':* & 'lang:en' & ('theme:a' | 'theme:b')"),
        ("' | ! & <-> \\", "'lang:en' & ('theme:a' | 'theme:b')"),
    ],
)
def test_query_holds_only_words_and_marks(search: str, query: str) -> None:
    assert index.query(search, ["lang:en"], ["theme:a", "theme:b"]) == query


def test_query_of_nothing_is_nothing() -> None:
    assert index.query(" … ") == ""
