"""The demo campaign's petition, in four languages. It starts with no signature at all."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaign.models import Campaign
from petitions.actions import counting, texts
from petitions.models import Petition, PetitionText

SLUG = "share-the-responsibility"
GOAL = 100_000

TEXTS = {
    "en": {
        "title": "Say welcome. Share the responsibility.",
        "summary": (
            "Being outraged is where it begins. Your name is what we can carry to those who decide."
        ),
        "addressee": (
            "To the heads of government who meet at the United Nations. Handed over when they do."
        ),
        "body": """\
A handful of countries shelter most of the people who had to flee. Many of them have been
waiting for ten years and longer, in places like Kakuma and Shatila, where children grow up who have
never seen the town that their parents call home.

We ask every government to do its fair part:

- to open safe ways to come, so that nobody has to trust their child to a boat;
- to let families live together again;
- to let people work and learn where they are, instead of making them wait.

The people in our videos do not ask for pity. They ask for a share of what others have: a school, a
job, a door of their own. Say welcome, with your name.
""",
    },
    "fr": {
        "title": "Dites bienvenue. Partageons la responsabilité.",
        "summary": (
            "L’indignation est un début. Votre nom, nous pouvons le porter à celles et ceux qui "
            "décident."
        ),
        "addressee": (
            "Aux chefs de gouvernement réunis aux Nations unies. Remise le jour de leur rencontre."
        ),
        "body": """\
Une poignée de pays abrite la plupart des personnes qui ont dû fuir. Beaucoup attendent
depuis dix ans et plus, à Kakuma, à Chatila, où grandissent des enfants qui n’ont jamais vu la ville
de leurs parents.

Nous demandons à chaque gouvernement de faire sa juste part :

- ouvrir des chemins sûrs, pour que personne ne confie son enfant à un bateau ;
- laisser les familles se retrouver ;
- laisser chacun travailler et apprendre là où il vit, au lieu d’attendre.

Les personnes de nos vidéos ne demandent pas la pitié. Elles demandent leur part : une école, un
travail, une porte à elles. Dites bienvenue, avec votre nom.
""",
    },
    "ar": {
        "title": "قل أهلًا وسهلًا. لنتقاسم المسؤولية.",
        "summary": "الغضب هو البداية. أما اسمك فنستطيع أن نحمله إلى أصحاب القرار.",
        "addressee": "إلى رؤساء الحكومات المجتمعين في الأمم المتحدة. تُسلَّم يوم اجتماعهم.",
        "body": """\
يعيش معظم من اضطروا إلى الفرار في عدد قليل من البلدان. ينتظر كثيرون منهم منذ عشر سنوات
وأكثر، في أماكن مثل كاكوما وشاتيلا، حيث يكبر أطفال لم يروا قط مدينة آبائهم.

نطلب من كل حكومة أن تقوم بنصيبها العادل:

- أن تفتح طرقًا آمنة، كي لا يضطر أحد إلى أن يأتمن قاربًا على طفله؛
- أن تدع العائلات تجتمع من جديد؛
- أن تدع الناس يعملون ويتعلمون حيث هم، بدل الانتظار.

لا يطلب أصحاب هذه الفيديوهات الشفقة. يطلبون نصيبهم: مدرسة، وعملًا، وبابًا يخصهم. قل أهلًا وسهلًا،
واكتب اسمك.
""",
    },
    "sw": {
        "title": "Sema karibu. Tushiriki wajibu.",
        "summary": ("Hasira ni mwanzo tu. Jina lako ndilo tunaloweza kulipeleka kwa wanaoamua."),
        "addressee": (
            "Kwa wakuu wa serikali wanaokutana Umoja wa Mataifa. Litakabidhiwa siku watakapokutana."
        ),
        "body": """\
Nchi chache tu zinawahifadhi wengi wa watu waliolazimika kukimbia. Wengi wao wamesubiri kwa
miaka kumi na zaidi, katika maeneo kama Kakuma na Shatila, ambako wanakua watoto ambao hawajawahi
kuuona mji wa wazazi wao.

Tunaiomba kila serikali itimize sehemu yake ya haki:

- kufungua njia salama, ili mtu yeyote asilazimike kumkabidhi mtoto wake kwa mashua;
- kuziacha familia ziishi pamoja tena;
- kuwaacha watu wafanye kazi na kusoma pale walipo, badala ya kusubiri.

Watu katika video zetu hawaombi huruma. Wanaomba sehemu yao: shule, kazi, mlango wao wenyewe. Sema
karibu, kwa jina lako.
""",
    },
}


def load(campaign: Campaign) -> Petition:
    """The campaign's petition, open from now on. Loaded twice, it stays as it is."""
    with transaction.atomic():
        petition, _ = Petition.objects.get_or_create(
            slug=SLUG,
            defaults={
                "campaign": campaign,
                "goal": GOAL,
                "opens_at": timezone.now() - timedelta(minutes=1),
            },
        )
        for language, text in TEXTS.items():
            PetitionText.objects.get_or_create(petition=petition, language=language, defaults=text)
    texts.keep_versions(petition, by=None)
    counting.count_all()
    return petition
