from petitions.wording.words import Words

WORDS = Words(
    skip="Aller à la pétition",
    languages="Langues",
    the_petition="La pétition",
    somebody="quelqu’un",
    hear="Écouter {name}",
    answers="{name} répond",
    video_of="Vidéo : {name} parle",
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
    did_you_mean="Vouliez-vous écrire {address} ?",
    use_it="Utiliser cette adresse",
    keep_it="Si votre adresse est juste telle quelle, appuyez encore sur « J’ajoute mon nom ».",
    closed_title="Cette pétition est close",
    closed_text="Merci à toutes les personnes qui ont signé. On ne peut plus ajouter de nom.",
    nothing_sent="Rien n’a encore été envoyé. Regardez ce qui est signalé ci-dessous.",
    name_missing="Écrivez votre nom.",
    name_long="Votre nom peut avoir 120 lettres au plus ; celui-ci en a {n}.",
    name_strange="Écrivez votre nom en lettres, sans lien ni symbole.",
    email_missing="Écrivez votre adresse e-mail.",
    email_wrong=(
        "Cette adresse ne peut pas recevoir de courrier. Elle devrait ressembler à nom@exemple.org."
    ),
    country_missing="Choisissez votre pays dans la liste.",
    form_old=(
        "Cette page était ouverte depuis longtemps. Appuyez encore une fois sur "
        "« J’ajoute mon nom »."
    ),
    check_mail_title="Regardez votre courrier",
    check_mail_text=(
        "Nous avons envoyé un message à l’adresse que vous avez donnée. Ouvrez-le et suivez le "
        "lien : c’est alors que votre nom compte."
    ),
    check_mail_again=(
        "Rien après dix minutes ? Regardez parmi les indésirables, ou signez encore avec la même "
        "adresse : elle compte une seule fois."
    ),
    back="Retour à la pétition",
    thanks_title="Merci. Votre nom compte.",
    spread="Faites passer",
    spread_text="Un nom de plus grâce à vous vaut autant que le vôtre.",
    share_words="J’ai ajouté mon nom : {title}",
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
    not_me_title="Ce n’était pas vous ?",
    not_me_text=(
        "Quelqu’un a peut-être écrit votre adresse par erreur. Nous retirons la signature et "
        "effaçons le nom et l’adresse."
    ),
    not_me_button="Retirer la signature",
    mail_subject="Confirmez votre nom : {title}",
    mail_body="""Bonjour,

quelqu’un, vous nous l’espérons, a signé « {title} » avec cette adresse.

Votre nom compte dès que vous suivez ce lien :
{confirm}

Ce n’était pas vous ? Ne faites rien, ou retirez la signature ici :
{not_me}

La pétition : {page}
""",
    mail_known_subject="Vous avez déjà signé : {title}",
    mail_known_body="""Bonjour,

quelqu’un, vous nous l’espérons, a signé encore une fois « {title} » avec cette adresse. Votre nom
est confirmé et compte déjà. Il n’y a rien à faire.

Ce n’était pas vous, ou vous voulez retirer votre signature :
{not_me}

La pétition : {page}
""",
    counting="""# Comment nous comptons

**Confirmées** : les personnes qui ont suivi le lien que nous leur avons envoyé. C’est le seul
nombre que nous remettons.

**À confirmer** : le lien n’a pas encore été suivi. Nous effaçons ces noms après 30 jours.

**Retirées** : parce que quelqu’un nous a dit « ce n’était pas moi », ou parce que la signature ne
venait pas d’une personne. Nous disons combien, pour que vous voyiez que nous regardons.

Une adresse compte une seule fois, quelle que soit la façon de l’écrire. Les nombres sont recomptés
toutes les quelques secondes à partir des signatures ; personne ne peut les saisir à la main.
""",
    data="""# Vos données

Votre nom et votre adresse sont gardés chiffrés. Ils servent à vous compter une seule fois et à vous
envoyer le lien. Les nouvelles ne vont qu’aux personnes qui ont coché la case, vide au départ.

Nous remettons le nombre de personnes et leurs pays. Nous ne publions aucun nom, nous ne vendons ni
ne prêtons rien.

Ce qui n’est pas confirmé est effacé après 30 jours. Six mois après la clôture, noms et adresses
sont effacés et les nombres restent. Chaque message de nous contient un lien qui retire votre
signature aussitôt.

Cette page ne pose aucun cookie. Le lien d’une réponse nous dit quelle réponse vous a fait venir,
pas qui vous êtes.
""",
)
