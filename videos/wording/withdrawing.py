"""What the page says on which a storyteller takes their consent back."""

from dataclasses import dataclass

from campaign.languages import base


@dataclass(frozen=True, slots=True)
class Withdrawing:
    """One language of the page; plain words, no reasons asked for."""

    language: str
    title: str
    hello: str
    code: str
    code_help: str
    how_much: str
    everything: str
    nothing_new: str
    button: str
    unknown: str
    missing: str
    too_often: str
    done_title: str
    done: str
    done_crew: str
    crew_title: str
    crew_button: str
    asked_again: str

    def done_for(self, name: str) -> str:
        """What the crew reads once it is noted."""
        return self.done_crew.format(name=name)

    @property
    def direction(self) -> str:
        return "rtl" if self.language == "ar" else "ltr"


ENGLISH = Withdrawing(
    "en",
    "Take back your consent",
    "You allowed us to show a film of you. You can change your mind at any time. "
    "You need not say why, and no help or service depends on it.",
    "Your code",
    "The ten letters and digits that you were given when we filmed.",
    "What should happen?",
    "Delete everything: our posts with you come down, and the films made for showing are deleted.",
    "Nothing new: what is posted stays, and nothing more is made with it.",
    "Take my consent back",
    "We do not know this code, or it was used already. Look at it once more, or ask the crew.",
    "Write your code.",
    "That was too often. Wait ten minutes, or ask the crew.",
    "It is done.",
    "From this moment nothing more is posted with you. Copies that other people made "
    "we cannot call back.",
    "{name}: taken back. Nothing more is posted with them.",
    "Somebody takes their consent back",
    "They told me: take it back",
    "London asks you to film it again",
)
FRENCH = Withdrawing(
    "fr",
    "Retirer votre accord",
    "Vous nous avez permis de montrer un film de vous. Vous pouvez changer d’avis à tout moment, "
    "sans dire pourquoi. Aucune aide et aucun service n’en dépend.",
    "Votre code",
    "Les dix lettres et chiffres reçus lors du tournage.",
    "Que doit-il se passer ?",
    "Tout effacer : nos publications avec vous sont retirées et les films montrés sont effacés.",
    "Rien de nouveau : ce qui est publié reste, rien d’autre n’en est fait.",
    "Retirer mon accord",
    "Nous ne connaissons pas ce code, ou il a déjà servi. Relisez-le ou demandez à l’équipe.",
    "Écrivez votre code.",
    "Trop d’essais. Attendez dix minutes ou demandez à l’équipe.",
    "C’est fait.",
    "Dès maintenant, rien de plus n’est publié avec vous. Nous ne pouvons pas reprendre "
    "les copies faites par d’autres.",
    "{name} : accord retiré. Plus rien n’est publié.",
    "Quelqu’un retire son accord",
    "On me l’a dit : retirer",
    "Londres vous demande de refaire ce film",
)
ARABIC = Withdrawing(
    "ar",
    "سحب موافقتكم",
    "سمحتم لنا بعرض فيلم عنكم. يمكنكم تغيير رأيكم في أي وقت من دون ذكر السبب، "
    "ولا تتوقف على ذلك أي مساعدة أو خدمة.",
    "رمزكم",
    "الحروف والأرقام العشرة التي أعطيت لكم عند التصوير.",
    "ماذا تريدون؟",
    "حذف كل شيء: تُزال منشوراتنا معكم وتُحذف الأفلام المعدّة للعرض.",
    "لا شيء جديد: يبقى ما نُشر ولا يُصنع منه شيء آخر.",
    "أسحب موافقتي",
    "لا نعرف هذا الرمز أو استُعمل من قبل. تأكدوا منه أو اسألوا الفريق.",
    "اكتبوا رمزكم.",
    "محاولات كثيرة. انتظروا عشر دقائق أو اسألوا الفريق.",
    "تم الأمر.",
    "من هذه اللحظة لا يُنشر شيء آخر معكم. لا نستطيع استعادة النسخ التي صنعها آخرون.",
    "{name}: سُحبت الموافقة. لا يُنشر شيء آخر.",
    "أحدهم يسحب موافقته",
    "قيل لي ذلك: اسحبوها",
    "تطلب لندن إعادة التصوير",
)
SWAHILI = Withdrawing(
    "sw",
    "Ondoa ridhaa yako",
    "Uliruhusu tuonyeshe filamu yako. Unaweza kubadilisha mawazo wakati wowote bila kusema sababu. "
    "Hakuna msaada wala huduma inayotegemea hilo.",
    "Msimbo wako",
    "Herufi na tarakimu kumi ulizopewa tulipokurekodi.",
    "Unataka nini kifanyike?",
    "Futa yote: machapisho yetu yenye wewe yanaondolewa na filamu za kuonyesha zinafutwa.",
    "Hakuna kipya: kilichochapishwa kinabaki, na hakuna kingine kitakachotengenezwa.",
    "Ninaondoa ridhaa yangu",
    "Hatuujui msimbo huu, au umeshatumika. Uangalie tena, au uliza timu.",
    "Andika msimbo wako.",
    "Umejaribu mara nyingi. Subiri dakika kumi, au uliza timu.",
    "Imefanyika.",
    "Kuanzia sasa hakuna kingine kitakachochapishwa nawe. Nakala walizotengeneza wengine "
    "hatuwezi kuzirudisha.",
    "{name}: ridhaa imeondolewa. Hakuna kingine kitakachochapishwa.",
    "Mtu anaondoa ridhaa yake",
    "Ameniambia: iondoe",
    "London inaomba urekodi tena",
)
WORDS = {one.language: one for one in (ENGLISH, FRENCH, ARABIC, SWAHILI)}
LANGUAGES = {"en": "English", "fr": "Français", "ar": "العربية", "sw": "Kiswahili"}


def speak(language: str) -> Withdrawing:
    """The page's words in a language; in English when we do not speak it."""
    return WORDS.get(base(language), ENGLISH)
