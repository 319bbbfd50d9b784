"""Settings, from the environment alone (see docs/configuration.md). One file for every environment."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
if (BASE_DIR / ".env").exists():
    environ.Env.read_env(BASE_DIR / ".env")

INSECURE_KEY = "insecure: for a desk or a test, refused in production"
DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env("SECRET_KEY", default=INSECURE_KEY)
INSECURE_ENCRYPTION_KEY = "aW5zZWN1cmUtZm9yLWEtZGVzay1vci1hLXRlc3QhISE="
ENCRYPTION_KEYS = env.list("ENCRYPTION_KEYS", default=[INSECURE_ENCRYPTION_KEY])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
SITE_URL = env("SITE_URL", default="http://localhost:8000")  # the beginning of every link in a letter
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

VAR_DIR.mkdir(exist_ok=True)
MEDIA_ROOT = env("MEDIA_ROOT", default=str(VAR_DIR / "media"))
STATIC_ROOT = env("STATIC_ROOT", default=str(VAR_DIR / "static"))
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "trustfund" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MEDIA_ROOT}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
DOCUMENT_MAX_BYTES = env.int("DOCUMENT_MAX_BYTES", default=10 * 1024 * 1024)
BANK_COOLING_OFF_DAYS = env.int("BANK_COOLING_OFF_DAYS", default=3)
SCREENING_VALID_DAYS = env.int("SCREENING_VALID_DAYS", default=30)
BUDGET_VARIANCE_SHARE = Decimal(env("BUDGET_VARIANCE_SHARE", default="0.10"))  # from which share of the budget on a variance is explained
OFFER_VALID_DAYS = env.int("OFFER_VALID_DAYS", default=30)
OPERATING_RESERVE_SHARE = env.str("OPERATING_RESERVE_SHARE", default="0.15")  # of the annual cost plan
CLOSING_WORKING_DAYS = env.int("CLOSING_WORKING_DAYS", default=10)
FILES_ACCEL_PREFIX = env("FILES_ACCEL_PREFIX", default="")

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'trustfund.sqlite3'}")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # To compile a query costs more than the query here, and so do workers beside one of a few milliseconds; large sums still get them, and
    # what was kept at closings is added up in memory.
    tuned = "-c jit=off -c parallel_setup_cost=50000 -c work_mem=16MB"
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", tuned)
    # Django's own statements are never prepared on the server; this lets those be that ask for it (chain.at_once)
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("prepare_threshold", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "trustfund.ui",
    "trustfund.audit",
    "trustfund.mail",
    "trustfund.files",
    "trustfund.people",
    "trustfund.ledger",
    "trustfund.budgets",
    "trustfund.statements",
    "trustfund.vouchers",
    "trustfund.banking",
    "trustfund.closings",
    "trustfund.auditor",
    "trustfund.treasury",
    "trustfund.opening",
    "trustfund.erp",
    "ngos",
    "donors",
    "grants",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_cotton",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "trustfund.security.SecurityHeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "trustfund.people.sessions.SignedInMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "trustfund.pages.OutOfOrderMiddleware",
    "trustfund.failing.FailingMiddleware",
]
ROOT_URLCONF = "trustfund.urls"
WSGI_APPLICATION = "trustfund.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "trustfund.ui.templatetags.ui",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "trustfund.people.context.page",
            ],
        },
    }
]
COTTON_DIR = "components"
COTTON_ISOLATE_BY_DEFAULT = True  # a component sees what it was given and the context processors, never its page's variables

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("email", "name")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
PASSWORD_RESET_TIMEOUT = 3600

ACCOUNT_ADAPTER = "trustfund.people.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"reset_password": "trustfund.people.password_forms.ResetForm"}
ACCOUNT_SIGNUP_FORM_CLASS = "trustfund.people.forms.SignUpFields"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
FORM_GRACE_SECONDS = 1800  # a form whose page asked for a fresh sign-in may be sent for as long
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,5/15m/key",
    "signup": "20/h/ip",
    "reset_password_share": "5/h/key",  # by address and place: a stranger does not use up the owner's
    "reset_password": "20/h/ip,60/h/key",  # by address alone: no mailbox is flooded from many places
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "reauthenticate": "10/m/user",
    "confirm_email": "1/3m/key",
}
MFA_ADAPTER = "trustfund.people.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {"add_webauthn": "trustfund.people.mfa_forms.PasskeyForm"}
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # http://localhost at a desk
MFA_TOTP_TOLERANCE = 0  # allauth remembers a used code for one period only: with a tolerance it could be used twice
TOTP_ISSUER = "Trust Fund for Victims of Trafficking"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0 if DEBUG else 1)

# Counts of attempts must hold in every process and after a restart: they are in the database. Nothing else is cached.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", _("Arabic")),
    ("zh-hans", _("Chinese")),
    ("en", _("English")),
    ("fr", _("French")),
    ("ru", _("Russian")),
    ("es", _("Spanish")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = "trustfund.ui.formats"
USE_TZ = True
TIME_ZONE = "Europe/Vienna"

SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_STAFF = timedelta(minutes=30)
SESSION_IDLE_OTHERS = timedelta(hours=8)
SESSION_LONGEST = timedelta(hours=12)
SESSION_COOKIE_AGE = int(SESSION_LONGEST.total_seconds())
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
if not DEBUG:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "__Host-session", "__Host-csrf", "__Host-language"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="vtf@localhost")

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

FUND_NAME = _("United Nations Voluntary Trust Fund for Victims of Trafficking in Persons")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"secrets": {"()": "trustfund.security.SecretsLeftOut"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secrets"]}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
}

# file of docs/ -> the function that writes its text; `make_docs` writes them beside its own
GENERATED_DOCS = {"ledger.md": "trustfund.ledger.guide.page"}


def _insecure() -> list[str]:
    """What a production start refuses, each with what to do."""
    wrong = {
        "SECRET_KEY: set your own, at least 50 random characters": SECRET_KEY == INSECURE_KEY or len(SECRET_KEY) < 50,
        "ENCRYPTION_KEYS: set your own Fernet keys": INSECURE_ENCRYPTION_KEY in ENCRYPTION_KEYS,
        "ALLOWED_HOSTS: name your hosts, and no wildcard": "ALLOWED_HOSTS" not in env.ENVIRON or "*" in ALLOWED_HOSTS,
        "SITE_URL: the https:// address that letters link to": not SITE_URL.startswith("https://"),
        "DATABASE_URL: name the database, even when it is SQLite": "DATABASE_URL" not in env.ENVIRON,
        "EMAIL_URL: name the mail server": "EMAIL_URL" not in env.ENVIRON,
    }
    return [what for what, is_wrong in wrong.items() if is_wrong]


if not DEBUG and (found := _insecure()):
    raise ImproperlyConfigured("Not started: the defaults are for a desk. " + "; ".join(found) + ". See docs/configuration.md.")
