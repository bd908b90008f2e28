"""The mail catcher: SMTP in, page and JSON out."""

import smtplib
from email.message import EmailMessage

import requests

from campaign.sandbox.mailbox import POLICY
from tests.sandbox.server import Sandbox


def send(sandbox: Sandbox, *, subject: str, text: str, html: str = "") -> None:
    message = EmailMessage()
    message["From"] = "I Welcome <petition@iwelcome.example>"
    message["To"] = "sam@example.org"
    message["Subject"] = subject
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    assert sandbox.smtp_port is not None
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=5) as smtp:
        smtp.send_message(message)


def test_catches_what_is_sent(sandbox: Sandbox) -> None:
    send(
        sandbox,
        subject="Confirm, please: Zoë",
        text="Hello,\nhttp://127.0.0.1:8000/confirm/abc.\n<b>Bye</b>",
        html='<p>Hello <a href="http://127.0.0.1:8000/confirm/abc">confirm</a></p>',
    )
    mail = sandbox.mails()[0]
    assert (mail["sender"], mail["recipients"], mail["subject"]) == (
        "I Welcome <petition@iwelcome.example>",
        ["sam@example.org"],
        "Confirm, please: Zoë",
    )
    assert mail["links"] == ["http://127.0.0.1:8000/confirm/abc"]
    page = requests.get(f"{sandbox.base_url}/mail", timeout=5).text
    assert "Confirm, please: Zoë" in page
    assert 'href="http://127.0.0.1:8000/confirm/abc"' in page
    assert "&lt;b&gt;Bye&lt;/b&gt;" in page
    designed = requests.get(f"{sandbox.base_url}/mail/{mail['id']}.html", timeout=5)
    assert designed.headers["content-security-policy"] == POLICY
    assert "sandbox" in POLICY
    assert '<a href="http://127.0.0.1:8000/confirm/abc">' in designed.text


def test_lists_the_newest_first(sandbox: Sandbox) -> None:
    for number in range(3):
        send(sandbox, subject=f"Number {number}", text="Hello")
    assert [mail["subject"] for mail in sandbox.mails()[:3]] == ["Number 2", "Number 1", "Number 0"]


def test_tells_open_pages(sandbox: Sandbox) -> None:
    with requests.get(f"{sandbox.base_url}/live", stream=True, timeout=5) as live:
        lines = live.iter_lines(chunk_size=1)
        next(lines)
        send(sandbox, subject="Live", text="Hello")
        number = sandbox.mails()[0]["id"]
        told = [line for _, line in zip(range(3), lines, strict=False) if line]
    assert told == [b"event: mail", f'data: {{"id": {number}}}'.encode()]
    fragment = requests.get(f"{sandbox.base_url}/mail/{number}", timeout=5).text
    assert ">Live</h2>" in fragment


def test_has_no_page_for_a_mail_that_never_came(sandbox: Sandbox) -> None:
    answers = [
        requests.get(f"{sandbox.base_url}{path}", timeout=5).status_code
        for path in ("/mail/999999", "/mail/999999.html")
    ]
    assert answers == [404, 404]
