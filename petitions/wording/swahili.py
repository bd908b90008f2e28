from petitions.wording.words import Words

WORDS = Words(
    skip="Nenda kwenye ombi",
    languages="Lugha",
    the_petition="Ombi",
    somebody="mtu",
    hear="Msikilize {name}",
    read="Soma anachosema {name}",
    answers="{name} anajibu",
    video_of="Video: {name} anazungumza",
    confirmed="yamethibitishwa",
    next_step="hatua ijayo {n}",
    still_to_confirm="{pending} bado kuthibitishwa, {removed} yameondolewa",
    how_we_count="Jinsi tunavyohesabu",
    name="Jina",
    email="Barua pepe",
    country="Nchi",
    choose_country="Chagua nchi",
    news=(
        "Nitumieni habari za kampeni hii, karibu mara mbili kwa mwezi. Unaweza kusitisha wakati "
        "wowote."
    ),
    add_my_name="Ongeza jina langu",
    mail_promise=(
        "Tunakutumia kiungo kimoja cha kuthibitisha. Jina lako linahesabiwa, halichapishwi kamwe."
    ),
    your_data="Taarifa zako",
    leave_empty="Acha sehemu hii wazi",
    did_you_mean="Ulimaanisha {address}?",
    use_it="Tumia hii",
    keep_it="Kama anwani yako ni sahihi ilivyo, bonyeza tena “Ongeza jina langu”.",
    closed_title="Ombi hili limefungwa",
    closed_text="Asante kwa kila aliyetia sahihi. Majina hayawezi kuongezwa tena.",
    nothing_sent="Hakuna kilichotumwa bado. Tafadhali angalia palipowekwa alama hapa chini.",
    name_missing="Andika jina lako.",
    name_long="Jina linaweza kuwa na herufi 120; hili lina {n}.",
    name_strange="Andika jina lako kwa herufi, bila viungo wala alama.",
    email_missing="Andika anwani yako ya barua pepe.",
    email_wrong="Anwani hii haiwezi kupokea barua. Inapaswa kufanana na name@example.org.",
    country_missing="Chagua nchi yako kwenye orodha.",
    form_old="Ukurasa huu ulikuwa wazi kwa muda mrefu. Bonyeza tena “Ongeza jina langu”.",
    check_mail_title="Angalia barua pepe yako",
    check_mail_text=(
        "Tumetuma barua moja kwa anwani uliyoandika. Ifungue na ufuate kiungo: hapo ndipo jina "
        "lako linahesabiwa."
    ),
    check_mail_again=(
        "Hakuna kitu baada ya dakika kumi? Angalia kwenye barua taka, au tia sahihi tena kwa "
        "anwani ileile: inahesabiwa mara moja."
    ),
    back="Rudi kwenye ombi",
    thanks_title="Asante. Jina lako limehesabiwa.",
    spread="Wajulishe wengine",
    spread_text="Jina moja zaidi kupitia kwako lina thamani sawa na lako.",
    share_words="Nimeongeza jina langu: {title}",
    share_mail="Barua pepe",
    bad_link_title="Kiungo hiki hakijakamilika",
    bad_link_text=(
        "Programu za barua pepe wakati mwingine hukata viungo virefu. Nakili kiungo chote kutoka "
        "kwenye barua yetu. Sahihi yako iko salama."
    ),
    removed_title="Sahihi hii imeondolewa",
    removed_text=(
        "Haihesabiwi tena, na hatuhifadhi jina wala anwani yake. Unaweza kutia sahihi wakati "
        "wowote."
    ),
    not_me_title="Hukuwa wewe?",
    not_me_text=(
        "Huenda mtu aliandika anwani yako kwa makosa. Tunaondoa sahihi na kufuta jina na anwani "
        "pamoja nayo."
    ),
    not_me_button="Iondoe",
    mail_subject="Thibitisha jina lako: {title}",
    mail_body="""Hujambo,

mtu fulani, tunatumaini ni wewe, ametia sahihi “{title}” kwa anwani hii.

Jina lako linahesabiwa ukifuata kiungo hiki:
{confirm}

Hukuwa wewe? Usifanye chochote, au ondoa sahihi hapa:
{not_me}

Ombi: {page}
""",
    mail_known_subject="Tayari umetia sahihi: {title}",
    mail_known_body="""Hujambo,

mtu fulani, tunatumaini ni wewe, ametia sahihi “{title}” tena kwa anwani hii. Jina lako
limethibitishwa na tayari limehesabiwa. Hakuna la kufanya.

Hukuwa wewe, au unataka sahihi yako iondolewe:
{not_me}

Ombi: {page}
""",
    elsewhere="{n} zaidi kwenye majukwaa mengine",
    postcode="Msimbo wa posta (si lazima)",
    paused_title="Kusaini kumesimama kidogo",
    paused_text="Tunaangalia jambo fulani. Tafadhali rudi baada ya muda: jina lako linahitajika.",
    busy_title="Hatuwezi kupokea jina lako sasa hivi",
    busy_text=(
        "Kuna hitilafu upande wetu. Hakuna kilichohifadhiwa. Tafadhali bonyeza tena baada ya "
        "dakika chache."
    ),
    again="Jaribu tena",
    results="Kilichotokea",
    handed_over="Lilikabidhiwa {date}",
    archive="Maombi yote",
    archive_open="Yaliyo wazi",
    archive_closed="Yaliyofungwa",
    archive_empty="Bado hakuna ombi.",
    step_text=(
        "Sahihi nyingi zinatoka kwenye mtandao wako sasa hivi. Ili kutofautisha watu na "
        "programu, imebaki hatua moja."
    ),
    step_working="Kivinjari chako kinaifanya; inachukua sekunde chache.",
    step_wait="Au subiri sekunde {seconds}, kisha bonyeza tena “Ongeza jina langu”.",
    share_copy="Au nakili kiungo hiki:",
    ledger="Daftari la uadilifu",
    ledger_text=(
        "Kila usiku tunahesabu upya kutoka kwenye sahihi zenyewe na kuandika hapa idadi ya "
        "siku. Kila siku imefungwa pamoja na iliyotangulia, hivyo hakuna inayoweza "
        "kubadilishwa baadaye bila kuonekana."
    ),
    ledger_day="Siku (UTC)",
    ledger_removals="Zilizoondolewa pamoja",
    ledger_undone="zilirudishwa baadaye",
    ledger_drift="Imesahihishwa",
    ledger_empty="Siku ya kwanza bado haijaisha.",
    ledger_file="Daftari lote, kwa ukaguzi (JSON)",
    removed_word="zimeondolewa",
    pending_word="bado kuthibitishwa",
    held_title="Tulicho nacho kukuhusu",
    held_text=(
        "Andika anwani yako. Tunakutumia kiungo kinachoonyesha yote tuliyo nayo chini ya "
        "anwani hiyo, na kinachokuruhusu kuyachukua au kuyafuta."
    ),
    held_ask="Nitumieni kiungo",
    held_sent_title="Angalia barua pepe yako",
    held_sent_text="Ikiwa anwani hii inapokea barua, kiungo kiko njiani. Kinafaa kwa siku saba.",
    held_found="Haya ndiyo yote tuliyo nayo chini ya {address}.",
    held_nothing="Hatuna chochote chini ya {address}.",
    held_download="Pakua (JSON)",
    held_erase="Futa yote",
    held_erase_text=(
        "Sahihi zako zinaondolewa, na jina na anwani vinafutwa mara moja. Haiwezi kurudishwa."
    ),
    held_erased="Imefutwa. Hatuna tena chochote kukuhusu.",
    mail_remind_subject="Jina lako bado halihesabiwi: {title}",
    mail_remind_body="""Habari,

siku chache zilizopita mtu fulani, tunatumaini ni wewe, alisaini “{title}” kwa anwani hii.
Imebaki hatua moja: jina lako linahesabiwa ukifuata kiungo hiki.
{confirm}

Hukuwa wewe? Usifanye chochote, au ondoa sahihi hapa:
{not_me}

Ombi: {page}
""",
    mail_data_subject="Tulicho nacho kukuhusu",
    mail_data_body="""Habari,

mtu fulani, tunatumaini ni wewe, aliuliza tulicho nacho chini ya anwani hii. Kiungo hiki
kinakionyesha, na kinakuruhusu kukichukua au kukifuta. Kinafaa kwa siku saba:
{link}

Hukuwa wewe? Hakuna la kufanya.
""",
    counting="""# Jinsi tunavyohesabu

**Yaliyothibitishwa** ni majina ya watu waliofuata kiungo tulichowatumia. Hii tu ndiyo idadi
tunayokabidhi.

**Bado kuthibitishwa** ni majina ambayo kiungo chake hakijafuatwa. Tunayafuta baada ya siku 30.

**Yaliyoondolewa** ni majina tuliyoyatoa: kwa sababu mtu alituambia “hakuwa mimi”, au kwa sababu
hayakutoka kwa mtu. Tunasema ni mangapi, ili uone kwamba tunaangalia.

Anwani moja inahesabiwa mara moja, hata ikiandikwa vipi. Idadi huhesabiwa upya kutoka kwenye sahihi
zenyewe kila baada ya sekunde chache; hakuna anayeweza kuiandika kwa mkono.
""",
    data="""# Taarifa zako

Jina na anwani yako huhifadhiwa kwa usimbaji fiche. Tunazitumia kukuhesabu mara moja na kukutumia
kiungo. Habari hutumwa tu kwa waliochagua kisanduku, ambacho kiko wazi usipokichagua.

Tunakabidhi idadi ya watu na nchi zao. Hatuchapishi majina, hatuuzi wala kuazima chochote.

Kisichothibitishwa hufutwa baada ya siku 30. Siku {days} baada ya ombi kufungwa, majina na anwani
hufutwa na idadi hubaki. Kila barua yetu ina kiungo kinachoondoa sahihi yako mara moja.

Ukurasa huu hauweki vidakuzi. Kiungo cha jibu kinatuambia ni jibu gani lililokuleta, si wewe ni
nani.
""",
)
