"""Django's settings. What differs between machines comes from `campaign.env`."""

from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import dj_email_url
import django_stubs_ext
import sentry_sdk
from csp.constants import NONCE, NONE, SELF
from pythonjsonlogger.core import RESERVED_ATTRS

from campaign import env

django_stubs_ext.monkeypatch()  # lets Django's classes be named with their types at run time

ENV = env.read()
BASE_DIR = env.BASE_DIR
DATA_DIR: Path = ENV.data_dir

SECRET_KEY = ENV.secret_key
SECRET_KEY_FALLBACKS = ENV.secret_key_fallbacks
FIELD_ENCRYPTION_KEYS = ENV.field_encryption_keys
EMAIL_HMAC_KEYS = ENV.email_hmac_keys
DEBUG = ENV.debug
PUBLIC_URL = ENV.public_url
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or "localhost"
HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = [PUBLIC_HOST, *ENV.allowed_hosts]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "responders",
    "videos",
    "petitions",
    "campaign",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "django_rq",
    "template_partials",
    "csp",
]

MIDDLEWARE = [
    "campaign.logs.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "campaign.content_policy.PolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "campaign.access.keep_private",
    "campaign.devices.DeviceMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "campaign.access.ask_for_second_factor",
]

# What anybody may open knows nobody: no session, no cookie, and so no form to forge either.
PUBLIC_PATHS = ("/p/", "/s/", "/share/", "/how-we-count/")
PUBLIC_MIDDLEWARE = [
    "campaign.logs.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "campaign.content_policy.PolicyMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "campaign.urls"
WSGI_APPLICATION = "campaign.asgi.django_application"
# Served asynchronously, beside Django: what holds a connection for long must hold no thread.
ASGI_ROUTES = {
    "/events": "campaign.events.application",
    "/field/uploads/": "videos.tus.application",
}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "campaign.context.newsroom",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "campaign.jinja.environment",
            "libraries": [
                "campaign.templatetags.newsroom",
                "petitions.templatetags.report",
                "responders.templatetags.desk",
            ],
        },
    },
]

# One connection a thread, kept; the pool of web threads bounds their number (see campaign/asgi.py).
DATABASES = {
    "default": dj_database_url.parse(
        ENV.database_url, engine="django.db.backends.postgresql", conn_max_age=600
    )
    | {
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        # A cursor on the server lives in one connection, which a pooler does not keep for us.
        "DISABLE_SERVER_SIDE_CURSORS": ENV.database_pooled,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = ENV.redis_url
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        # A cache that is away is an empty cache: pages ask the database instead.
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            "LOG_IGNORED_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 2,
            "SOCKET_TIMEOUT": 2,
        },
    }
}

# One queue a worker process: a worker of two queues that is killed can lose a job for good.
RQ_QUEUES = {
    name: {"URL": REDIS_URL, "DEFAULT_TIMEOUT": seconds}
    for name, seconds in {
        "posting": 60,
        "uploads": 900,
        "arrivals": 900,
        "media": 1800,
        "mail": 60,
        "platforms": 600,
    }.items()
}
RQ_SHOW_ADMIN_LINK = False

AUTH_USER_MODEL = "campaign.User"
_validators = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_validators}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_validators}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_validators}.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

# Signing in (django-allauth): name and password with a second factor, a passkey, or the
# organisation's own sign-in. Nobody signs up: people are invited.
ACCOUNT_ADAPTER = "campaign.sign_in.Adapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# A mail tells of each change of a password or a second factor.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Each row of waits is longer than the one before: guessing gets slower the longer it goes on.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "20/m/ip,100/h/ip,5/m/key,10/h/key,20/d/key",
    "reauthenticate": "10/m/user",
    "reset_password": "10/m/ip,3/h/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
}
SECOND_FACTOR_ROLES = ENV.second_factor_roles
MFA_ADAPTER = "campaign.sign_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Campaign newsroom"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
SOCIALACCOUNT_ADAPTER = "campaign.sign_in.OrganisationAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"APPS": []}}
if ENV.oidc_server_url:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": "organisation",
            "name": ENV.oidc_name,
            "client_id": ENV.oidc_client_id,
            "secret": ENV.oidc_client_secret,
            "settings": {"server_url": ENV.oidc_server_url},
        }
    )

LANGUAGE_CODE = "en-gb"
LANGUAGES = [
    ("en", "English"),
    ("fr", "Français"),
    ("ar", "العربية"),
    ("sw", "Kiswahili"),
    ("de", "Deutsch"),
    ("es", "Español"),
]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/London"
#: The clocks of the wall, the newsroom's own first.
WALL_CLOCKS = [
    ("London", TIME_ZONE),
    ("Kakuma", "Africa/Nairobi"),
    ("Shatila", "Asia/Beirut"),
]

STATIC_URL = "/static/"
STATIC_ROOT: Path = ENV.static_dir or DATA_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

MEDIA_ROOT = DATA_DIR / "footage"
MEDIA_URL = "/footage/"
FILE_UPLOAD_TEMP_DIR = None
# Where films lie while they arrive. Web processes on several machines share this folder.
SPOOL_DIR: Path = ENV.spool_dir or DATA_DIR / "spool"
# How many bytes of films one place may have on their way at once.
UPLOAD_QUOTA = ENV.upload_quota_mb * 1024 * 1024
FOOTAGE_MAX_BYTES = ENV.footage_max_megabytes * 1024**2
FOOTAGE_MAX_SECONDS = float(ENV.footage_max_seconds)
# A function that transcribes, by its dotted name; without one people do (videos/transcription.py).
TRANSCRIBER = ENV.transcriber


def _footage_storage(*, endpoint: str) -> dict[str, Any]:
    """Footage lives on the local disk, or in a private S3 bucket when one is named."""
    if not ENV.aws_storage_bucket_name:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": ENV.aws_storage_bucket_name,
            "endpoint_url": endpoint or None,
            "region_name": ENV.aws_s3_region_name or None,
            "access_key": ENV.aws_access_key_id or None,
            "secret_key": ENV.aws_secret_access_key or None,
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": 300,
            "file_overwrite": False,
            "signature_version": "s3v4",
            "object_parameters": {"ServerSideEncryption": ENV.aws_s3_encryption}
            if ENV.aws_s3_encryption
            else {},
        },
    }


STORAGES = {
    "default": _footage_storage(endpoint=ENV.aws_s3_endpoint_url),
    # The same, by the address that signed links lead a browser to.
    "links": _footage_storage(endpoint=ENV.aws_s3_public_url or ENV.aws_s3_endpoint_url),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

_email = dj_email_url.parse(ENV.email_url)
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
EMAIL_HOST = _email["EMAIL_HOST"]
EMAIL_PORT = _email["EMAIL_PORT"]
EMAIL_HOST_USER = _email["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _email["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _email["EMAIL_USE_SSL"]
EMAIL_FILE_PATH = _email["EMAIL_FILE_PATH"]
EMAIL_TIMEOUT = 20
if ENV.email_provider:
    EMAIL_BACKEND = f"anymail.backends.{ENV.email_provider}.EmailBackend"
EMAIL_PROVIDER = ENV.email_provider
ANYMAIL = ENV.email_provider_settings | (
    {"WEBHOOK_SECRET": ENV.email_webhook_secret} if ENV.email_webhook_secret else {}
)
DEFAULT_FROM_EMAIL = ENV.email_from

# Web push to the crews' phones; without a key it is off, and nothing else changes.
VAPID_PRIVATE_KEY = ENV.vapid_private_key
VAPID_SUBJECT = f"mailto:{parseaddr(ENV.email_from)[1]}"
# Where browsers keep their push services. A phone names an address; no other place is called.
PUSH_SERVICES = [
    "https://fcm.googleapis.com",
    "https://updates.push.services.mozilla.com",
    "https://*.push.apple.com",
    "https://*.notify.windows.com",
]

# A function that translates, by its dotted name; without one people do (videos/translation.py).
TRANSLATOR = ENV.translator

X_API_URL = ENV.x_api_url
X_STREAM_URL = ENV.x_stream_url or ENV.x_api_url
X_WEB_URL = ENV.x_web_url
CLIP_MATCHER = ENV.clip_matcher

SIGNATURES_KEPT_DAYS = ENV.signatures_kept_days
OUTGOING_TRUSTED_HOSTS = ENV.outgoing_trusted_hosts
# Pages that are the same for everybody: kept by each web process as they say (campaign/shelf.py).
PUBLIC_PAGES = ("/p/", "/how-we-count/")
PUBLIC_QUERY = ("l", "lang")

# What `manage.py clock` does, and how often in seconds. Each is a function without arguments.
CLOCK: dict[str, float] = {
    "responders.actions.sweeps.ring_for_due_replies": 1,
    "responders.actions.sweeps.settle_the_unknown": 2,
    "responders.actions.sweeps.ring_for_films": 5,
    "responders.actions.sweeps.ring_for_measures": 30,
    "responders.actions.sweeps.ring_for_removals": 5,
    "responders.actions.sweeps.warn_of_budgets": 30,
    "responders.actions.leaving_alone.sweep": 5,
    "responders.actions.desk.expire_leases": 5,
    "responders.actions.ranking.keep_ranked": 10,
    "videos.actions.preparing.sweep": 10,
    "videos.actions.uploads.sweep": 10,
    "videos.actions.uploads.sweep_originals": 86_400,
    "videos.actions.brief_footage.sweep": 10,
    "videos.actions.notices.sweep": 15,
    "videos.actions.consent.sweep": 30,
    "petitions.actions.counting.count_all": 3,
    "videos.actions.consent_dates.expire": 30,
    "videos.actions.consent_dates.remind": 3600,
    "videos.actions.retention.purge": 3600,
    "petitions.actions.rollups.roll": 15,
    "petitions.reports.weekly.ring": 60,
    "petitions.actions.rollups.recount_nightly": 30,
    "petitions.actions.mail.ring_for_owed": 2,
    "petitions.actions.mail.remind": 600,
    "petitions.actions.watching.watch": 60,
    "petitions.actions.outgoing.ring_for_due": 5,
    "petitions.actions.platforms.ring_for_polls": 60,
    "petitions.actions.platforms.total_all": 60,
    "petitions.actions.imports.ring_for_waiting": 60,
    "petitions.actions.ledger.close_day": 300,
    "petitions.actions.retention.purge_unconfirmed": 3600,
    "petitions.actions.retention.purge_traces": 3600,
    "petitions.actions.retention.anonymise_closed": 3600,
    "campaign.audit.seal": 2,
    "campaign.intake.alarm.sweep": 60,
    "campaign.actions.opt_outs.sweep": 5,
    "campaign.actions.people.ring_for_invitations": 60,
    "campaign.intake.compliance.sweep": 60,
    "responders.actions.sweeps.ring_for_standing": 60,
    "responders.actions.sweeps.ring_for_takedowns": 10,
}

# What `/metrics` tells, each a function that yields families of samples; and what
# `manage.py doctor` looks at, in the order in which things depend on each other.
METRICS_TOKEN = ENV.metrics_token
METRICS = [
    "campaign.metrics.ground",
    "campaign.metrics.sweeps",
    "responders.reports.metrics.posting",
    "videos.metrics.footage",
    "petitions.metrics.petitions",
]
DOCTOR = [
    "campaign.doctor.settings_are_for_the_public",
    "campaign.doctor.database_is_current",
    "campaign.doctor.audit_log_is_sealed",
    "campaign.doctor.redis_and_workers_answer",
    "campaign.doctor.visitors_are_told_apart",
    "campaign.doctor.storage_keeps_and_forgets",
    "campaign.doctor.mail_goes_out",
    "campaign.doctor.people_can_decide",
    "campaign.doctor.accounts_may_post",
]
# What follows a restore, each a function of the moment at which the backup was made.
AFTER_RESTORE = ["responders.actions.restoring.hold"]

# Bound to this very host: no neighbour under the same domain can plant a session.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 14
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

_bucket = ENV.aws_storage_bucket_name
_region = f".{ENV.aws_s3_region_name}" if ENV.aws_s3_region_name else ""
_amazon = f"https://{_bucket}.s3{_region}.amazonaws.com"
_footage_hosts = [ENV.aws_s3_public_url or ENV.aws_s3_endpoint_url or _amazon] if _bucket else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *_footage_hosts],
        "media-src": [SELF, "blob:", *_footage_hosts],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"facts": {"()": "campaign.logs.Facts"}},
    "formatters": {
        "line": {"format": "{levelname} {name}: {message}{about}", "style": "{"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "{asctime}{levelname}{name}{message}",
            "style": "{",
            "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
            "reserved_attrs": [*RESERVED_ATTRS, "about", "taskName", "status_code"],
        },
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": ENV.log_format,
            "filters": ["facts"],
        }
    },
    "root": {"handlers": ["console"], "level": ENV.log_level},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "rq.worker": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}

if ENV.sentry_dsn:
    sentry_sdk.init(
        dsn=ENV.sentry_dsn,
        environment=PUBLIC_HOST,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
    )
