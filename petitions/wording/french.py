from petitions.wording.words import Words

WORDS = Words(
    skip="Aller à la pétition",
    languages="Langues",
    the_petition="La pétition",
    somebody="quelqu’un",
    hear="Écouter {name}",
    read="Lire ce que dit {name}",
    answers="{name} répond",
    video_of="Vidéo : {name} parle",
    confirmed="confirmées",
    next_step="prochaine étape {n}",
    still_to_confirm="{pending} à confirmer, {removed} retirées",
    how_we_count="Comment nous comptons",
    name="Nom",
    email="Adresse e-mail",
    country="Pays",
    choose_country="Choisissez un pays",
    news=(
        "Envoyez-moi des nouvelles de cette campagne, environ deux fois par mois. Vous pouvez "
        "arrêter à tout moment."
    ),
    add_my_name="J’ajoute mon nom",
    mail_promise=(
        "Nous vous envoyons un seul lien pour confirmer. Votre nom est compté, jamais publié."
    ),
    your_data="Vos données",
    leave_empty="Laissez ce champ vide",
    did_you_mean="Vouliez-vous écrire {address} ?",
    use_it="Utiliser cette adresse",
    keep_it="Si votre adresse est juste telle quelle, appuyez encore sur « J’ajoute mon nom ».",
    closed_title="Cette pétition est close",
    closed_text="Merci à toutes les personnes qui ont signé. On ne peut plus ajouter de nom.",
    nothing_sent="Rien n’a encore été envoyé. Regardez ce qui est signalé ci-dessous.",
    name_missing="Écrivez votre nom.",
    name_long="Votre nom peut avoir 120 lettres au plus ; celui-ci en a {n}.",
    name_strange="Écrivez votre nom en lettres, sans lien ni symbole.",
    email_missing="Écrivez votre adresse e-mail.",
    email_wrong=(
        "Cette adresse ne peut pas recevoir de courrier. Elle devrait ressembler à nom@exemple.org."
    ),
    country_missing="Choisissez votre pays dans la liste.",
    form_old=(
        "Cette page était ouverte depuis longtemps. Appuyez encore une fois sur "
        "« J’ajoute mon nom »."
    ),
    check_mail_title="Regardez votre courrier",
    check_mail_text=(
        "Nous avons envoyé un message à l’adresse que vous avez donnée. Ouvrez-le et suivez le "
        "lien : c’est alors que votre nom compte."
    ),
    check_mail_again=(
        "Rien après dix minutes ? Regardez parmi les indésirables, ou signez encore avec la même "
        "adresse : elle compte une seule fois."
    ),
    back="Retour à la pétition",
    thanks_title="Merci. Votre nom compte.",
    spread="Faites passer",
    spread_text="Un nom de plus grâce à vous vaut autant que le vôtre.",
    share_words="J’ai ajouté mon nom : {title}",
    share_mail="E-mail",
    bad_link_title="Ce lien n’est pas complet",
    bad_link_text=(
        "Les logiciels de courrier coupent parfois les longs liens en deux. Copiez le lien entier "
        "depuis notre message. Votre signature n’est pas perdue."
    ),
    removed_title="Cette signature a été retirée",
    removed_text=(
        "Elle n’est plus comptée, et nous n’en gardons ni nom ni adresse. Vous pouvez signer à "
        "tout moment."
    ),
    not_me_title="Ce n’était pas vous ?",
    not_me_text=(
        "Quelqu’un a peut-être écrit votre adresse par erreur. Nous retirons la signature et "
        "effaçons le nom et l’adresse."
    ),
    not_me_button="Retirer la signature",
    mail_subject="Confirmez votre nom : {title}",
    mail_body="""Bonjour,

quelqu’un, vous nous l’espérons, a signé « {title} » avec cette adresse.

Votre nom compte dès que vous suivez ce lien :
{confirm}

Ce n’était pas vous ? Ne faites rien, ou retirez la signature ici :
{not_me}

La pétition : {page}
""",
    mail_known_subject="Vous avez déjà signé : {title}",
    mail_known_body="""Bonjour,

quelqu’un, vous nous l’espérons, a signé encore une fois « {title} » avec cette adresse. Votre nom
est confirmé et compte déjà. Il n’y a rien à faire.

Ce n’était pas vous, ou vous voulez retirer votre signature :
{not_me}

La pétition : {page}
""",
    elsewhere="{n} de plus sur d’autres plateformes",
    postcode="Code postal (facultatif)",
    paused_title="Les signatures sont en pause",
    paused_text="Nous vérifions quelque chose. Revenez un peu plus tard : votre nom compte.",
    busy_title="Nous ne pouvons pas prendre votre nom pour le moment",
    busy_text=(
        "Quelque chose ne marche pas de notre côté. Rien n’a été enregistré. Appuyez à nouveau "
        "dans quelques minutes."
    ),
    again="Réessayer",
    results="Ce qui en est sorti",
    handed_over="Remise le {date}",
    archive="Toutes les pétitions",
    archive_open="Ouvertes",
    archive_closed="Closes",
    archive_empty="Il n’y a pas encore de pétition.",
    step_text=(
        "Beaucoup de signatures viennent de votre réseau en ce moment. Pour distinguer les "
        "personnes des programmes, il reste une étape."
    ),
    step_working="Votre navigateur s’en charge ; cela prend quelques secondes.",
    step_wait="Ou attendez {seconds} secondes, puis appuyez encore sur « J’ajoute mon nom ».",
    share_copy="Ou copiez ce lien :",
    ledger="Registre d’intégrité",
    ledger_text=(
        "Chaque nuit, nous recomptons à partir des signatures elles-mêmes et notons ici les "
        "nombres du jour. Chaque jour est scellé avec le précédent : aucun ne peut être changé "
        "plus tard sans que cela se voie."
    ),
    ledger_day="Jour (UTC)",
    ledger_removals="Ce qui a été retiré ensemble",
    ledger_undone="annulé ensuite",
    ledger_drift="Corrigé",
    ledger_empty="Le premier jour n’est pas encore fini.",
    ledger_file="Le registre entier, pour vérifier (JSON)",
    removed_word="retirées",
    pending_word="à confirmer",
    held_title="Ce que nous avons sur vous",
    held_text=(
        "Écrivez votre adresse. Nous vous envoyons un lien qui montre tout ce que nous avons "
        "sous cette adresse, et qui permet de l’emporter ou de l’effacer."
    ),
    held_ask="Envoyez-moi le lien",
    held_sent_title="Regardez votre courrier",
    held_sent_text=(
        "Si cette adresse reçoit du courrier, un lien est en route. Il est valable sept jours."
    ),
    held_found="Voici tout ce que nous avons sous {address}.",
    held_nothing="Nous n’avons rien sous {address}.",
    held_download="Télécharger (JSON)",
    held_erase="Tout effacer",
    held_erase_text=(
        "Vos signatures sont retirées, le nom et l’adresse effacés aussitôt. On ne peut pas "
        "revenir en arrière."
    ),
    held_erased="C’est effacé. Nous n’avons plus rien sur vous.",
    mail_remind_subject="Votre nom ne compte pas encore : {title}",
    mail_remind_body="""Bonjour,

il y a quelques jours, quelqu’un, vous nous l’espérons, a signé « {title} » avec cette adresse. Il
manque une étape : votre nom compte dès que vous suivez ce lien.
{confirm}

Ce n’était pas vous ? Ne faites rien, ou retirez la signature ici :
{not_me}

La pétition : {page}
""",
    mail_data_subject="Ce que nous avons sur vous",
    mail_data_body="""Bonjour,

quelqu’un, vous nous l’espérons, a demandé ce que nous avons sous cette adresse. Ce lien le
montre, et permet de l’emporter ou de l’effacer. Il est valable sept jours :
{link}

Ce n’était pas vous ? Il n’y a rien à faire.
""",
    counting="""# Comment nous comptons

**Confirmées** : les personnes qui ont suivi le lien que nous leur avons envoyé. C’est le seul
nombre que nous remettons.

**À confirmer** : le lien n’a pas encore été suivi. Nous effaçons ces noms après 30 jours.

**Retirées** : parce que quelqu’un nous a dit « ce n’était pas moi », ou parce que la signature ne
venait pas d’une personne. Nous disons combien, pour que vous voyiez que nous regardons.

Une adresse compte une seule fois, quelle que soit la façon de l’écrire. Les nombres sont recomptés
toutes les quelques secondes à partir des signatures ; personne ne peut les saisir à la main.
""",
    data="""# Vos données

Votre nom et votre adresse sont gardés chiffrés. Ils servent à vous compter une seule fois et à vous
envoyer le lien. Les nouvelles ne vont qu’aux personnes qui ont coché la case, vide au départ.

Nous remettons le nombre de personnes et leurs pays. Nous ne publions aucun nom, nous ne vendons ni
ne prêtons rien.

Ce qui n’est pas confirmé est effacé après 30 jours. {days} jours après la clôture, noms et adresses
sont effacés et les nombres restent. Chaque message de nous contient un lien qui retire votre
signature aussitôt.

Cette page ne pose aucun cookie. Le lien d’une réponse nous dit quelle réponse vous a fait venir,
pas qui vous êtes.
""",
)
