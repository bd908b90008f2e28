"""My day, the audit log, the templates, many at once: what they show, and to whom they do not."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaign import audit
from campaign.models import Account, AuditEntry, Mention, User
from responders import breaks
from responders.actions import desk, handing, templates
from responders.models import Notice, Reply, ReplyTemplate, ShiftNote
from responders.reasons import Reason
from responders.reports import audit as report
from tests import factories

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
GOOD = "{handle}, {storyteller} in {place} answers: {link}"


@pytest.fixture
def account() -> Account:
    account = factories.AccountFactory(campaign__slug="iwelcome")
    factories.PetitionFactory(campaign=account.campaign)
    return account


@pytest.fixture
def ana(account: Account) -> User:
    return factories.editor(account.campaign, name="Ana")


@pytest.fixture
def rose(account: Account) -> User:
    return factories.senior(account.campaign, name="Rose")


@pytest.fixture
def mention(account: Account) -> Mention:
    return factories.MentionFactory(account=account, author_handle="tess")


@pytest.fixture
def template(account: Account) -> ReplyTemplate:
    return factories.ReplyTemplateFactory(campaign=account.campaign, name="Thanks", text=GOOD)


def url(name: str, *args: object) -> str:
    return reverse(name, args=["iwelcome", *args])


def test_pages_refuse_whom_they_are_not_for(
    client: Client, account: Account, template: ReplyTemplate
) -> None:
    editors = [("get", "my-day"), ("post", "leave-note"), ("post", "took-break")]
    readers = [("get", "audit"), ("get", "audit-csv")]
    seniors = [("get", "templates"), ("post", "template-make")]
    seniors += [("get", "rules"), ("post", "rules")]
    seniors += [("post", f"template-{what}") for what in ("change", "delete", "first")]
    campaign = account.campaign
    refused = [
        (factories.manager(campaign), editors + seniors, 403),
        (factories.editor(campaign), readers + seniors, 403),
        (factories.senior(factories.CampaignFactory()), editors + readers + seniors, 404),
    ]
    for person, pages, status in refused:
        client.force_login(person)
        for method, name in pages:
            one = name.startswith("template-") and name != "template-make"
            address = url(name, template.pk) if one else url(name)
            assert getattr(client, method)(address).status_code == status, (person, address)
    account.campaign.refresh_from_db()
    assert account.campaign.hold_seconds == 10
    template.refresh_from_db()
    assert (template.text, ShiftNote.objects.count()) == (GOOD, 0)


# The audit log -----------------------------------------------------------------------------


def test_timeline_tells_what_happened_in_words(mention: Mention, ana: User, rose: User) -> None:
    clip = factories.ClipFactory(storyteller__campaign=mention.campaign, title="A school")
    clip.storyteller.public_name = "Leila"
    clip.storyteller.save()
    desk.claim(mention, by=ana)
    handing.hand_over(mention, to=str(rose.pk), by=ana)
    mention.refresh_from_db()
    desk.dismiss(mention, reason=Reason.OFF_TOPIC, by=rose)
    told = [(line.who, line.what, line.detail) for line in report.timeline(mention)]
    assert told == [
        ("Ana", "took it", ""),
        ("Ana", "handed it over", "to Rose"),
        ("Rose", "dismissed it", "Not about this"),
    ]


def test_editor_reads_a_tweets_history_but_not_the_log(
    client: Client, mention: Mention, ana: User
) -> None:
    desk.claim(mention, by=ana)
    client.force_login(ana)
    body = " ".join(client.get(url("desk-history", mention.pk)).content.decode().split())
    assert "<b>Ana</b> took it" in body
    assert client.get(url("audit")).status_code == 403


def test_search_finds_by_handle_person_verb_and_day(
    account: Account, mention: Mention, ana: User, rose: User
) -> None:
    other = factories.MentionFactory(account=account, author_handle="omar")
    desk.claim(mention, by=ana)
    desk.claim(other, by=rose)

    def found(**asked: str) -> list[str]:
        search = report.Search.read(asked)
        lines, _ = report.page(account.campaign, search, before=None)
        return [line.mention.author_handle for line in lines if line.mention]

    today = timezone.localdate()
    assert found(q="@tess") == ["tess"]
    assert found(q=str(other.pk)) == ["omar"]
    assert found(who=str(ana.pk)) == ["tess"]
    assert found(what="claimed") == ["omar", "tess"]
    assert found(what="dismissed") == []
    assert found(**{"from": today.isoformat(), "to": today.isoformat()}) == ["omar", "tess"]
    assert found(to=(today - timedelta(days=1)).isoformat()) == []
    assert found(**{"who": "x", "from": "2026-99-99", "what": "nonsense", "q": "\x00"}) == [
        "omar",
        "tess",
    ]


@pytest.mark.parametrize("count", [1, 30])
def test_audit_asks_few_queries_however_many_lines(
    client: Client, account: Account, rose: User, count: int
) -> None:
    for _ in range(count):
        desk.claim(factories.MentionFactory(account=account), by=rose)
    client.force_login(rose)
    client.get(url("audit"))
    with CaptureQueriesContext(connection) as captured:
        page = client.get(url("audit"))
    assert page.content.count(b"log-line") == count
    assert len(captured) <= 14, [query["sql"][:90] for query in captured]


def test_log_goes_on_where_the_page_ends(account: Account, mention: Mention, rose: User) -> None:
    for _ in range(report.PAGE + 2):
        desk.claim(mention, by=rose)
    search = report.Search()
    lines, following = report.page(account.campaign, search, before=None)
    rest, end = report.page(account.campaign, search, before=following)
    assert (len(lines), len(rest), end) == (report.PAGE, 2, 0)
    assert len({line.entry.pk for line in [*lines, *rest]}) == report.PAGE + 2


def test_export_streams_all_and_runs_no_formula(
    client: Client, account: Account, mention: Mention, rose: User
) -> None:
    rose.name = "=HYPERLINK(1)"
    rose.save()
    desk.claim(mention, by=rose)
    audit.seal()
    client.force_login(rose)
    answer = client.get(url("audit-csv"))
    assert answer.streaming
    text = b"".join(answer).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["who"] for row in rows] == ["'=HYPERLINK(1)"]
    assert [row["tweet of"] for row in rows] == ["'@tess"]
    assert rows[0]["hash"] == AuditEntry.objects.get().hash


def test_log_of_another_campaign_stays_there(client: Client, account: Account, rose: User) -> None:
    foreign = factories.MentionFactory(author_handle="secret")
    desk.claim(foreign, by=factories.editor(foreign.campaign))
    client.force_login(rose)
    assert "secret" not in client.get(url("audit")).content.decode()
    assert "Nothing was found." in client.get(f"{url('audit')}?q=@secret").content.decode()
    assert client.get(url("desk-history", foreign.pk)).status_code == 404


# Templates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{handle} {link} {name}", "{name} is nothing that can be filled in."),
        ("Thank you {link}", "Put {handle} in"),
        ("Thank you {handle}", "Put {link} in"),
        ("{handle} {link} " + "a" * 250, "too long for X."),
        ("", "There is no text yet."),
        ("{handle} {link}" + "a" * 600, "A template holds 500 characters at most."),
    ],
)
def test_template_is_refused_with_the_reason_and_kept_in_the_form(
    client: Client, rose: User, text: str, words: str
) -> None:
    client.force_login(rose)
    form = {"name": "New", "language": "en", "text": text}
    answer = client.post(url("template-make"), form)
    assert answer.status_code == 409
    body = answer.content.decode()
    assert words in body
    assert text[:40] in body
    assert ReplyTemplate.objects.count() == 0


def test_template_is_made_changed_put_first_and_deleted(
    client: Client, rose: User, template: ReplyTemplate
) -> None:
    client.force_login(rose)
    form = {"name": "Question", "language": "en", "text": "You asked, {handle}: {link}"}
    client.post(url("template-make"), form)
    made = ReplyTemplate.objects.get(name="Question")
    assert (made.position, made.updated_by) == (1, rose)
    client.post(url("template-first", made.pk))
    first = ReplyTemplate.objects.filter(campaign=made.campaign).first()
    assert first == made
    client.post(url("template-change", made.pk), form | {"name": "Asked", "seen": made.text})
    made.refresh_from_db()
    assert made.name == "Asked"
    client.post(url("template-delete", template.pk))
    assert list(ReplyTemplate.objects.all()) == [made]
    verbs = list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))
    made_and_changed = ["made template", "changed template", "changed template"]
    assert verbs == [*made_and_changed, "deleted template"]


def test_stale_form_of_a_template_changes_nothing(rose: User, template: ReplyTemplate) -> None:
    written = templates.Written(name="Thanks", language="en", text="Mine {handle} {link}")
    templates.change(template, written, seen=GOOD, by=rose)
    with pytest.raises(templates.ChangedMeanwhile, match="Rose changed it meanwhile"):
        templates.change(template, written, seen=GOOD, by=factories.senior())


# Many at once ------------------------------------------------------------------------------


def test_bulk_dismissal_leaves_what_colleagues_hold_and_can_be_undone(
    client: Client, account: Account, ana: User, rose: User
) -> None:
    free = [factories.MentionFactory(account=account) for _ in range(2)]
    held = factories.MentionFactory(account=account)
    foreign = factories.MentionFactory()
    desk.claim(held, by=rose)
    ids = ",".join(str(one.pk) for one in [*free, held, foreign])
    client.force_login(ana)
    form = {"ids": ids, "reason": "off_topic"}
    body = client.post(url("desk-dismiss-many"), form, headers=HTMX).content.decode()
    assert "2 dismissed, 2 left as they are." in body
    wanted = {free[0].pk: "dismissed", free[1].pk: "dismissed", held.pk: "claimed"}
    wanted[foreign.pk] = "waiting"
    assert dict(Mention.objects.values_list("pk", "status")) == wanted
    client.force_login(rose)
    client.post(url("desk-restore-many"), {"ids": ids}, headers=HTMX)
    assert Mention.objects.get(pk=free[0].pk).status == "dismissed"
    client.force_login(ana)
    body = client.post(url("desk-restore-many"), {"ids": ids}, headers=HTMX).content.decode()
    assert "2 back in the queue." in body
    assert Mention.objects.get(pk=free[0].pk).status == "waiting"


@pytest.mark.parametrize("ids", ["", "x", "1" * 40, "-1", "0,,"])
def test_bulk_dismissal_takes_hostile_ids_calmly(client: Client, ana: User, ids: str) -> None:
    client.force_login(ana)
    form = {"ids": ids, "reason": "hostile"}
    assert client.post(url("desk-dismiss-many"), form, headers=HTMX).status_code == 200
    answer = client.post(url("desk-dismiss-many"), {"ids": ids}, headers=HTMX)
    assert (answer.status_code, answer.content) == (409, b"Choose why it is not answered.")


# My day, notes, notices --------------------------------------------------------------------


def posted(author: User, account: Account, *, minutes: int) -> Reply:
    now = timezone.now()
    reply = factories.approved_reply(
        author=author,
        mention__account=account,
        mention__posted_at=now - timedelta(minutes=minutes),
    )
    Reply.objects.filter(pk=reply.pk).update(
        status="posted", posted_at=now, external_id=str(reply.pk)
    )
    return reply


def test_my_day_tells_answered_waiting_and_the_median(
    client: Client, account: Account, ana: User, rose: User
) -> None:
    for minutes in (4, 6, 60):
        posted(ana, account, minutes=minutes)
    posted(rose, account, minutes=1)
    waiting = factories.approved_reply(author=ana, mention__account=account)
    client.force_login(ana)
    body = " ".join(client.get(url("my-day")).content.decode().split())
    assert "<dt>answered</dt><dd>3</dd>" in body.replace("> <", "><")
    assert "6 min 0 s" in body
    assert f"@{waiting.mention.author_handle}" in body


def test_my_day_asks_few_queries_however_many_replies(
    client: Client, account: Account, ana: User
) -> None:
    client.force_login(ana)
    asked = []
    for _ in range(2):
        for _ in range(4):
            posted(ana, account, minutes=3)
            factories.approved_reply(author=ana, mention__account=account)
        client.get(url("my-day"))
        with CaptureQueriesContext(connection) as captured:
            client.get(url("my-day"))
        asked.append(len(captured))
    assert asked[0] == asked[1]


def test_break_is_due_after_a_stretch_and_begins_anew(ana: User, time_machine: object) -> None:
    begun = timezone.now()
    time_machine.move_to(begun, tick=False)  # type: ignore[attr-defined]  # the plugin's fixture
    assert breaks.working(ana).left == breaks.STRETCH
    for minutes in (9, 18, 27):
        time_machine.move_to(begun + timedelta(minutes=minutes), tick=False)  # type: ignore[attr-defined]
        assert breaks.working(ana).worked == timedelta(minutes=minutes)
    breaks.took_one(ana)
    assert breaks.working(ana).worked == timedelta(0)
    time_machine.move_to(begun + timedelta(minutes=40), tick=False)  # type: ignore[attr-defined]
    assert breaks.working(ana).worked == timedelta(0)


def test_note_to_the_next_shift_is_shown_until_it_is_read(
    client: Client, mention: Mention, ana: User, rose: User
) -> None:
    client.force_login(ana)
    client.post(url("leave-note"), {"text": "Watch for @tess. <b>"})
    assert "Watch for" not in client.get(url("desk")).content.decode()
    client.force_login(rose)
    assert "Watch for @tess. &lt;b&gt;" in client.get(url("desk")).content.decode()
    note = ShiftNote.objects.get()
    client.post(url("desk-note-read", note.pk), headers=HTMX)
    assert "Watch for" not in client.get(url("desk")).content.decode()


def test_notice_is_its_readers_alone(
    client: Client, mention: Mention, ana: User, rose: User
) -> None:
    desk.claim(mention, by=ana)
    handing.hand_over(mention, to=str(rose.pk), words="Yours, I think", by=ana)
    notice = Notice.objects.get()
    client.force_login(ana)
    assert client.post(url("desk-notice-read", notice.pk)).status_code == 404
    assert "Yours, I think" not in client.get(url("desk")).content.decode()
    client.force_login(rose)
    assert "Yours, I think" in client.get(url("desk")).content.decode()
    client.post(url("desk-notice-read", notice.pk), headers=HTMX)
    assert "Yours, I think" not in client.get(url("desk")).content.decode()


def test_signed_out_part_of_a_page_is_told_so_and_a_page_signs_in(client: Client) -> None:
    factories.CampaignFactory(slug="iwelcome")
    assert client.post(url("desk-save", 1), {"text": "Half a"}, headers=HTMX).status_code == 401
    assert client.get(url("my-day")).status_code == 302


def test_seniors_set_the_rules_of_approval(client: Client, account: Account, rose: User) -> None:
    client.force_login(rose)
    rules = {"hold_seconds": "30", "second_eyes_above_followers": "900"}
    rules |= {"second_eyes_first_replies": "5", "always_second_eyes": "on"}
    page = client.post(url("rules"), rules, follow=True).content.decode()
    assert "They hold for every approval from now on." in page
    assert 'value="30"' in page
    campaign = account.campaign
    campaign.refresh_from_db()
    assert (campaign.hold_seconds, campaign.always_second_eyes) == (30, True)
    assert (campaign.second_eyes_above_followers, campaign.second_eyes_first_replies) == (900, 5)
    client.post(url("rules"), rules)
    entry = AuditEntry.objects.get(verb="changed the rules of approval")
    assert entry.before["hold_seconds"] == 10
    assert entry.after == {
        "hold_seconds": 30, "always_second_eyes": True,
        "second_eyes_above_followers": 900, "second_eyes_first_replies": 5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"hold_seconds": "61"}, "less than or equal to 60"),
        ({"hold_seconds": "-1"}, "greater than or equal to 0"),
        ({"hold_seconds": ""}, "This field is required"),
        ({"second_eyes_above_followers": "9" * 30}, "less than or equal to"),
    ],
)
def test_rules_that_cannot_be_say_why(
    client: Client, rose: User, said: dict[str, str], why: str
) -> None:
    client.force_login(rose)
    rules = {"hold_seconds": "5", "second_eyes_above_followers": "9"}
    rules |= {"second_eyes_first_replies": "0"} | said
    answer = client.post(url("rules"), rules)
    assert (answer.status_code, why in answer.content.decode()) == (409, True)
    assert rose.campaigns.get().hold_seconds == 10
