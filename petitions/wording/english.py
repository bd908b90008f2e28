from petitions.wording.words import Words

WORDS = Words(
    skip="To the petition",
    languages="Languages",
    the_petition="The petition",
    somebody="somebody",
    hear="Hear {name}",
    read="Read what {name} says",
    answers="{name} answers",
    video_of="Video: {name} speaks",
    confirmed="confirmed",
    next_step="next step {n}",
    still_to_confirm="{pending} still to confirm, {removed} removed",
    how_we_count="How we count",
    name="Name",
    email="Email",
    country="Country",
    choose_country="Choose a country",
    news="Send me news of this campaign, about twice a month. You can stop at any time.",
    add_my_name="Add my name",
    mail_promise="We mail you one link to confirm. Your name is counted, never published.",
    your_data="Your data",
    leave_empty="Leave this empty",
    did_you_mean="Did you mean {address}?",
    use_it="Use it",
    keep_it="If your address is right as it stands, press “Add my name” again.",
    closed_title="This petition is closed",
    closed_text="Thank you to everybody who signed. Names can no longer be added.",
    nothing_sent="Nothing has been sent yet. Please look at what is marked below.",
    name_missing="Write your name.",
    name_long="Your name may have up to 120 letters; this has {n}.",
    name_strange="Write your name in letters, without links or symbols.",
    email_missing="Write your email address.",
    email_wrong="This address cannot receive mail. It should look like name@example.org.",
    country_missing="Choose your country from the list.",
    form_old="This page had been open for a long time. Press “Add my name” once more.",
    check_mail_title="Check your mail",
    check_mail_text=(
        "We have sent one mail to the address you gave. Open it and follow the link: only then "
        "does your name count."
    ),
    check_mail_again=(
        "Nothing there after ten minutes? Look among the unwanted mail, or sign again with the "
        "same address: it counts once."
    ),
    back="Back to the petition",
    thanks_title="Thank you. Your name counts.",
    spread="Pass it on",
    spread_text="One more name from you is worth as much as your own.",
    share_words="I have added my name: {title}",
    share_mail="Mail",
    bad_link_title="This link is not complete",
    bad_link_text=(
        "Mail programs sometimes break long links in two. Copy the whole link from our mail into "
        "the address bar. Your signature is safe."
    ),
    removed_title="This signature has been taken out",
    removed_text=(
        "It is no longer counted, and we keep no name and no address of it. You may sign at any "
        "time."
    ),
    not_me_title="Was this not you?",
    not_me_text=(
        "Somebody may have typed your address by mistake. We take the signature out and erase the "
        "name and the address with it."
    ),
    not_me_button="Take it out",
    mail_subject="Confirm your name: {title}",
    mail_body="""Hello,

somebody, we hope it was you, has signed “{title}” with this address.

Your name counts once you follow this link:
{confirm}

This was not you? Then do nothing, or take the signature out here:
{not_me}

The petition: {page}
""",
    mail_known_subject="You have signed already: {title}",
    mail_known_body="""Hello,

somebody, we hope it was you, has signed “{title}” with this address once more. Your name is
confirmed and counts already. There is nothing to do.

This was not you, or you want your signature taken out:
{not_me}

The petition: {page}
""",
    elsewhere="{n} more on other platforms",
    postcode="Postcode (you may leave it empty)",
    paused_title="Signing rests for a moment",
    paused_text="We are looking after something. Please come back in a while: your name is wanted.",
    busy_title="We cannot take your name just now",
    busy_text=(
        "Something on our side is not working. Nothing was stored. Please press the button "
        "again in a few minutes."
    ),
    again="Try again",
    results="What came of it",
    handed_over="Handed over on {date}",
    archive="All petitions",
    archive_open="Open",
    archive_closed="Closed",
    archive_empty="There is no petition yet.",
    step_text=(
        "Many signatures come from your network just now. To tell people from programs, there "
        "is one more step."
    ),
    step_working="Your browser is doing it; this takes a few seconds.",
    step_wait="Or wait {seconds} seconds, and press “Add my name” again.",
    share_copy="Or copy this link:",
    ledger="Integrity ledger",
    ledger_text=(
        "Every night we count again from the signatures themselves and write the day’s numbers "
        "down here. Each day is sealed with the one before it, so that none can be changed "
        "later without anybody noticing."
    ),
    ledger_day="Day (UTC)",
    ledger_removals="What was removed together",
    ledger_undone="taken back later",
    ledger_drift="Corrected",
    ledger_empty="The first day is not over yet.",
    ledger_file="The whole ledger, for checking (JSON)",
    removed_word="removed",
    pending_word="still to confirm",
    held_title="What we hold of you",
    held_text=(
        "Write your address. We mail you a link that shows all that we hold under it, and lets "
        "you take it away or erase it."
    ),
    held_ask="Mail me the link",
    held_sent_title="Look into your mail",
    held_sent_text=(
        "If this address can receive mail, a link is on its way. It is good for seven days."
    ),
    held_found="This is all that we hold under {address}.",
    held_nothing="We hold nothing under {address}.",
    held_download="Download it (JSON)",
    held_erase="Erase all of it",
    held_erase_text=(
        "Your signatures are taken out, and name and address are erased at once. This cannot "
        "be undone."
    ),
    held_erased="It is erased. We hold nothing of you any more.",
    mail_remind_subject="Your name does not count yet: {title}",
    mail_remind_body="""Hello,

some days ago somebody, we hope it was you, signed “{title}” with this address. One step is missing:
your name counts once you follow this link.
{confirm}

This was not you? Then do nothing, or take the signature out here:
{not_me}

The petition: {page}
""",
    mail_data_subject="What we hold of you",
    mail_data_body="""Hello,

somebody, we hope it was you, asked what we hold under this address. This link shows it, and lets
you take it away or erase it. It is good for seven days:
{link}

This was not you? Then there is nothing to do.
""",
    counting="""# How we count

**Confirmed** are names whose owners followed the link that we mailed them. Only these are the
number that we hand over.

**Still to confirm** are names whose link has not been followed yet. We erase them after 30 days.

**Removed** are names that we took out: because somebody told us “this was not me”, or because
they did not come from a person. We show how many, so that you can see that we look.

One address counts once, however it is spelled. The numbers are counted anew from the
signatures themselves every few seconds; nobody can type them in.
""",
    data="""# Your data

Your name and address are stored encrypted. We use them to count you once and to mail you the link.
News is sent only to people who ticked the box, which is empty unless you tick it.

We hand over how many people signed, and from which countries. We do not publish names, and we do
not sell or lend anything.

What is not confirmed is erased after 30 days. {days} days after the petition has closed, names and
addresses are erased and the numbers remain. Each mail from us has a link that takes your
signature out at once.

This page sets no cookies. A link in a reply tells us which reply brought you here, not who you are.
""",
)
