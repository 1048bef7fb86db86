"""Every setting of the house, from the environment. One page, one place.

With an empty environment this is the embedded default: SQLite, a database cache, Celery on the file system, mail on
the console. `PRODUCTION=1` refuses to start when something is unsafe. See README.md for a table of the variables.
"""

import os
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from notifications.endpoint_rules import PUSH_SERVICES
from portal import environment as env
from portal import logs
from portal.beat import SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = env.folder("VAR", BASE_DIR / "var")

PRODUCTION = env.flag("PRODUCTION")
if not PRODUCTION:
    env.load_file(VAR / "secrets.env")  # made by `make run`, so that a demo's sessions and fields outlive a restart
DEBUG = env.flag("DEBUG")
DEMO = env.flag("DEMO")
BENCH = env.flag("BENCH")  # `make bench` measures against two bare pages
_INSECURE = "insecure-" + "only-for-tests-and-the-first-look-" * 2
SECRET_KEY = env.text("SECRET_KEY", None if PRODUCTION else _INSECURE)
INDEX_KEY = env.text("INDEX_KEY", None if PRODUCTION else _INSECURE)
_INSECURE_FIELD_KEY = "b25seS1mb3ItdGVzdHMtYW5kLWEtZmlyc3QtbG9vayE="
FIELD_KEYS = env.fernet_keys("FIELD_KEYS") or ([] if PRODUCTION else [_INSECURE_FIELD_KEY])
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]")
BASE_URL = env.text("BASE_URL", None if PRODUCTION else "http://localhost:8000").rstrip("/")

# Parts ----------------------------------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": environ.Env.db_url_config(env.text("DATABASE_URL", f"sqlite:///{VAR / 'kapprummet.sqlite3'}"))
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # A writer takes its lock when it begins, so that no reader has to become one and fail.
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
    }
    # Tests with threads need what production has too: a file, not a database in memory.
    DATABASES["default"]["TEST"] = {"NAME": str(Path(gettempdir()) / f"kapprummet-test-{os.getpid()}.sqlite3")}
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": env.number("DATABASE_KEEP_SECONDS", 600), "CONN_HEALTH_CHECKS": True}

# A pooler such as PgBouncer lends a connection to somebody else after every transaction: nothing may be kept on it.
DATABASE_POOLED = env.flag("DATABASE_POOLED")
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_POOLED

REDIS_URL = env.text("REDIS_URL", "")
_in_database: dict[str, Any] = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "cache",
    "OPTIONS": {"MAX_ENTRIES": 20_000},
}
_in_redis: dict[str, Any] = {
    "LOCATION": REDIS_URL,
    "KEY_PREFIX": "kapprummet",
    "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
}
CACHES: dict[str, dict[str, Any]] = {
    # Limits and what may be forgotten: counted in the database while Redis does not answer.
    "default": {"BACKEND": "portal.lib.caches.RedisThenDatabase", **_in_redis} if REDIS_URL else _in_database,
    # Stamps of boards: without Redis each board refreshes at every question.
    "stamps": {"BACKEND": "portal.lib.caches.RestingRedisCache", **_in_redis} if REDIS_URL else _in_database,
    "database": _in_database,
}

CELERY_BROKER_URL = env.text("BROKER_URL", REDIS_URL or "filesystem://localhost")
_broker_is_a_folder = CELERY_BROKER_URL.startswith("filesystem:")
CELERY_BROKER_TRANSPORT = "portal.lib.spool:Transport" if _broker_is_a_folder else None
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {
        "data_folder_in": str(VAR / "broker"),
        "data_folder_out": str(VAR / "broker"),
        "control_folder": str(VAR / "broker" / "control"),
        "processed_folder": str(VAR / "broker" / "aside"),
    }
    if _broker_is_a_folder
    else {"socket_timeout": 1, "socket_connect_timeout": 0.5, "max_retries": 1, "visibility_timeout": 3600}
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    f"{room}.tasks.{deed}_*": {"queue": "images"}
    for room, deed in (("documents", "make"), ("documents", "draw"), ("documents", "find"), ("messaging", "follow"))
} | {"oversight.tasks.make_extracts": {"queue": "nightly"}}
CELERY_TASK_PUBLISH_RETRY = False  # the sweep catches what the bell missed; a request never waits for the broker
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker however long it is gone
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = SCHEDULE

FILES_ROOT = env.folder("FILES_ROOT", VAR / "files")
FILES_BEHIND_NGINX = env.flag("FILES_BEHIND_NGINX")  # nginx sends them, where the portal says so (deploy/nginx.conf)
FILES_S3 = env.text("FILES_S3", "")  # https://KEY:SECRET@host/bucket?region=...: where they lie instead
FIND_FACES = env.flag("FIND_FACES")  # while a post is a draft, by workers that have requirements-faces.txt
CLAMD = env.socket_address("CLAMD")  # a virus scanner: without its word nothing comes in

_mail = environ.Env.email_url_config(env.text("EMAIL_URL", "consolemail://"))
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
# Where people outside the portal turn: shown on the public pages when set.
CONTACT_EMAIL = env.text("CONTACT_EMAIL", "")
CONTACT_PHONE = env.text("CONTACT_PHONE", "")
DATA_PROTECTION_EMAIL = env.text("DATA_PROTECTION_EMAIL", "")
SECURITY_CONTACT = env.text("SECURITY_CONTACT", "")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM", "Kapprummet <inte-svara@kapprummet.example>")
# Web Push is offered where there is a key to sign with; browsers say where to push to, and only these are believed.
VAPID_PRIVATE_KEY = env.text("VAPID_PRIVATE_KEY", "")
VAPID_SUBJECT = env.text("VAPID_SUBJECT", f"mailto:{CONTACT_EMAIL}" if CONTACT_EMAIL else BASE_URL)
PUSH_HOSTS = env.words("PUSH_HOSTS", PUSH_SERVICES)
PUSH_TO_THIS_MACHINE = env.flag("PUSH_TO_THIS_MACHINE")  # for tests of what leaves the house
# Text messages by an HTTP gateway: its body is a template, in JSON or of a form, with {to}, {text} and {id}.
SMS_URL, SMS_METHOD = env.text("SMS_URL", ""), env.text("SMS_METHOD", "POST").upper()
SMS_AUTHORIZATION = env.text("SMS_AUTHORIZATION", "")
SMS_BODY = env.text("SMS_BODY", '{"to": "{to}", "message": "{text}"}')

# The house ------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "oversight",
    "attendance",
    "messaging",
    "documents",
    "children",
    "notifications",
    "accounts",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",  # its widgets, which TemplatesSetting looks for among the apps
]

MIDDLEWARE = [
    # What sets headers stands outside everything that may answer by itself: redirects, refusals, static files.
    "portal.middleware.PrivacyHeadersMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.IdleMiddleware",
    "children.middleware.DoorMiddleware",
]

BEHIND_PROXY = env.flag("BEHIND_PROXY")  # nginx in front: it compresses, and says whether the visitor came by https
if not BEHIND_PROXY:
    MIDDLEWARE.insert(1, "django.middleware.gzip.GZipMiddleware")

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "portal.context.house",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "sprak"
TIME_ZONE = env.text("TIME_ZONE", "Europe/Stockholm")
COUNTRY = env.text("COUNTRY", "SE").upper()  # whose public holidays the preschools keep
# Those who work here are left alone outside working hours: a function from people's ids and a day to those who do.
WHO_WORKS_HERE = "children.selectors.personnel.who_works_here"
STILL_TOLD = "portal.notices.is_still_told"  # from a person's notices and now to whether they may leave the house
USE_TZ = True
SET_PHRASES = env.text("SET_PHRASES", "")  # a TOML file with the municipality's own, docs/set_phrases.md
CURRICULUM = env.text("CURRICULUM", "")  # a TOML file with the goals that posts are tagged with

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(FILES_ROOT)}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if DEBUG:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Who you are ----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.LoginBackend", "children.backends.AccessBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "accounts.passwords.NotTheOwnName",
        "OPTIONS": {"user_attributes": ("given_name", "family_name", "full_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

# Guardians are mostly at home on their own phones, staff at shared computers: minutes without a request.
IDLE_MINUTES_STAFF = env.number("IDLE_MINUTES_STAFF", 30, least=1)
IDLE_MINUTES_GUARDIAN = env.number("IDLE_MINUTES_GUARDIAN", 8 * 60, least=1)
SECOND_FACTOR_FOR_STAFF = not DEMO

ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # addresses are encrypted: accounts.backends finds them by blind index
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
PASSWORD_RESET_TIMEOUT = 2 * 3600
# Strict for one account, generous for one address: a whole preschool sits behind the same one.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "300/m/ip,5/5m/key",
    "reset_password": "60/m/ip,3/h/key",
    "reset_password_from_key": "60/m/ip",
    "reset_identity": "5/h/key",
    "email_change": "5/h/key",
    "invitation": "60/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "feedback": "20/h/ip,300/d/key",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.AuthenticateForm",
    "reauthenticate": "accounts.forms.ReauthenticateCodeForm",
    "activate_totp": "accounts.forms.ActivateTOTPForm",
    "add_webauthn": "accounts.forms.AddWebAuthnForm",
    "edit_webauthn": "accounts.forms.EditWebAuthnForm",
}
MFA_TOTP_ISSUER = "Kapprummet"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMO and not PRODUCTION
USERSESSIONS_TRACK_ACTIVITY = False
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_STORE_TOKENS = False
# Municipal sign-on (OpenID Connect): shown on the login page when all three are set.
OIDC_SERVER = env.text("OIDC_SERVER", "")
OIDC_NAME = env.text("OIDC_NAME", "Kommunens inloggning")
OIDC_PERSONAL_NUMBER_CLAIM = env.text("OIDC_PERSONAL_NUMBER_CLAIM", "personal_number")
# Levels (the `acr` claim) that count as a second factor; any other level is refused.
OIDC_LEVELS = env.words("OIDC_LEVELS", "loa3,http://id.sambi.se/loa/loa3,urn:mace:swamid.se:policy:assurance:al3")
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if OIDC_SERVER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "SCOPE": env.words("OIDC_SCOPES", "openid"),
        "APPS": [
            {
                "provider_id": "kommun",
                "name": OIDC_NAME,
                "client_id": env.text("OIDC_CLIENT_ID"),
                "secret": env.text("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_SERVER},
            }
        ],
    }

ANONYMOUS_USER_NAME = None  # guardian: nobody has no row
GUARDIAN_MONKEY_PATCH_USER = False
SILENCED_SYSTEM_CHECKS = [
    "guardian.W001",  # children.backends.AccessBackend carries guardian's backend inside it
]

# Headers --------------------------------------------------------------------------------------------------------

_https = urlsplit(BASE_URL).scheme == "https"
# Browsers follow a form's redirects only to origins that the policy names: add those that sign-on passes through.
_sign_on = [f"{urlsplit(OIDC_SERVER).scheme}://{urlsplit(OIDC_SERVER).netloc}"] if OIDC_SERVER else []
_sign_on += env.words("OIDC_ALSO_AT")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF, *_sign_on],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        "img-src": [SELF, "data:"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_SSL_REDIRECT = _https and PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^halsa/$"]
SECURE_HSTS_SECONDS = 63_072_000 if _https and PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
SESSION_COOKIE_NAME = "__Host-session" if _https else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _https else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 30 * 86_400
SESSION_EXPIRE_AT_BROWSER_CLOSE = False
CSRF_FAILURE_VIEW = "portal.views.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [BASE_URL] if PRODUCTION else []
if _address_from := env.text("CLIENT_ADDRESS_HEADER", ""):
    ALLAUTH_TRUSTED_CLIENT_IP_HEADER = _address_from

LOGGING = logs.to_the_console(env.text("LOG_LEVEL", "WARNING"))

# Production refuses to start when unsafe --------------------------------------------------------------------------

if PRODUCTION:
    _faults = {
        "DEBUG must be off": DEBUG,
        "BENCH must be off": BENCH,
        "PUSH_TO_THIS_MACHINE must be off": PUSH_TO_THIS_MACHINE,
        "DEMO must be off: it lets anybody choose who to be": DEMO,
        "SECRET_KEY must be at least 50 characters": len(SECRET_KEY) < 50 or SECRET_KEY.startswith("insecure-"),
        "INDEX_KEY must be at least 32 characters and not SECRET_KEY": len(INDEX_KEY) < 32
        or INDEX_KEY == SECRET_KEY
        or INDEX_KEY.startswith("insecure-"),
        "FIELD_KEYS must name at least one key, and none that is public": not FIELD_KEYS
        or _INSECURE_FIELD_KEY in FIELD_KEYS,
        "ALLOWED_HOSTS must name the hosts, without *": not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS,
        "BASE_URL must begin with https://": not _https,
        "DATABASE_URL must be PostgreSQL": DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql",
        "REDIS_URL must be set: rate limits and stamps are shared by all web nodes": not REDIS_URL,
        "BROKER_URL must be a broker that all nodes share (Redis or AMQP)": urlsplit(CELERY_BROKER_URL).scheme
        not in ("redis", "rediss", "amqp", "amqps"),
        "FILES_S3 must begin with https://": bool(FILES_S3) and not FILES_S3.startswith("https://"),
        "EMAIL_URL must be a mail server (SMTP)": not EMAIL_BACKEND.endswith(".smtp.EmailBackend") or not EMAIL_HOST,
    }
    if _wrong := [fault for fault, present in _faults.items() if present]:
        raise ImproperlyConfigured("Kapprummet does not start in production: " + "; ".join(_wrong))
