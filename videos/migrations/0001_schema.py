import campaign.encryption
import datetime
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import uuid
import videos.models.places
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("videos", "0001_initial"),
        ("videos", "0002_briefs"),
        ("videos", "0003_consent_custody_captions"),
        ("videos", "0005_uploads"),
        ("videos", "0006_notices"),
        ("videos", "0007_burned_captions"),
    ]

    initial = True

    dependencies = [
        ("campaign", "0001_schema"),
    ]

    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("country", models.CharField(help_text="ISO 3166 code, such as KE.", max_length=2)),
                ("country_name", models.CharField(max_length=80)),
                (
                    "timezone",
                    models.CharField(
                        default="UTC",
                        max_length=60,
                        validators=[videos.models.places.check_timezone],
                    ),
                ),
                (
                    "latitude",
                    models.FloatField(
                        blank=True,
                        help_text="Degrees, for the light there. One decimal is enough and gives nobody away.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-66),
                            django.core.validators.MaxValueValidator(66),
                        ],
                    ),
                ),
                (
                    "longitude",
                    models.FloatField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(-180),
                            django.core.validators.MaxValueValidator(180),
                        ],
                    ),
                ),
                (
                    "quiet_from",
                    models.TimeField(
                        default=datetime.time(20, 30),
                        help_text="No phone rings for us from then on, by the clock there …",
                    ),
                ),
                (
                    "quiet_until",
                    models.TimeField(default=datetime.time(6, 30), help_text="… until then."),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Brief",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("words", models.TextField(help_text="What to say.", max_length=500)),
                ("language", models.CharField(help_text="The language to speak.", max_length=8)),
                (
                    "gist",
                    models.TextField(
                        blank=True, help_text="The same for the crew to read.", max_length=500
                    ),
                ),
                ("gist_language", models.CharField(blank=True, max_length=8)),
                ("deadline", models.DateTimeField()),
                (
                    "reasons",
                    models.JSONField(
                        default=list,
                        help_text="Why this place, as it was when sent: pairs of heading and words.",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("sent", "Sent"),
                            ("accepted", "Accepted"),
                            ("filming", "Filming"),
                            ("received", "In London"),
                            ("declined", "Declined"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="sent",
                        max_length=10,
                    ),
                ),
                ("sent_at", models.DateTimeField()),
                (
                    "seen_at",
                    models.DateTimeField(
                        blank=True, help_text="When it first stood on a phone there.", null=True
                    ),
                ),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                ("filming_at", models.DateTimeField(blank=True, null=True)),
                (
                    "uploading_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the first byte of a film for it came.",
                        null=True,
                    ),
                ),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ready_at",
                    models.DateTimeField(
                        blank=True, help_text="When its first clip was on the shelf.", null=True
                    ),
                ),
                ("declined_at", models.DateTimeField(blank=True, null=True)),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("nobody", "Nobody who fits is here"),
                            ("unwell", "They are not well, or not willing"),
                            ("unsafe", "It is not safe now"),
                            ("light", "No light or power"),
                            ("busy", "Too much to do"),
                            ("other", "Another reason"),
                        ],
                        max_length=8,
                    ),
                ),
                ("refusal_words", models.CharField(blank=True, max_length=300)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "accepted_by",
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
                        related_name="briefs",
                        to="campaign.campaign",
                    ),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty when there was nobody left to answer.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "declined_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mention",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="briefs",
                        to="campaign.mention",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replacement",
                        to="videos.brief",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sent_briefs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="briefs",
                        to="videos.place",
                    ),
                ),
            ],
            options={
                "ordering": ["sent_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="BriefMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.UUIDField(
                        default=uuid.uuid4,
                        help_text="From the sender: sent again, it is the same.",
                        unique=True,
                    ),
                ),
                ("from_crew", models.BooleanField()),
                ("text", models.CharField(max_length=500)),
                ("sent_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "brief",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="videos.brief",
                    ),
                ),
            ],
            options={
                "ordering": ["sent_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="CrewMember",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "on_duty",
                    models.BooleanField(
                        default=True,
                        help_text="Takes briefs now. They say so themselves, on their phone.",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="crew",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="crew",
                        to="videos.place",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PushSubscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("endpoint_hash", models.CharField(max_length=64, unique=True)),
                ("subscription", campaign.encryption.EncryptedJSONField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="campaign.device",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="push_subscriptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Storyteller",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_name",
                    models.CharField(
                        help_text="A pseudonym unless they wish otherwise.", max_length=60
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8), default=list, size=None
                    ),
                ),
                ("is_minor", models.BooleanField(default=False)),
                (
                    "age_band",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not known"),
                            ("0-11", "Under 12"),
                            ("12-15", "12 to 15"),
                            ("16-17", "16 or 17"),
                            ("18-24", "18 to 24"),
                            ("25-59", "25 to 59"),
                            ("60+", "60 or older"),
                        ],
                        default="",
                        max_length=5,
                    ),
                ),
                (
                    "risk",
                    models.CharField(
                        choices=[("low", "Low"), ("medium", "Medium"), ("high", "High")],
                        default="low",
                        max_length=6,
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="storytellers",
                        to="campaign.campaign",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="storytellers",
                        to="videos.place",
                    ),
                ),
            ],
            options={
                "ordering": ["public_name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "place", "public_name"),
                        name="storyteller_name_is_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("real_name", campaign.encryption.EncryptedTextField(blank=True)),
                (
                    "contact",
                    campaign.encryption.EncryptedTextField(
                        blank=True, help_text="How they can be reached, safely."
                    ),
                ),
                (
                    "notes",
                    campaign.encryption.EncryptedTextField(
                        blank=True, help_text="What safeguarding must remember."
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
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
                (
                    "storyteller",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identity",
                        to="videos.storyteller",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "identities",
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(default=1)),
                ("form_version", models.CharField(default="2026-11", max_length=20)),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("spoken", "Spoken, recorded"),
                            ("signed", "Signed"),
                            ("mark", "A mark, witnessed"),
                            ("filmed", "On film"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        default="en", help_text="It was explained in this.", max_length=8
                    ),
                ),
                (
                    "told",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("purpose", "Who we are, and what the film is for"),
                                (
                                    "platforms",
                                    "Where it may appear, and that anybody can see it there",
                                ),
                                ("aid", "That aid and services do not depend on it"),
                                (
                                    "recall",
                                    "That what was published can never be fully called back",
                                ),
                                ("withdraw", "How they can change their mind"),
                            ],
                            max_length=10,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("given_at", models.DateTimeField()),
                ("witness", campaign.encryption.EncryptedTextField(blank=True, default="")),
                ("interpreter", campaign.encryption.EncryptedTextField(blank=True, default="")),
                (
                    "guardian",
                    campaign.encryption.EncryptedTextField(
                        blank=True, default="", help_text="Who consented for a minor."
                    ),
                ),
                ("guardian_agreed", models.BooleanField(default=False)),
                ("child_assented", models.BooleanField(default=False)),
                (
                    "evidence",
                    models.CharField(
                        blank=True, help_text="Its name in the storage.", max_length=200
                    ),
                ),
                ("evidence_sha256", models.CharField(blank=True, max_length=64)),
                ("evidence_type", models.CharField(blank=True, max_length=60)),
                (
                    "networks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), default=list, size=None
                    ),
                ),
                (
                    "campaigns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        blank=True,
                        default=list,
                        help_text="Ids of campaigns; empty: the storyteller's own only.",
                        size=None,
                    ),
                ),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2),
                        blank=True,
                        default=list,
                        help_text="Where it may be shown; empty: everywhere. A network shows a post everywhere.",
                        size=None,
                    ),
                ),
                ("show_face", models.BooleanField(default=False)),
                ("show_voice", models.BooleanField(default=False)),
                ("show_name", models.BooleanField(default=False)),
                (
                    "show_place",
                    models.CharField(
                        choices=[
                            ("none", "No place"),
                            ("country", "The country"),
                            ("camp", "The camp"),
                        ],
                        default="none",
                        max_length=8,
                    ),
                ),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "expired_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When its end was followed: noted by the expiry job.",
                        null=True,
                    ),
                ),
                (
                    "review_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When to ask them again whether it still holds.",
                        null=True,
                    ),
                ),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "code_hash",
                    models.CharField(
                        blank=True,
                        help_text="Of the code that they were given to withdraw with.",
                        max_length=64,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "withdrawal_channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("crew", "They told the crew"),
                            ("code", "They used their code"),
                            ("message", "They wrote or called"),
                            ("trusted", "Somebody they trust told us"),
                            ("safety", "We decided it for their safety"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "withdrawal_scope",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                "everything",
                                "Everything: what is posted comes down, the films are deleted",
                            ),
                            ("new", "Nothing new: what is posted stays"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "collected_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty when they did it themselves, with their code.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "storyteller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents",
                        to="videos.storyteller",
                    ),
                ),
            ],
            options={
                "ordering": ["storyteller", "-version"],
                "indexes": [
                    models.Index(
                        models.F("review_at"),
                        condition=models.Q(("withdrawn_at", None)),
                        name="consent_review_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("storyteller", "version"), name="consent_version_is_unique"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("code_hash", ""), _negated=True),
                        fields=("code_hash",),
                        name="consent_code_is_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at", None),
                            ("withdrawn_at__gte", models.F("given_at")),
                            _connector="OR",
                        ),
                        name="consent_withdrawn_after_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("evidence", ""), ("evidence_sha256", "")),
                            models.Q(
                                models.Q(("evidence", ""), _negated=True),
                                models.Q(("evidence_sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="consent_evidence_is_hashed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clip",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "title",
                    models.CharField(help_text="What it is about, for editors.", max_length=120),
                ),
                (
                    "quote",
                    models.TextField(
                        blank=True, help_text="What is said, or its heart.", max_length=1000
                    ),
                ),
                ("language", models.CharField(help_text="The language spoken.", max_length=8)),
                (
                    "themes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("voice_only", models.BooleanField(default=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("received", "Received"),
                            ("processing", "Being prepared"),
                            ("review", "Waiting for London's look"),
                            ("ready", "Ready"),
                            ("failed", "Could not be prepared"),
                            ("retired", "Retired"),
                            ("withdrawn", "Consent withdrawn"),
                        ],
                        default="received",
                        max_length=10,
                    ),
                ),
                (
                    "failure",
                    models.CharField(
                        blank=True, help_text="Why it failed, as a code.", max_length=40
                    ),
                ),
                (
                    "progress",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="Per cent of the processing."
                    ),
                ),
                (
                    "original",
                    models.CharField(help_text="Its name in the storage.", max_length=200),
                ),
                (
                    "original_name",
                    models.CharField(
                        blank=True,
                        help_text="What the phone called it; never used as a path.",
                        max_length=200,
                    ),
                ),
                ("original_sha256", models.CharField(max_length=64)),
                ("original_bytes", models.PositiveBigIntegerField()),
                ("duration", models.FloatField(blank=True, help_text="Seconds.", null=True)),
                ("received_at", models.DateTimeField()),
                ("processing_since", models.DateTimeField(blank=True, null=True)),
                ("ready_at", models.DateTimeField(blank=True, null=True)),
                (
                    "used",
                    models.PositiveIntegerField(default=0, help_text="How often it was posted."),
                ),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "trim_start",
                    models.FloatField(
                        blank=True,
                        help_text="Seconds of the original that are left out at its start.",
                        null=True,
                    ),
                ),
                (
                    "trim_end",
                    models.FloatField(
                        blank=True,
                        help_text="Where the clip ends, in seconds of the original.",
                        null=True,
                    ),
                ),
                (
                    "burned_language",
                    models.CharField(
                        blank=True,
                        help_text="The captions that stand in the picture; empty: none.",
                        max_length=8,
                    ),
                ),
                (
                    "accepted_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When somebody in London had looked and said yes.",
                        null=True,
                    ),
                ),
                ("asked_again_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_again",
                    models.CharField(
                        blank=True,
                        help_text="What London asks the crew to film again, and why.",
                        max_length=300,
                    ),
                ),
                (
                    "keep_until",
                    models.DateField(
                        blank=True,
                        help_text="When the original is deleted, unless it is held.",
                        null=True,
                    ),
                ),
                (
                    "legal_hold",
                    models.CharField(
                        blank=True,
                        help_text="Why nothing of it may be deleted; empty: no hold.",
                        max_length=200,
                    ),
                ),
                (
                    "purged_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When its files were deleted at the end of its time.",
                        null=True,
                    ),
                ),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "brief",
                    models.ForeignKey(
                        blank=True,
                        help_text="Filmed for.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clips",
                        to="videos.brief",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clips",
                        to="campaign.campaign",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "storyteller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clips",
                        to="videos.storyteller",
                    ),
                ),
            ],
            options={
                "ordering": ["-received_at"],
                "indexes": [
                    models.Index(
                        models.F("campaign"),
                        models.F("status"),
                        models.OrderBy(models.F("received_at"), descending=True),
                        name="clip_shelf",
                    ),
                    models.Index(
                        models.F("status"),
                        condition=models.Q(("status__in", ["received", "processing"])),
                        name="clip_in_the_works",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ready"), _negated=True),
                            models.Q(("duration__isnull", False), ("ready_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="clip_ready_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "failed"), _negated=True),
                            models.Q(("failure", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="clip_failure_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("progress__lte", 100)), name="clip_progress_per_cent"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at", None), ("accepted_by", None)),
                            models.Q(
                                ("accepted_at__isnull", False), ("accepted_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="clip_acceptance_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("trim_start", None),
                            ("trim_end", None),
                            ("trim_end__gt", models.F("trim_start")),
                            _connector="OR",
                        ),
                        name="clip_trim_leaves_something",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="brief",
            name="storyteller",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: whoever fits.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="briefs",
                to="videos.storyteller",
            ),
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "telling",
                    models.JSONField(help_text="What the crew says of it: title, language, …"),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True, help_text="What the phone calls it.", max_length=200
                    ),
                ),
                ("length", models.PositiveBigIntegerField(help_text="Bytes of the whole.")),
                (
                    "sha256",
                    models.CharField(
                        help_text="Of the whole, as the phone worked it out.", max_length=64
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("announced", "On its way"),
                            ("received", "All of it is here and checked"),
                            ("stored", "In the storage"),
                            ("refused", "Refused"),
                            ("expired", "Given up"),
                            ("removed", "Removed by the phone"),
                        ],
                        default="announced",
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("consent", "No consent that is valid"),
                            ("place", "Not this crew’s any more"),
                            ("file", "The file cannot be taken"),
                        ],
                        max_length=8,
                    ),
                ),
                ("announced_at", models.DateTimeField()),
                (
                    "begun_at",
                    models.DateTimeField(
                        blank=True, help_text="When the first byte came.", null=True
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                ("stored_at", models.DateTimeField(blank=True, null=True)),
                (
                    "brief",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to="videos.brief",
                    ),
                ),
                (
                    "clip",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="upload",
                        to="videos.clip",
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="campaign.device",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to="videos.place",
                    ),
                ),
                (
                    "storyteller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to="videos.storyteller",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-announced_at"],
                "indexes": [
                    models.Index(
                        models.F("place"),
                        condition=models.Q(("status__in", ["announced", "received"])),
                        name="upload_unfinished",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("length__gt", 0)), name="upload_not_empty"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "received"), _negated=True),
                            ("received_at__isnull", False),
                            _connector="OR",
                        ),
                        name="upload_received_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("received_at__isnull", False),
                                ("status", "stored"),
                                ("stored_at__isnull", False),
                            ),
                            models.Q(
                                models.Q(("status", "stored"), _negated=True), ("stored_at", None)
                            ),
                            _connector="OR",
                        ),
                        name="upload_stored_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status", "refused"), ("reason", ""), _connector="XOR"),
                        name="upload_refusal_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaptionTrack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                (
                    "segments",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text='In order: [{"start": 0, "end": 1800, "text": "…"}], in milliseconds.',
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("typed", "Typed by a person"),
                            ("file", "From a subtitle file"),
                            ("machine", "Transcribed by a machine"),
                            ("translated", "Translated by a machine"),
                        ],
                        default="typed",
                        max_length=10,
                    ),
                ),
                (
                    "revision",
                    models.PositiveIntegerField(
                        default=1, help_text="Counts changes, so that nobody writes over another's."
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                (
                    "clip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="captions",
                        to="videos.clip",
                    ),
                ),
            ],
            options={
                "ordering": ["clip", "language"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("clip", "language"), name="one_track_a_language"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reviewed_at", None), ("reviewed_by", None)),
                            models.Q(
                                ("reviewed_at__isnull", False), ("reviewed_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="captions_review_complete",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustodyEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.PositiveIntegerField(help_text="Counts the events of the clip from 1."),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hashed", "Hashed on the phone"),
                            ("received", "Received, hash checked"),
                            ("made", "Files made from it"),
                            ("refused", "Refused"),
                            ("protected", "Protection drawn"),
                            ("verified", "Protection verified"),
                            ("accepted", "Accepted in London"),
                            ("captioned", "Captions changed"),
                            ("viewed", "Original looked at"),
                            ("uploaded", "Uploaded to a network"),
                            ("posted", "Posted"),
                            ("removed", "Removed from a network"),
                            ("retired", "Retired"),
                            ("withdrawn", "Consent withdrawn"),
                            ("held", "Legal hold changed"),
                            ("purged", "Files deleted"),
                            ("exported", "Exported"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "sha256",
                    models.CharField(
                        blank=True, help_text="Of the file it is about.", max_length=64
                    ),
                ),
                ("facts", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                ("previous_hash", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64, unique=True)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty when the newsroom acted by itself.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "clip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="custody",
                        to="videos.clip",
                    ),
                ),
            ],
            options={
                "ordering": ["clip", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("clip", "number"), name="custody_number_is_unique"
                    )
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
                            ("new", "A new brief"),
                            ("back", "A brief was taken back"),
                            ("line", "London wrote"),
                        ],
                        max_length=4,
                    ),
                ),
                (
                    "channel",
                    models.CharField(choices=[("push", "Push"), ("mail", "Mail")], max_length=4),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        help_text="Not before: the quiet hours there, or the pause after a try."
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "dropped_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When there was nothing to tell any more, or no way.",
                        null=True,
                    ),
                ),
                (
                    "brief",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="videos.brief",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("due_at"),
                        condition=models.Q(("dropped_at", None), ("sent_at", None)),
                        name="notice_owed",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("sent_at", None), ("dropped_at", None), _connector="OR"
                        ),
                        name="notice_sent_or_dropped",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Protection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("needed", "To be drawn"),
                            ("drawn", "Being rendered"),
                            ("rendered", "Waiting for a second person"),
                            ("verified", "Verified"),
                        ],
                        default="needed",
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "boxes",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Each with keyframes: milliseconds, and left, top, width, height, 0 to 1.",
                    ),
                ),
                (
                    "voice",
                    models.CharField(
                        choices=[
                            ("kept", "As it is"),
                            ("changed", "Changed"),
                            ("removed", "Removed"),
                        ],
                        default="kept",
                        max_length=7,
                    ),
                ),
                ("drawn_at", models.DateTimeField(blank=True, null=True)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                (
                    "clip",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="protection",
                        to="videos.clip",
                    ),
                ),
                (
                    "drawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "verified_by",
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("drawn_at", None), ("drawn_by", None)),
                            models.Q(("drawn_at__isnull", False), ("drawn_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="protection_drawing_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verified_at", None), ("verified_by", None)),
                            models.Q(
                                ("verified_at__isnull", False), ("verified_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="protection_verification_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("verified_by", models.F("drawn_by")), _negated=True),
                        name="protection_verified_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "verified"), _negated=True),
                            ("verified_at__isnull", False),
                            _connector="OR",
                        ),
                        name="protection_verified_has_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rendition",
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
                            ("post", "Video for the networks"),
                            ("preview", "Preview, 360p"),
                            ("poster", "Poster"),
                            ("working", "Working copy, 360p"),
                        ],
                        max_length=8,
                    ),
                ),
                ("file", models.CharField(help_text="Its name in the storage.", max_length=200)),
                ("content_type", models.CharField(max_length=40)),
                ("sha256", models.CharField(max_length=64)),
                ("bytes", models.PositiveBigIntegerField()),
                ("width", models.PositiveSmallIntegerField()),
                ("height", models.PositiveSmallIntegerField()),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "clip",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="renditions",
                        to="videos.clip",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("clip", "kind"), name="rendition_is_unique")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="brief",
            index=models.Index(
                models.F("place"),
                models.F("sent_at"),
                condition=models.Q(("status__in", ["sent", "accepted", "filming"])),
                name="brief_of_place",
            ),
        ),
        migrations.AddIndex(
            model_name="brief",
            index=models.Index(
                models.F("campaign"),
                models.F("status"),
                models.OrderBy(models.F("sent_at"), descending=True),
                name="brief_board",
            ),
        ),
        migrations.AddConstraint(
            model_name="brief",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["sent", "accepted", "filming"])),
                fields=("mention",),
                name="one_open_brief_a_mention",
            ),
        ),
        migrations.AddConstraint(
            model_name="brief",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted_at", None), ("accepted_by", None)),
                    models.Q(("accepted_at__isnull", False), ("accepted_by__isnull", False)),
                    _connector="OR",
                ),
                name="brief_acceptance_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="brief",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["accepted", "filming"]), _negated=True),
                    ("accepted_at__isnull", False),
                    _connector="OR",
                ),
                name="brief_accepted_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="brief",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "filming"), _negated=True),
                    ("filming_at__isnull", False),
                    _connector="OR",
                ),
                name="brief_filming_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="brief",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("received_at__isnull", False), ("status", "received")),
                    models.Q(
                        models.Q(("status", "received"), _negated=True), ("received_at", None)
                    ),
                    _connector="OR",
                ),
                name="brief_received_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="brief",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "declined"), _negated=True),
                    models.Q(
                        ("declined_at__isnull", False),
                        ("declined_by__isnull", False),
                        models.Q(("refusal", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="brief_refusal_complete",
            ),
        ),
        migrations.AddConstraint(
            model_name="brief",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at__isnull", False), ("status", "cancelled")),
                    models.Q(
                        models.Q(("status", "cancelled"), _negated=True), ("cancelled_at", None)
                    ),
                    _connector="OR",
                ),
                name="brief_cancelled_has_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="brief",
            constraint=models.CheckConstraint(
                condition=models.Q(("deadline__gt", models.F("sent_at"))),
                name="brief_deadline_after_sent",
            ),
        ),
    ]
