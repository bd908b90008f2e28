import campaign.encryption
import campaign.models.campaigns
import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("campaign", "0001_initial"),
        ("campaign", "0004_queue_by_replyable"),
        ("campaign", "0005_devices"),
        ("campaign", "0006_clips_and_captions"),
        ("campaign", "0007_place_in_the_queue"),
        ("campaign", "0008_audit_by_campaign_and_first_replies"),
        ("campaign", "0009_roles_edit_templates"),
        ("campaign", "0010_posting_pace_and_wishes"),
        ("campaign", "0011_manage_petitions"),
        ("campaign", "0012_invitations_and_proposals"),
        ("campaign", "0013_screen_key"),
        ("campaign", "0014_sweep_runs_and_erasing"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="SweepRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="As settings.CLOCK names it.", max_length=120, unique=True
                    ),
                ),
                ("every", models.FloatField(help_text="Seconds between two runs.")),
                ("ran_at", models.DateTimeField()),
                ("seconds", models.FloatField(help_text="How long the last run took.")),
                ("slowest", models.FloatField(default=0, help_text="Seconds of the slowest run.")),
                (
                    "found",
                    models.PositiveIntegerField(
                        default=0, help_text="What the last run had to do."
                    ),
                ),
                ("found_in_all", models.PositiveBigIntegerField(default=0)),
                ("runs", models.PositiveBigIntegerField(default=0)),
                ("failures", models.PositiveBigIntegerField(default=0)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "failure",
                    models.CharField(
                        blank=True, help_text="The last one, in short.", max_length=200
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("hashtag", models.CharField(help_text="Without the #.", max_length=80)),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8),
                        default=campaign.models.campaigns.staffed_languages,
                        help_text="Languages that the editors can answer in, as X names them (en, fr, ar …).",
                        size=None,
                    ),
                ),
                (
                    "hold_seconds",
                    models.PositiveSmallIntegerField(
                        default=10,
                        help_text="How long an approved reply can still be undone, 0 to 60 s.",
                        validators=[django.core.validators.MaxValueValidator(60)],
                    ),
                ),
                (
                    "stale_after_minutes",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="A reply that waited longer than this for a pause to end is approved again.",
                    ),
                ),
                (
                    "jitter_seconds",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Replies of an account go out a chance time apart, 0 to this many seconds, so that they do not look like a burst. 0: as fast as they come.",
                        validators=[django.core.validators.MaxValueValidator(600)],
                    ),
                ),
                (
                    "post_again_by_itself",
                    models.BooleanField(
                        default=False,
                        help_text="A reply whose outcome is unknown, and that the last look did not find, is posted once more without asking a person.",
                    ),
                ),
                (
                    "always_second_eyes",
                    models.BooleanField(
                        default=False, help_text="Every reply needs a second person's approval."
                    ),
                ),
                (
                    "second_eyes_above_followers",
                    models.PositiveIntegerField(
                        default=50000,
                        help_text="Authors with more followers need a second person's approval.",
                    ),
                ),
                (
                    "second_eyes_first_replies",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="So many first replies of each editor need a second person's approval; 0: none.",
                    ),
                ),
                (
                    "quiet_alarm_minutes",
                    models.PositiveSmallIntegerField(
                        default=15, help_text="Raise an alarm when no mention has come for so long."
                    ),
                ),
                (
                    "screen_key",
                    models.CharField(
                        editable=False,
                        help_text="Part of the wall's address; a new one closes the old.",
                        max_length=40,
                        null=True,
                        unique=True,
                    ),
                ),
                (
                    "review_new_clips",
                    models.BooleanField(
                        default=True,
                        help_text="A new clip is on the shelf only after somebody in London has looked at it.",
                    ),
                ),
                (
                    "captions",
                    models.CharField(
                        choices=[
                            ("none", "No captions"),
                            ("uploaded", "As subtitles that the viewer can turn on and off"),
                            ("burned", "In the picture"),
                            ("both", "In the picture and as subtitles"),
                        ],
                        default="uploaded",
                        help_text="How reviewed captions go out with a clip.",
                        max_length=8,
                    ),
                ),
                (
                    "keep_footage_days",
                    models.PositiveSmallIntegerField(
                        default=365,
                        help_text="Originals of clips are deleted so many days after they came, unless held.",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["name"],
                "permissions": [
                    ("use_desk", "Can work at the desk: claim, write, pair, approve"),
                    ("give_second_approval", "Can approve replies that need a second pair of eyes"),
                    ("edit_templates", "Can change the texts that replies begin from"),
                    ("take_over_claims", "Can take over a mention that a colleague holds"),
                    ("pause_posting", "Can pause and resume posting"),
                    ("solve_problems", "Can settle publishing problems"),
                    ("view_clips", "Can see the library of clips"),
                    ("review_clips", "Can change and retire clips"),
                    ("upload_footage", "Can upload footage for their place"),
                    ("manage_devices", "Can sign phones of crews in and out"),
                    ("view_reports", "Can see reports and exports"),
                    ("manage_petitions", "Can review signatures, load others, hand petitions over"),
                    ("view_identities", "Can see who a storyteller really is"),
                    ("withdraw_consent", "Can withdraw a consent"),
                    ("view_audit", "Can read the audit log"),
                    ("set_up_campaign", "Can change campaigns, accounts and people"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("hold_seconds__lte", 60)),
                        name="campaign_hold_within_a_minute",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("network", models.CharField(default="x", max_length=20)),
                (
                    "external_id",
                    models.CharField(help_text="The network's id of the account.", max_length=40),
                ),
                ("handle", models.CharField(help_text="Without the @.", max_length=80)),
                ("name", models.CharField(blank=True, max_length=120)),
                (
                    "credentials",
                    campaign.encryption.EncryptedJSONField(default=dict, editable=False),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("revoked", "Credentials refused by the network"),
                            ("credits", "Credits used up"),
                            ("suspended", "Suspended by the network"),
                            ("off", "Turned off"),
                        ],
                        default="active",
                        max_length=10,
                    ),
                ),
                (
                    "newest_id",
                    models.CharField(
                        blank=True,
                        help_text="The newest mention seen; search fills the gap from here.",
                        max_length=40,
                    ),
                ),
                ("last_mention_at", models.DateTimeField(blank=True, null=True)),
                (
                    "stream_seen_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the stream last showed a sign of life.",
                        null=True,
                    ),
                ),
                (
                    "quiet_since",
                    models.DateTimeField(
                        blank=True,
                        help_text="Set while the alarm for a silent stream is on.",
                        null=True,
                    ),
                ),
                ("daily_reply_limit", models.PositiveIntegerField(default=1000)),
                ("daily_budget_cents", models.PositiveIntegerField(default=10000)),
                (
                    "warn_below_percent",
                    models.PositiveSmallIntegerField(
                        default=20,
                        help_text="Warn when less than this share of a daily limit is left.",
                        validators=[django.core.validators.MaxValueValidator(100)],
                    ),
                ),
                ("warned_on", models.DateField(blank=True, editable=False, null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accounts",
                        to="campaign.campaign",
                    ),
                ),
            ],
            options={
                "ordering": ["handle"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("network", "external_id"), name="account_is_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=150, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=150, verbose_name="last name"),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="email address"),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="date joined"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        blank=True, help_text="As colleagues call them.", max_length=80
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        default="en", help_text="Language of their screens.", max_length=8
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "campaigns",
                    models.ManyToManyField(
                        blank=True, related_name="people", to="campaign.campaign"
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(help_text="Whose phone, and which one.", max_length=60)),
                ("code_hash", models.CharField(max_length=64, unique=True)),
                ("code_expires_at", models.DateTimeField()),
                ("token_hash", models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ("invited_at", models.DateTimeField()),
                ("joined_at", models.DateTimeField(blank=True, null=True)),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "wiped_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When it called after that and was told to forget all.",
                        null=True,
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="devices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-invited_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("joined_at", None), ("token_hash", None)),
                            models.Q(("joined_at__isnull", False), ("token_hash__isnull", False)),
                            _connector="OR",
                        ),
                        name="device_joining_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at", None), ("revoked_by", None)),
                            models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="device_revocation_complete",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        help_text="Where the invitation goes; their address afterwards.",
                        max_length=254,
                    ),
                ),
                ("name", models.CharField(help_text="As colleagues call them.", max_length=80)),
                ("invited_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("mailed_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "accepted_by",
                    models.OneToOneField(
                        blank=True,
                        help_text="Whom it made.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitation",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="campaign.campaign",
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="auth.group",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        models.F("campaign"),
                        django.db.models.functions.text.Lower("email"),
                        condition=models.Q(("accepted_at", None), ("revoked_at", None)),
                        name="one_open_invitation_an_address",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("accepted_at", None), ("accepted_by", None)),
                            models.Q(
                                ("accepted_at__isnull", False), ("accepted_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="invitation_accepted_complete",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("network", models.CharField(default="x", max_length=20)),
                ("external_id", models.CharField(max_length=40)),
                ("author_id", models.CharField(max_length=40)),
                ("author_handle", models.CharField(max_length=80)),
                ("author_name", models.CharField(blank=True, max_length=200)),
                ("author_avatar", models.URLField(blank=True, max_length=500)),
                ("author_followers", models.PositiveIntegerField(blank=True, null=True)),
                ("author_verified", models.BooleanField(default=False)),
                ("author_bio", models.TextField(blank=True)),
                ("author_location", models.CharField(blank=True, max_length=200)),
                ("author_since", models.DateTimeField(blank=True, null=True)),
                (
                    "country",
                    models.CharField(
                        blank=True,
                        help_text="ISO 3166 code, as their profile lets us guess.",
                        max_length=2,
                    ),
                ),
                ("text", models.TextField()),
                ("lang", models.CharField(default="und", max_length=8)),
                ("posted_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("post", "Post"), ("reply", "Reply"), ("quote", "Quote")],
                        default="post",
                        max_length=8,
                    ),
                ),
                ("conversation_id", models.CharField(blank=True, max_length=40)),
                (
                    "in_reply_to",
                    models.CharField(
                        blank=True,
                        help_text="The network's id of the post it answers or quotes.",
                        max_length=40,
                    ),
                ),
                (
                    "replyable",
                    models.BooleanField(
                        default=False, help_text="The network lets us answer it through its API."
                    ),
                ),
                ("replyable_reason", models.CharField(blank=True, max_length=40)),
                ("sensitive", models.BooleanField(default=False)),
                ("has_media", models.BooleanField(default=False)),
                ("raw", models.JSONField(default=dict, help_text="The network's own JSON.")),
                (
                    "seen_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the network last said that it is still there.",
                        null=True,
                    ),
                ),
                (
                    "erased_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When its words were erased: its author deleted it.",
                        null=True,
                    ),
                ),
                (
                    "priority",
                    models.SmallIntegerField(
                        default=0, help_text="The sum of its parts, without the points for waiting."
                    ),
                ),
                (
                    "priority_parts",
                    models.JSONField(default=dict, help_text="What the priority is made of."),
                ),
                (
                    "queue_at",
                    models.DateTimeField(
                        help_text="Its place in the queue, the earliest first: when it was received, and so much earlier for each point. Waiting longer thus never changes the order of two."
                    ),
                ),
                (
                    "doubt",
                    models.CharField(
                        blank=True,
                        help_text="What it looks like: hostile, off_topic, or nothing.",
                        max_length=10,
                    ),
                ),
                (
                    "trusted",
                    models.BooleanField(
                        default=False,
                        help_text="An editor said that it belongs in the queue, doubt or not.",
                    ),
                ),
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
                    "search",
                    django.contrib.postgres.search.SearchVectorField(
                        default="",
                        help_text="Its words, and what it can be filtered by (campaign/intake/index.py).",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("claimed", "Claimed"),
                            ("briefed", "Waiting for footage"),
                            ("answering", "Being answered"),
                            ("answered", "Answered"),
                            ("dismissed", "Dismissed"),
                            ("filtered", "Filtered"),
                            ("gone", "Deleted on the network"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Why it was dismissed or filtered.", max_length=40
                    ),
                ),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                (
                    "handled_at",
                    models.DateTimeField(
                        blank=True, help_text="When it was answered or dismissed.", null=True
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mentions",
                        to="campaign.account",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mentions",
                        to="campaign.campaign",
                    ),
                ),
                (
                    "claimed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "handled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handled",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("doubt", ""), ("status__in", ["waiting", "claimed"])),
                        fields=["campaign", "replyable", "queue_at", "id"],
                        name="mention_in_queue",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("status__in", ["waiting", "claimed"]),
                            models.Q(("doubt", ""), _negated=True),
                        ),
                        fields=["campaign", "queue_at", "id"],
                        name="mention_in_doubt",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["search"], name="mention_search"
                    ),
                    models.Index(
                        condition=models.Q(("conversation_id", ""), _negated=True),
                        fields=["conversation_id", "posted_at"],
                        name="mention_conversation",
                    ),
                    models.Index(
                        models.F("claimed_until"),
                        condition=models.Q(("status", "claimed")),
                        name="mention_leases",
                    ),
                    models.Index(
                        models.F("network"),
                        models.F("author_id"),
                        models.F("posted_at"),
                        name="mention_author",
                    ),
                    models.Index(
                        models.F("campaign"),
                        models.F("status"),
                        models.OrderBy(models.F("id"), descending=True),
                        name="mention_lane",
                    ),
                    models.Index(
                        models.F("campaign"), models.F("received_at"), name="mention_received"
                    ),
                    models.Index(
                        models.F("account"),
                        models.F("seen_at"),
                        condition=models.Q(("erased_at", None)),
                        name="mention_to_look_after",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("network", "external_id"), name="mention_is_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("claimed_at__isnull", False),
                                ("claimed_by__isnull", False),
                                ("claimed_until__isnull", False),
                                ("status", "claimed"),
                            ),
                            models.Q(
                                models.Q(("status", "claimed"), _negated=True),
                                ("claimed_until", None),
                            ),
                            _connector="OR",
                        ),
                        name="mention_claim_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["dismissed", "filtered"]), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="mention_refusal_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OptOut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("network", models.CharField(default="x", max_length=20)),
                ("author_id", models.CharField(max_length=40)),
                ("author_handle", models.CharField(max_length=80)),
                (
                    "reason",
                    models.CharField(
                        choices=[("asked", "Asked to be left alone"), ("blocked", "Blocked by us")],
                        max_length=10,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("words", "Said so in a post to us"),
                            ("button", "Noted by a person here"),
                        ],
                        default="button",
                        max_length=10,
                    ),
                ),
                (
                    "words",
                    models.CharField(blank=True, help_text="By which they said so.", max_length=80),
                ),
                (
                    "carried_out_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When all that waited of theirs was dismissed.",
                        null=True,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "created_by",
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
                        help_text="Which said so.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="campaign.mention",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("id"),
                        condition=models.Q(("carried_out_at", None)),
                        name="opt_out_to_carry_out",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("network", "author_id"), name="opt_out_is_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pauses",
                        to="campaign.account",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pauses",
                        to="campaign.campaign",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty when the newsroom paused itself (credits, revoked credentials).",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-started_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by", None)),
                            models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="pause_end_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None),
                            ("ended_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="pause_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        models.F("campaign"),
                        models.F("account"),
                        condition=models.Q(("ended_at", None)),
                        name="one_pause_a_scope",
                        nulls_distinct=False,
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
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
                        choices=[("role", "Role"), ("credentials", "Credentials")], max_length=12
                    ),
                ),
                ("change", campaign.encryption.EncryptedJSONField(default=dict, editable=False)),
                (
                    "summary",
                    models.CharField(help_text="What it changes, without secrets.", max_length=200),
                ),
                ("proposed_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("confirmed", "Confirmed"), ("declined", "Declined")],
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="campaign.account",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="campaign.campaign",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", "confirmed"), _negated=True),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="proposal_confirmed_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("decision", "")),
                            models.Q(
                                models.Q(("decision", ""), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_decision_complete",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("account", None), ("kind", "role"), ("person__isnull", False)
                            ),
                            models.Q(
                                ("account__isnull", False),
                                ("kind", "credentials"),
                                ("person", None),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_has_its_subject",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ranking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "answerable",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        default=list,
                        help_text="Themes of which a clip is ready.",
                        size=None,
                    ),
                ),
                (
                    "rules",
                    models.CharField(
                        blank=True, help_text="A hash of what decides.", max_length=64
                    ),
                ),
                (
                    "reached",
                    models.BigIntegerField(
                        default=0,
                        help_text="Open mentions up to this id have been ranked by these rules.",
                    ),
                ),
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ranking",
                        to="campaign.campaign",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ThemeWords",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                ("theme", models.CharField(max_length=40)),
                (
                    "entries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="theme_words",
                        to="campaign.campaign",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "theme words",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "language", "theme"), name="theme_words_are_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("verb", models.CharField(max_length=60)),
                ("target_type", models.CharField(max_length=40)),
                ("target_id", models.CharField(max_length=40)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
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
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="audit",
                        to="campaign.campaign",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "audit entries",
                "ordering": ["id"],
                "indexes": [
                    models.Index(
                        models.F("target_type"), models.F("target_id"), name="audit_target"
                    ),
                    models.Index(
                        models.F("campaign"),
                        models.OrderBy(models.F("id"), descending=True),
                        name="audit_campaign",
                    ),
                ],
            },
        ),
    ]
