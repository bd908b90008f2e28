import django.contrib.postgres.fields
import django.db.models.deletion
import campaign.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("responders", "0001_initial"),
        ("responders", "0002_candidates_and_by_hand"),
        ("responders", "0003_takedowns_and_standing"),
    ]

    initial = True

    dependencies = [
        ("campaign", "0001_schema"),
        ("petitions", "0001_schema"),
        ("videos", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("worker", models.CharField(max_length=120)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("posted", "Posted"),
                            ("refused", "Refused"),
                            ("limited", "Told to wait"),
                            ("unreachable", "Not reached"),
                            ("unknown", "Unknown"),
                        ],
                        max_length=12,
                    ),
                ),
                ("external_id", models.CharField(blank=True, max_length=40)),
                ("request", models.JSONField(default=dict, help_text="What was sent. No secrets.")),
                (
                    "response",
                    models.JSONField(default=dict, help_text="What came back. No secrets."),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("posts_seen", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("found_id", models.CharField(blank=True, max_length=40)),
                (
                    "failure",
                    models.CharField(
                        blank=True, help_text="Why nothing could be seen, if so.", max_length=200
                    ),
                ),
                (
                    "attempt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="looks",
                        to="responders.attempt",
                    ),
                ),
            ],
            options={
                "ordering": ["at"],
            },
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("language", models.CharField(default="en", max_length=8)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Needs second eyes"),
                            ("approved", "Approved"),
                            ("by_hand", "To post by hand"),
                            ("posting", "Posting"),
                            ("posted", "Posted"),
                            ("unknown", "Outcome unknown"),
                            ("problem", "Problem"),
                            ("cancelled", "Cancelled"),
                            ("stale", "Waited too long"),
                            ("removing", "Being removed"),
                            ("removed", "Removed"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "variant",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="Which of its author's candidates: 0 is A."
                    ),
                ),
                (
                    "version",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="Grows when its approver changes the text."
                    ),
                ),
                (
                    "writers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Ids of all who had it before its author: none of them is its second eyes.",
                        size=None,
                    ),
                ),
                (
                    "by_hand",
                    models.BooleanField(
                        default=False,
                        help_text="A person posts or posted it: the network takes it from nobody else.",
                    ),
                ),
                ("needs_second_eyes", models.BooleanField(default=False)),
                ("second_eyes_reason", models.CharField(blank=True, max_length=40)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                (
                    "fingerprint",
                    models.CharField(
                        blank=True,
                        help_text="Of what was approved: text, rendition, consent, link.",
                        max_length=64,
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Not to be posted before: the hold, or a network's wait.",
                        null=True,
                    ),
                ),
                (
                    "tries",
                    models.PositiveSmallIntegerField(default=0, help_text="Unreachable in a row."),
                ),
                (
                    "external_id",
                    models.CharField(blank=True, help_text="The network's id.", max_length=40),
                ),
                ("posted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "seen_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the network last said that it still stands.",
                        null=True,
                    ),
                ),
                (
                    "missing_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When it was missed first; the second look decides.",
                        null=True,
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "problem",
                    models.CharField(blank=True, help_text="Its kind, as a code.", max_length=20),
                ),
                (
                    "problem_detail",
                    models.TextField(blank=True, help_text="In the network's own words."),
                ),
                ("problem_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="campaign.account",
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approved_replies",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="written_replies",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clip",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="videos.clip",
                    ),
                ),
                (
                    "link",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reply",
                        to="petitions.trackedlink",
                    ),
                ),
                (
                    "mention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="campaign.mention",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "replies",
            },
        ),
        migrations.AddField(
            model_name="attempt",
            name="reply",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attempts",
                to="responders.reply",
            ),
        ),
        migrations.CreateModel(
            name="ReplyTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                ("name", models.CharField(max_length=60)),
                ("text", models.TextField(max_length=500)),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="The lowest of a language is what a draft begins from."
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reply_templates",
                        to="campaign.campaign",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["language", "position", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "language", "name"), name="reply_template_is_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("text", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reply",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="revisions",
                        to="responders.reply",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("reply", "number"), name="revision_is_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="ShiftNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(max_length=1000)),
                ("at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shift_notes",
                        to="campaign.campaign",
                    ),
                ),
                (
                    "read_by",
                    models.ManyToManyField(
                        blank=True, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-at"],
                "indexes": [
                    models.Index(
                        models.F("campaign"),
                        models.OrderBy(models.F("at"), descending=True),
                        name="shift_note_newest",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Takedown",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("reply", "One reply"),
                            ("clip", "A clip"),
                            ("storyteller", "A storyteller"),
                            ("campaign", "The whole campaign"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("asked_at", models.DateTimeField()),
                (
                    "spread_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When every reply that it concerns was told of it.",
                        null=True,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="takedowns",
                        to="campaign.campaign",
                    ),
                ),
                (
                    "clip",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="videos.clip",
                    ),
                ),
                (
                    "storyteller",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="videos.storyteller",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at"],
                "indexes": [
                    models.Index(
                        models.F("id"),
                        condition=models.Q(("spread_at", None)),
                        name="takedown_to_spread",
                    ),
                    models.Index(
                        models.F("campaign"),
                        models.OrderBy(models.F("asked_at"), descending=True),
                        name="takedown_list",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("clip", None),
                                ("scope__in", ["reply", "campaign"]),
                                ("storyteller", None),
                            ),
                            models.Q(
                                ("clip__isnull", False), ("scope", "clip"), ("storyteller", None)
                            ),
                            models.Q(
                                ("clip", None),
                                ("scope", "storyteller"),
                                ("storyteller__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="takedown_names_its_subject",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="takedown_has_reason",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="reply",
            name="takedown",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replies",
                to="responders.takedown",
            ),
        ),
        migrations.CreateModel(
            name="MediaUpload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(help_text="Of the rendition.", max_length=64)),
                ("media_id", models.CharField(blank=True, max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting"),
                            ("uploading", "Uploading"),
                            ("processing", "Being prepared by the network"),
                            ("ready", "Ready"),
                            ("failed", "Failed"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("bytes_total", models.PositiveBigIntegerField(default=0)),
                ("bytes_sent", models.PositiveBigIntegerField(default=0)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("check_at", models.DateTimeField(blank=True, null=True)),
                ("failure", models.TextField(blank=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="media_uploads",
                        to="campaign.account",
                    ),
                ),
                (
                    "clip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="media_uploads",
                        to="videos.clip",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "sha256"), name="media_upload_is_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "ready"), _negated=True),
                            models.Q(
                                models.Q(("media_id", ""), _negated=True),
                                ("expires_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="media_ready_complete",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("edited", "Approved with changes"),
                            ("sent_back", "Sent back"),
                            ("handed_over", "Handed over"),
                            ("by_hand", "Approved, to post by hand"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "words",
                    models.TextField(
                        blank=True, help_text="What the colleague wrote, if anything."
                    ),
                ),
                ("at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="campaign.campaign",
                    ),
                ),
                (
                    "mention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="campaign.mention",
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reply",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="responders.reply",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        models.F("to"),
                        models.F("campaign"),
                        condition=models.Q(("read_at", None)),
                        name="notice_unread",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("to", models.F("by")), _negated=True),
                        name="notice_is_from_another",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                fields=("reply", "number"), name="attempt_number_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome", "")), fields=("reply",), name="one_attempt_in_flight"
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("outcome", "posted")),
                fields=("reply",),
                name="one_attempt_posts",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at", None), ("outcome", "")),
                    models.Q(
                        models.Q(("outcome", ""), _negated=True), ("finished_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="attempt_end_complete",
            ),
        ),
        migrations.AddIndex(
            model_name="reply",
            index=models.Index(
                models.F("due_at"), condition=models.Q(("status", "approved")), name="reply_due"
            ),
        ),
        migrations.AddIndex(
            model_name="reply",
            index=models.Index(
                models.F("status"),
                models.F("updated_at"),
                condition=models.Q(("status__in", ["posting", "unknown", "removing", "problem"])),
                name="reply_in_flight",
            ),
        ),
        migrations.AddIndex(
            model_name="reply",
            index=models.Index(
                models.F("account"),
                models.OrderBy(models.F("posted_at"), descending=True),
                name="reply_posted",
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["draft", "cancelled"]), _negated=True),
                fields=("mention", "account"),
                name="one_reply_a_mention",
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "draft")),
                fields=("mention", "account", "author", "variant"),
                name="one_draft_a_letter",
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(("variant__lt", 4)), name="four_candidates"
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "submitted", "cancelled"]),
                    models.Q(
                        ("approved_at__isnull", False),
                        ("approved_by__isnull", False),
                        ("clip__isnull", False),
                        ("due_at__isnull", False),
                        models.Q(("fingerprint", ""), _negated=True),
                        models.Q(("text", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="approval_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("needs_second_eyes", False),
                    ("approved_by", None),
                    models.Q(
                        models.Q(("approved_by", models.F("author")), _negated=True),
                        models.Q(
                            campaign.models.expressions.IsAmong(
                                models.F("approved_by"), models.F("writers")
                            ),
                            _negated=True,
                        ),
                    ),
                    _connector="OR",
                ),
                name="second_eyes_are_anothers",
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "by_hand"), _negated=True),
                    ("by_hand", True),
                    _connector="OR",
                ),
                name="by_hand_says_so",
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["posted", "removing", "removed"]), _negated=True),
                    models.Q(
                        ("posted_at__isnull", False), models.Q(("external_id", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="posted_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "problem"), _negated=True),
                    models.Q(
                        models.Q(("problem", ""), _negated=True), ("problem_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="problem_has_kind",
            ),
        ),
    ]
