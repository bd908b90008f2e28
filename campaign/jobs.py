"""What the mail worker runs for the ground floor. Each may run twice, or beside itself."""

from campaign.actions import letters, people


def send_invitations() -> None:
    people.send_invitations()


def send_letter(*, sealed: str) -> None:
    letters.deliver(sealed)
