"""What the workers run. Each may run twice, or at the same time as itself."""

from uuid import UUID

from petitions.actions import imports, mail, outgoing, platforms, requests
from petitions.reports import weekly


def send_owed_mail() -> None:
    mail.send_owed()


def send_what_we_have_of(address: str, language: str) -> None:
    requests.answer(address, language=language)


def deliver_webhooks() -> None:
    outgoing.deliver_due()


def read_platforms() -> None:
    platforms.poll_due()


def load_import(import_id: UUID) -> None:
    imports.load(import_id)


def send_report(saved_id: int) -> None:
    weekly.send(saved_id)
