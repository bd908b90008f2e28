from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything that the field's screens say, in one language.

    A part of the app has its own block; a new part adds a block at its end.
    """

    # The language itself, as the scripts' `Intl` knows it: its digits come with it.
    locale: str

    # Everywhere
    to_the_page: str
    field: str
    briefs: str
    film: str
    clips: str
    sign_out: str
    settings: str
    language: str
    back: str
    cancel: str
    save: str

    # The network
    good_network: str
    weak_network: str
    no_network: str
    per_second: str
    megabytes: str
    kilobytes: str
    today: str
    wifi_only: str
    wifi_waits: str

    # Clips on their way
    clips_on_their_way: str
    nothing_on_its_way: str
    film_when_ready: str
    on_this_phone: str
    sending: str
    safely_in_london: str
    waits_its_turn: str
    waits_for_network: str
    sent_of: str
    about_minutes: str
    less_than_a_minute: str
    broke: str
    nothing_twice: str
    pause: str
    go_on: str
    paused: str
    checking: str
    safe_at: str
    being_prepared: str
    ready_for_editors: str
    not_usable: str
    delete_here: str
    try_again: str
    remove: str
    remove_sure: str
    refused: str
    damaged: str
    refused_consent: str
    refused_place: str
    refused_file: str
    quota_full: str
    ask_to_stay: str

    # Filming
    the_film: str
    film_now: str
    choose_film: str
    film_help: str
    copying: str
    copied: str
    will_use: str
    who_speaks: str
    consent_on_file: str
    no_consent_on_file: str
    nobody_here: str
    language_spoken: str
    choose: str
    about: str
    said: str
    if_time: str
    themes: str
    theme_names: dict[str, str]
    voice_only: str
    i_asked: str
    send_to_london: str
    not_sent_yet: str
    film_missing: str
    speaker_missing: str
    language_missing: str
    about_missing: str
    consent_missing: str
    empty_film: str
    too_big: str
    too_long_text: str
    phone_full: str
    copy_failed: str
    needs_script: str

    # This phone
    join_title: str
    join_hello: str
    join_place: str
    join_button: str
    join_code: str
    join_code_help: str
    join_bad: str
    join_stays: str
    home_screen: str
    signed_out: str
    ask_for_code: str

    # Briefs
    new_brief: str
    accepted_brief: str
    filming_brief: str
    no_briefs: str
    no_briefs_now: str
    due_in_minutes: str
    due_in_hours: str
    late_by: str
    or_who_fits: str
    who_fits: str
    how_long: str
    accept: str
    cannot: str
    why_cannot: str
    refusals: dict[str, str]
    more_if_you_like: str
    tell_london: str
    film_it: str
    film_begins: str
    ask_london: str
    london: str
    londons_words: str
    write_here: str
    taken_back: str
    given_away: str
    brief_over: str
    said_here: str
    on_duty: str
    light_for: str
    dark_until: str
    tell_me: str
    tells_you: str
    tell_me_refused: str
    for_brief: str
    for_no_brief: str

    # What a phone shows when it rings; nothing of people or places, for others may see it
    ring_new: str
    ring_taken_back: str
    ring_line: str
    ring_due: str
    mail_new_subject: str
    mail_new_body: str

    # Consent
    consent_title: str
    told_first: str
    told_purpose: str
    told_platforms: str
    told_aid: str
    told_recall: str
    told_withdraw: str
    explained_in: str
    how_given: str
    method_spoken: str
    method_signed: str
    method_mark: str
    evidence: str
    evidence_help: str
    witness: str
    interpreter: str
    under_18: str
    guardian: str
    guardian_agrees: str
    child_agrees: str
    may_show: str
    show_face: str
    show_voice: str
    show_name: str
    place_none: str
    place_country: str
    place_camp: str
    their_code: str
    keep_consent: str
    consent_kept: str
    consent_refused: str
    show_missing: str
    told_missing: str
    method_missing: str
    evidence_missing: str
    witness_missing: str
    guardian_missing: str
