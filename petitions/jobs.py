"""What the mail worker runs. Each may run twice, or at the same time as itself."""

from petitions.actions import mail


def send_mail(signature_id: int) -> None:
    mail.send(signature_id)


def send_owed_mail() -> None:
    mail.send_owed()
