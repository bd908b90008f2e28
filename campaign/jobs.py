"""What the mail worker runs for the ground floor. Each may run twice, or beside itself."""

from campaign.actions import people


def send_invitations() -> None:
    people.send_invitations()
