"""Which themes a tweet touches, from its words: what underlines them and what ranks the clips.

A short list by hand, in the languages of the newsroom. The themes are those that crews give to
clips (`videos.themes`). `*` stands for any ending.
"""

import re

WORDS: dict[str, str] = {
    "home": (
        "home homes house houses homeland maison maisons foyer nyumba nyumbani بيت بيوت وطن منزل "
        "zuhause heimat haus casa hogar"
    ),
    "children": (
        "child children kid kids baby babies daughter daughters son sons toddler* enfant enfants "
        "fille filles fils bébé* mtoto watoto mwana طفل أطفال الأطفال اطفال ابنتي ابني kind "
        "kinder tochter sohn niño niños niña niñas hijo hijos hija hijas"
    ),
    "school": (
        "school schools teach teacher teachers class classroom* learn* pupil* student* university "
        "école écoles professeur* classe élève* shule mwalimu walimu wanafunzi مدرسة المدرسة "
        "مدارس معلم معلمة schule schulen lehrer* lernen escuela escuelas maestro* maestra* "
        "aprender"
    ),
    "shelter": (
        "tent tents shelter shelters roof camp camps cold rain tente tentes abri abris toit froid "
        "hema mahema kambi makambi خيمة خيام مخيم المخيم المخيمات مأوى zelt zelte lager dach "
        "tienda tiendas refugio techo campamento*"
    ),
    "family": (
        "family families mother mothers father fathers parent parents mum mom dad brother* "
        "sister* grandmother* famille familles mère* père* frère* sœur* soeur* familia mama baba "
        "ndugu kaka dada عائلة عائلات العائلة أم أب أمي أبي أخ أخت familie familien mutter vater "
        "eltern bruder schwester familias madre* padre* hermano* hermana*"
    ),
    "work": (
        "work works worker* job jobs business trade travail emploi métier* kazi biashara عمل "
        "العمل وظيفة arbeit beruf trabajo* empleo*"
    ),
    "health": (
        "doctor* nurse* hospital* health ill sick medicine* food water hungry hunger médecin* "
        "hôpital santé malade* faim eau daktari hospitali afya maji chakula طبيب مستشفى صحة ماء "
        "جوع arzt ärzt* krank* gesundheit wasser médico* salud hambre agua"
    ),
    "journey": (
        "border borders boat boats fled flee journey crossing sea war escape* frontière* bateau* "
        "fui fuir guerre mer route mpaka mipaka boti safari vita حدود قارب رحلة حرب بحر grenze* "
        "boot boote flucht krieg meer frontera* barco* viaje guerra mar"
    ),
    "help": (
        "help helps helping donate donat* volunteer* aider aide aidez donner bénévole* saidia "
        "msaada kusaidia ساعد مساعدة أساعد نساعد helfen hilfe spenden ayudar ayuda donar"
    ),
    "thanks": (
        "thank thanks grateful welcome welcomes merci bienvenue bienvenu* asante karibu karibuni "
        "tunawakaribisha شكرا أهلا مرحبا danke willkommen gracias bienvenid*"
    ),
}


def _pattern() -> re.Pattern[str]:
    groups = []
    for theme, line in WORDS.items():
        words = sorted(set(line.split()), key=len, reverse=True)
        groups.append(f"(?P<{theme}>" + "|".join(word.replace("*", r"\w*") for word in words) + ")")
    return re.compile(r"(?<![\w@#])(?:" + "|".join(groups) + r")(?!\w)", re.IGNORECASE)


_THEMES = _pattern()


def of(text: str) -> set[str]:
    """The codes of the themes that the text's words touch."""
    return {found.lastgroup for found in _THEMES.finditer(text) if found.lastgroup}


def spans(text: str) -> list[tuple[int, int, str]]:
    """Where each of those words stands: start, end, theme."""
    return [(*found.span(), found.lastgroup or "") for found in _THEMES.finditer(text)]
