from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Every text of the public pages and mails in one language. Bodies are Markdown."""

    # The page
    skip: str
    languages: str
    the_petition: str
    somebody: str
    hear: str
    read: str
    answers: str
    video_of: str
    confirmed: str
    next_step: str
    still_to_confirm: str
    how_we_count: str
    # The form
    name: str
    email: str
    country: str
    choose_country: str
    news: str
    add_my_name: str
    mail_promise: str
    your_data: str
    leave_empty: str
    did_you_mean: str
    use_it: str
    keep_it: str
    closed_title: str
    closed_text: str
    # What is wrong
    nothing_sent: str
    name_missing: str
    name_long: str
    name_strange: str
    email_missing: str
    email_wrong: str
    country_missing: str
    form_old: str
    # After signing
    check_mail_title: str
    check_mail_text: str
    check_mail_again: str
    back: str
    # After confirming
    thanks_title: str
    spread: str
    spread_text: str
    share_words: str
    share_mail: str
    bad_link_title: str
    bad_link_text: str
    removed_title: str
    removed_text: str
    # This was not me
    not_me_title: str
    not_me_text: str
    not_me_button: str
    # Mails
    mail_subject: str
    mail_body: str
    mail_known_subject: str
    mail_known_body: str
    # Other platforms, pauses, results
    elsewhere: str
    postcode: str
    paused_title: str
    paused_text: str
    busy_title: str
    busy_text: str
    again: str
    results: str
    handed_over: str
    archive: str
    archive_open: str
    archive_closed: str
    archive_empty: str
    # One more step
    step_text: str
    step_working: str
    step_wait: str
    # Passing it on
    share_copy: str
    # The ledger
    ledger: str
    ledger_text: str
    ledger_day: str
    ledger_removals: str
    ledger_undone: str
    ledger_drift: str
    ledger_empty: str
    ledger_file: str
    removed_word: str
    pending_word: str
    # What we hold
    held_title: str
    held_text: str
    held_ask: str
    held_sent_title: str
    held_sent_text: str
    held_found: str
    held_nothing: str
    held_download: str
    held_erase: str
    held_erase_text: str
    held_erased: str
    # More mails
    mail_remind_subject: str
    mail_remind_body: str
    mail_data_subject: str
    mail_data_body: str
    # How we count, and what becomes of the data
    counting: str
    data: str
