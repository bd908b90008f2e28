import campaign.encryption
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import petitions.models.saved
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("petitions", "0001_initial"),
        ("petitions", "0002_report_indexes"),
        ("petitions", "0003_link_shows_what_consent_allows"),
        ("petitions", "0004_roll_ups"),
        ("petitions", "0006_honest_counts_and_other_platforms"),
        ("petitions", "0007_saved_reports"),
    ]

    initial = True

    dependencies = [
        ("campaign", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="CountChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("petition_id", models.BigIntegerField()),
                ("country", models.CharField(max_length=2)),
                ("language", models.CharField(max_length=8)),
                ("link_id", models.BigIntegerField(null=True)),
                ("confirmed", models.IntegerField(default=0)),
                ("pending", models.IntegerField(default=0)),
                ("removed", models.IntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email_hmac", models.CharField(max_length=64, unique=True)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("bounced", "Mail to it comes back"),
                            ("complained", "Its owner called our mail unwanted"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="Petition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("goal", models.PositiveIntegerField(default=1000)),
                ("opens_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("closes_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asks_postcode",
                    models.BooleanField(
                        default=False,
                        help_text="Offer a field for the postcode; nobody has to fill it in.",
                    ),
                ),
                (
                    "external_url",
                    models.CharField(
                        blank=True,
                        help_text="Where people sign, when that is not here: links then lead there.",
                        max_length=500,
                        validators=[django.core.validators.URLValidator(schemes=["https"])],
                    ),
                ),
                (
                    "signing_paused",
                    models.BooleanField(
                        default=False, help_text="Take no names for a while; the page stays."
                    ),
                ),
                (
                    "counting_paused",
                    models.BooleanField(
                        default=False,
                        help_text="Keep the numbers as they are; what happens meanwhile is kept.",
                    ),
                ),
                (
                    "handed_over_on",
                    models.DateField(
                        blank=True,
                        help_text="The day it was handed to those whom it asks.",
                        null=True,
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="petitions",
                        to="campaign.campaign",
                    ),
                ),
            ],
            options={
                "ordering": ["slug"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closes_at", None),
                            ("closes_at__gt", models.F("opens_at")),
                            _connector="OR",
                        ),
                        name="petition_closes_after_opening",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("confirmed", models.PositiveIntegerField()),
                ("pending", models.PositiveIntegerField()),
                ("removed", models.PositiveIntegerField()),
                ("elsewhere", models.PositiveIntegerField(default=0)),
                (
                    "drift",
                    models.IntegerField(
                        default=0,
                        help_text="By how much the running count was off before it was set right.",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("previous_hash", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ledger",
                        to="petitions.petition",
                    ),
                ),
            ],
            options={
                "ordering": ["day"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("petition", "day"), name="one_ledger_entry_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("document", models.JSONField()),
                (
                    "hash",
                    models.CharField(
                        help_text="SHA-256 of the document's canonical text.", max_length=64
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs",
                        to="petitions.petition",
                    ),
                ),
            ],
            options={
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="DomainRule",
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
                        choices=[("allow", "Always allow"), ("block", "Keep apart for review")],
                        max_length=5,
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[("domain", "Mail domain"), ("network", "Network")], max_length=7
                    ),
                ),
                (
                    "value",
                    models.CharField(
                        help_text="example.org with all below it, or 192.0.2.0/24.", max_length=253
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="petitions.petition",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("petition", "what", "value"), name="rule_is_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CountSnapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("confirmed", models.PositiveIntegerField(default=0)),
                ("pending", models.PositiveIntegerField(default=0)),
                ("removed", models.PositiveIntegerField(default=0)),
                (
                    "outside",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Signed on other platforms, and known not to have signed here.",
                    ),
                ),
                (
                    "unverified",
                    models.PositiveIntegerField(
                        default=0, help_text="What other platforms say as a number alone."
                    ),
                ),
                ("counted_at", models.DateTimeField()),
                (
                    "petition",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="count",
                        to="petitions.petition",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CountSlice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "by",
                    models.CharField(
                        choices=[
                            ("country", "Country"),
                            ("language", "Language"),
                            ("link", "Link"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "key",
                    models.CharField(
                        help_text="A code, or a link's id; empty for none.", max_length=20
                    ),
                ),
                ("confirmed", models.IntegerField(default=0)),
                ("pending", models.IntegerField(default=0)),
                ("removed", models.IntegerField(default=0)),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slices",
                        to="petitions.petition",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("petition", "by", "key"), name="count_slice_is_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[("domain", "Mail domain"), ("network", "Network")], max_length=7
                    ),
                ),
                ("value", models.CharField(max_length=253)),
                ("count", models.PositiveIntegerField()),
                ("whole", models.PositiveIntegerField(help_text="All signatures of that time.")),
                ("first_at", models.DateTimeField()),
                ("last_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                (
                    "seen_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="alerts",
                        to="petitions.petition",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("seen_at", None)),
                        fields=("petition", "what", "value"),
                        name="one_open_alert",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PetitionText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                ("title", models.CharField(max_length=160)),
                ("summary", models.CharField(max_length=300)),
                (
                    "addressee",
                    models.CharField(
                        help_text="Whom it asks, and when it is handed over.", max_length=200
                    ),
                ),
                ("body", models.TextField(help_text="Markdown.")),
                (
                    "outcome",
                    models.TextField(
                        blank=True,
                        help_text="Markdown. What came of it; shown once the petition is closed.",
                    ),
                ),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="texts",
                        to="petitions.petition",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("petition", "language"), name="petition_text_is_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Removal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(help_text="Shown in the public ledger.", max_length=200),
                ),
                ("chosen", models.JSONField(default=dict, help_text="By what they were chosen.")),
                ("count", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="removals",
                        to="petitions.petition",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("undone_by", None), ("undone_at__isnull", False), _connector="OR"
                        ),
                        name="undoing_complete",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RollUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("closed_until", models.DateTimeField()),
                (
                    "recount_day",
                    models.DateField(
                        help_text="The next day to compare with its rows; empty when none is under way.",
                        null=True,
                    ),
                ),
                (
                    "recounted_at",
                    models.DateTimeField(help_text="When a whole recount last ended.", null=True),
                ),
                (
                    "drift",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Rows that the last recount had to mend: none, or there is a fault.",
                    ),
                ),
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="campaign.campaign",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SavedReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "query",
                    models.CharField(
                        help_text="Its address, after the question mark.", max_length=600
                    ),
                ),
                ("weekly", models.BooleanField(default=False)),
                ("weekday", models.PositiveSmallIntegerField(default=0, help_text="0 is Monday.")),
                (
                    "hour",
                    models.PositiveSmallIntegerField(
                        default=8, help_text="Of the day, where they are."
                    ),
                ),
                (
                    "zone",
                    models.CharField(default=petitions.models.saved.newsroom_zone, max_length=40),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the next mail goes; empty when none is wanted.",
                        null=True,
                    ),
                ),
                ("mailed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_reports",
                        to="campaign.campaign",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_reports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
                "indexes": [
                    models.Index(
                        models.F("due_at"),
                        condition=models.Q(("weekly", True)),
                        name="saved_report_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "owner", "name"), name="saved_report_name_is_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hour__lte", 23), ("weekday__lte", 6)),
                        name="saved_report_time_exists",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("due_at__isnull", False), ("weekly", True)),
                            models.Q(("due_at", None), ("weekly", False)),
                            _connector="OR",
                        ),
                        name="saved_report_due_when_weekly",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Source",
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
                            ("osdi", "Action Network, or another that speaks OSDI"),
                            ("csv", "Files that we load"),
                            ("number", "A number that we type in"),
                            ("url", "A number at an address"),
                        ],
                        max_length=6,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("active", models.BooleanField(default=True)),
                (
                    "token_hash",
                    models.CharField(
                        blank=True,
                        help_text="Of the secret in the address that news comes to.",
                        max_length=64,
                    ),
                ),
                (
                    "secret",
                    campaign.encryption.EncryptedTextField(
                        blank=True,
                        default="",
                        help_text="Standard Webhooks; empty for senders that cannot sign.",
                    ),
                ),
                ("api_key", campaign.encryption.EncryptedTextField(blank=True, default="")),
                (
                    "url",
                    models.URLField(
                        blank=True,
                        help_text="What to ask: the signatures, or the number.",
                        max_length=500,
                    ),
                ),
                (
                    "json_path",
                    models.CharField(
                        blank=True,
                        help_text="Where in the answer the number is: data.total",
                        max_length=100,
                    ),
                ),
                (
                    "number",
                    models.PositiveIntegerField(
                        default=0, help_text="As last told, for numbers alone."
                    ),
                ),
                ("polled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "began_at",
                    models.DateTimeField(
                        blank=True, help_text="When the reading that is under way began.", null=True
                    ),
                ),
                (
                    "cursor",
                    models.CharField(
                        blank=True,
                        help_text="The page at which that reading goes on.",
                        max_length=1000,
                    ),
                ),
                (
                    "seen_until",
                    models.DateTimeField(
                        blank=True,
                        help_text="Signatures changed before this have been read.",
                        null=True,
                    ),
                ),
                ("error", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sources",
                        to="petitions.petition",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("token_hash", ""), _negated=True),
                        fields=("token_hash",),
                        name="source_token_is_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OutsideSignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("external_id", models.CharField(max_length=120)),
                ("email_hmac", models.CharField(max_length=64)),
                ("email", campaign.encryption.EncryptedTextField(blank=True, default="")),
                ("country", models.CharField(blank=True, max_length=2)),
                ("signed_at", models.DateTimeField()),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="outside_signatures",
                        to="petitions.petition",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="petitions.source",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("petition"), models.F("email_hmac"), name="outside_address"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source", "external_id"), name="outside_signature_is_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CsvImport",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("preview", "Looked at"),
                            ("waiting", "Waiting to be loaded"),
                            ("done", "Loaded"),
                            ("failed", "Failed"),
                        ],
                        default="preview",
                        max_length=8,
                    ),
                ),
                ("filename", models.CharField(max_length=200)),
                (
                    "content",
                    campaign.encryption.EncryptedTextField(help_text="Erased once it is loaded."),
                ),
                ("columns", models.JSONField(default=dict, help_text="Which column holds what.")),
                ("rows", models.PositiveIntegerField(default=0)),
                ("added", models.PositiveIntegerField(default=0)),
                ("known", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                (
                    "problems",
                    models.JSONField(
                        default=list, help_text="Line and reason of what was refused."
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="imports",
                        to="petitions.source",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StaleHour",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hour", models.DateTimeField()),
                (
                    "campaign",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="campaign.campaign",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TextVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                ("number", models.PositiveSmallIntegerField()),
                ("title", models.CharField(max_length=160)),
                ("addressee", models.CharField(max_length=200)),
                ("body", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="petitions.petition",
                    ),
                ),
            ],
            options={
                "ordering": ["language", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("petition", "language", "number"), name="text_version_is_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TrackedLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.CharField(max_length=12, unique=True)),
                ("mention_id", models.BigIntegerField(blank=True, null=True)),
                ("reply_id", models.BigIntegerField(blank=True, null=True)),
                ("clip_id", models.UUIDField(blank=True, null=True)),
                ("clip_title", models.CharField(blank=True, max_length=120)),
                ("storyteller", models.CharField(blank=True, max_length=60)),
                ("place", models.CharField(blank=True, max_length=120)),
                (
                    "shown_name",
                    models.CharField(
                        blank=True,
                        help_text="What the public may be told: the name, if at all.",
                        max_length=60,
                    ),
                ),
                (
                    "shown_face",
                    models.BooleanField(
                        default=False,
                        help_text="The public may see their face, and so the picture of the film.",
                    ),
                ),
                ("shown_place", models.CharField(blank=True, max_length=120)),
                ("shown_quote", models.TextField(blank=True)),
                ("language", models.CharField(blank=True, max_length=8)),
                ("network", models.CharField(blank=True, max_length=20)),
                ("editor_id", models.BigIntegerField(blank=True, null=True)),
                (
                    "themes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "lane",
                    models.CharField(
                        blank=True,
                        help_text="field: filmed for this person; library: before.",
                        max_length=8,
                    ),
                ),
                ("tweeted_at", models.DateTimeField(blank=True, null=True)),
                ("posted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "steps",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Seconds of each step between tweet and reply.",
                    ),
                ),
                (
                    "cost",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="What the network took for the post, in US dollars.",
                        max_digits=8,
                        null=True,
                    ),
                ),
                (
                    "views",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="How often the network showed the post, as it last said.",
                        null=True,
                    ),
                ),
                (
                    "shares",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="How often it was passed on there: reposts and quotes.",
                        null=True,
                    ),
                ),
                (
                    "measured_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the network was last asked for these two.",
                        null=True,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        help_text="Where a signer passed it on; empty for a reply's.",
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="links",
                        to="petitions.petition",
                    ),
                ),
                (
                    "shared_from",
                    models.ForeignKey(
                        blank=True,
                        help_text="The link by which the person came who passed the petition on.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="passed_on",
                        to="petitions.trackedlink",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(models.F("petition"), models.F("posted_at"), name="link_posted")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("slug__regex", "^[a-z0-9]{5,12}$")),
                        name="link_slug_is_plain",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("channel", ""), _negated=True),
                        fields=("petition", "shared_from", "channel", "language"),
                        name="link_share_is_unique",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email_hmac", models.CharField(max_length=64)),
                ("email", campaign.encryption.EncryptedTextField()),
                ("name", campaign.encryption.EncryptedTextField()),
                ("country", models.CharField(max_length=2)),
                ("postcode", campaign.encryption.EncryptedTextField(blank=True, default="")),
                (
                    "domain",
                    models.CharField(
                        blank=True,
                        help_text="Of the address, for whoever reviews signatures.",
                        max_length=253,
                    ),
                ),
                (
                    "network",
                    models.CharField(
                        blank=True,
                        help_text="A keyed hash of the network it came from; erased after 30 days.",
                        max_length=32,
                    ),
                ),
                ("language", models.CharField(default="en", max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "Waiting for confirmation"),
                            ("confirmed", "Confirmed"),
                            ("fraudulent", "Taken for fraud"),
                            ("invalidated", "Taken out"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                (
                    "suspicion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("rate", "Too many from one network"),
                            ("field", "Filled in the field that people do not see"),
                            ("domain", "From a blocked mail domain"),
                            ("network", "From a blocked network"),
                        ],
                        help_text="Why it is kept apart.",
                        max_length=12,
                    ),
                ),
                (
                    "state_before",
                    models.CharField(
                        blank=True,
                        help_text="What it was before its removal, for taking that back.",
                        max_length=12,
                    ),
                ),
                ("news_consent", models.BooleanField(default=False)),
                (
                    "news_wording",
                    models.CharField(
                        blank=True,
                        help_text="The version of the wording that was agreed to.",
                        max_length=40,
                    ),
                ),
                ("signed_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("reminders", models.PositiveSmallIntegerField(default=0)),
                ("mails_sent", models.PositiveSmallIntegerField(default=0)),
                ("mailed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "mail_due",
                    models.BooleanField(
                        default=True,
                        help_text="A mail is owed; the sweep finds it when a job was lost.",
                    ),
                ),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="petitions.petition",
                    ),
                ),
                (
                    "removal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="signatures",
                        to="petitions.removal",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="signatures",
                        to="petitions.trackedlink",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("petition"),
                        models.F("state"),
                        models.F("confirmed_at"),
                        name="signature_counting",
                    ),
                    models.Index(models.F("link"), models.F("state"), name="signature_by_link"),
                    models.Index(
                        models.F("petition"), models.F("signed_at"), name="signature_signed"
                    ),
                    models.Index(
                        models.F("id"),
                        condition=models.Q(("mail_due", True)),
                        name="signature_mail_due",
                    ),
                    models.Index(
                        models.F("mailed_at"),
                        condition=models.Q(("state", "pending")),
                        name="signature_to_remind",
                    ),
                    models.Index(
                        models.F("petition"),
                        models.F("domain"),
                        condition=models.Q(("domain", ""), _negated=True),
                        name="signature_domain",
                    ),
                    models.Index(
                        models.F("petition"),
                        models.F("network"),
                        condition=models.Q(("network", ""), _negated=True),
                        name="signature_network",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("petition", "email_hmac"), name="one_signature_each"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "confirmed"), _negated=True),
                            ("confirmed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="signature_confirmed_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mails_sent__lte", 5)), name="signature_five_mails"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reminders__lte", 3)), name="signature_three_reminders"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LinkDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("people", models.PositiveIntegerField(default=0)),
                ("bots", models.PositiveIntegerField(default=0)),
                ("confirmed", models.PositiveIntegerField(default=0)),
                ("pending", models.PositiveIntegerField(default=0)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="campaign.campaign",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="petitions.trackedlink",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(models.F("campaign"), models.F("day"), name="link_day_day")
                ],
            },
        ),
        migrations.CreateModel(
            name="ClickCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hour", models.DateTimeField(help_text="The hour's first instant.")),
                ("people", models.PositiveIntegerField(default=0)),
                ("bots", models.PositiveIntegerField(default=0)),
                (
                    "repeats",
                    models.PositiveIntegerField(
                        default=0, help_text="The same person again that day."
                    ),
                ),
                (
                    "shares",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Signers who pressed the button that passes this link on.",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="clicks",
                        to="petitions.trackedlink",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(models.F("hour"), name="click_hour")],
                "constraints": [
                    models.UniqueConstraint(fields=("link", "hour"), name="click_count_is_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("url", models.URLField(max_length=500)),
                ("secret", campaign.encryption.EncryptedTextField()),
                (
                    "with_people",
                    models.BooleanField(
                        default=False,
                        help_text="Name and address go along, of those alone who agreed to news.",
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "petition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="endpoints",
                        to="petitions.petition",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("event", models.CharField(max_length=40)),
                (
                    "payload",
                    campaign.encryption.EncryptedJSONField(
                        help_text="Erased after 30 days, with the row."
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "Delivered"),
                            ("failed", "Given up"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("status", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("answer", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "endpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="petitions.webhookendpoint",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("due_at"),
                        condition=models.Q(("state", "waiting")),
                        name="delivery_due",
                    ),
                    models.Index(
                        models.F("endpoint"),
                        models.OrderBy(models.F("created_at"), descending=True),
                        name="delivery_log",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DayCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=120)),
                ("language", models.CharField(blank=True, max_length=8)),
                ("network", models.CharField(blank=True, max_length=20)),
                ("lane", models.CharField(blank=True, max_length=8)),
                ("day", models.DateField()),
                (
                    "by",
                    models.CharField(
                        choices=[
                            ("country", "Country of the signer"),
                            ("theme", "Theme of the mention"),
                        ],
                        max_length=8,
                    ),
                ),
                ("key", models.CharField(blank=True, max_length=40)),
                ("mentions", models.PositiveIntegerField(default=0)),
                ("confirmed", models.PositiveIntegerField(default=0)),
                ("pending", models.PositiveIntegerField(default=0)),
                (
                    "by_link",
                    models.PositiveIntegerField(default=0, help_text="Of those confirmed."),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="campaign.campaign",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("campaign"), models.F("by"), models.F("day"), name="day_count_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HourCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=120)),
                ("language", models.CharField(blank=True, max_length=8)),
                ("network", models.CharField(blank=True, max_length=20)),
                ("lane", models.CharField(blank=True, max_length=8)),
                ("hour", models.DateTimeField(help_text="The hour's first instant.")),
                ("mentions", models.PositiveIntegerField(default=0)),
                ("people", models.PositiveIntegerField(default=0)),
                ("bots", models.PositiveIntegerField(default=0)),
                ("confirmed", models.PositiveIntegerField(default=0)),
                ("pending", models.PositiveIntegerField(default=0)),
                (
                    "by_link",
                    models.PositiveIntegerField(default=0, help_text="Of those confirmed."),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="campaign.campaign",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(models.F("campaign"), models.F("hour"), name="hour_count_hour")
                ],
            },
        ),
    ]
