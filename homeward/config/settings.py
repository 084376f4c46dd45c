"""Settings, each taken from the environment where a service would want another value.

DATABASE_URL      where the record is kept; SQLite under var/ when not given
HOMEWARD_SECRET   signing key; made and kept under var/ when not given
HOMEWARD_HOSTS    comma-separated host names the service answers to
HOMEWARD_TLS      "1" where the service is reached over https (secure cookies, HSTS)
HOMEWARD_RECEIVES_FOR  destinations that messages may be addressed to, comma-separated; any when not given
HOMEWARD_BARS     where BaRS answers are posted (…/FHIR/R4); they wait in the queue when not given
HOMEWARD_BARS_TOKEN    the bearer token for it
HOMEWARD_ADDRESS  the address people reach it at, for links in emails and text messages
HOMEWARD_SMTP     mail server, smtp://user:password@host:port (smtps:// or smtp+tls:// for TLS); printed when not given
HOMEWARD_EMAIL_FROM    the address emails come from
HOMEWARD_SMS_GATEWAY   address of a text message gateway that takes JSON; printed when not given
HOMEWARD_WEBHOOK_HOSTS   the hosts that notices may be posted to, comma-separated; none when not given
HOMEWARD_WEBHOOK_SECRET  signs what is posted to other systems; printed, not posted, when not given
HOMEWARD_AUDIT_KEYS    keys that mark and sign the audit trail, newest first, comma-separated; HOMEWARD_SECRET when
                  not given
HOMEWARD_AUDIT_HEAD    file the head of the audit trail is kept in, best on another machine; under var/ when not given
HOMEWARD_RETENTION     years to keep a record after its last entry, as care=8,contact=2
HOMEWARD_NAMES_STAFF   "0" to give roles of staff, not names, to a person who asks who looked at their record
HOMEWARD_CONCERN_MINUTES  minutes until a care worker's concern must be answered, as now=15,today=240,soon=2880
HOMEWARD_DUPLICATE_LIKELIHOOD  0 to 1: how likely two records must be of one person to be listed; 0.8 when not given
HOMEWARD_TIMING   "1" to say in each answer what it cost the server, for measuring
HOMEWARD_PUBLIC_REFERRALS  services whose open form for professionals is on, code=phone, comma-separated (the phone
                  may be left out); the fictitious ones when not given
HOMEWARD_PROXIES  how many proxies of yours stand in front, so that the form knows who is outside; 0 when not given
HOMEWARD_DOCUMENTS  dotted path of the Django storage class that keeps documents; a folder under var/ when not given
HOMEWARD_DOCUMENTS_OPTIONS  its options as JSON, {"location": "/srv/documents"}
HOMEWARD_DOCUMENT_MEGABYTES  how large one document may be; 25 when not given
HOMEWARD_DEPRIVATION_FILE  CSV of the deciles of deprivation of postcodes or their sectors
HOMEWARD_AUDIENCES  JSON file of the measures each audience of the results is shown, where not as declared
HOMEWARD_NATIONAL_PLACES  codes of the places, comma-separated, whose published figures stand beside ours, with England
HOMEWARD_VAR      folder for the database and other things made at run time
"""

import json
import os
import secrets
from pathlib import Path

import dj_database_url
from csp.constants import NONCE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("HOMEWARD_VAR", BASE / "var"))
VAR.mkdir(parents=True, exist_ok=True)


def _secret() -> str:
    given = os.environ.get("HOMEWARD_SECRET")
    if given:
        return given
    kept = VAR / "secret"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return kept.read_text().strip()


def _document_store() -> dict:
    """The storage class that keeps documents, with its options: a folder under var/, or what the environment says."""
    given = os.environ.get("HOMEWARD_DOCUMENTS")
    options = json.loads(os.environ.get("HOMEWARD_DOCUMENTS_OPTIONS") or "{}")
    if not given:
        options.setdefault("location", str(VAR / "documents"))
    return {"BACKEND": given or "homeward.documents.storage.DocumentFolder", "OPTIONS": options}


SECRET_KEY = _secret()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("HOMEWARD_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
USES_TLS = os.environ.get("HOMEWARD_TLS") == "1"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "homeward.config",
    "homeward.kernel",
    "homeward.access",
    "homeward.audit",
    "homeward.teams",
    "homeward.notices",
    "homeward.people",
    "homeward.documents",
    "homeward.procedures",
    "homeward.assessments",
    "homeward.referrals",
    "homeward.episodes",
    "homeward.plans",
    "homeward.delegation",
    "homeward.roster",
    "homeward.visits",
    "homeward.commissioning",
    "homeward.beds",
    "homeward.discharge",
    "homeward.surveys",
    "homeward.outcomes",
    "homeward.evidence",
    "homeward.equipment",
    "homeward.escalation",
    "homeward.rights",
    "homeward.whatif",
    "homeward.demo",
    "homeward.api",
    "homeward.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "homeward.web.signing_in.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

if os.environ.get("HOMEWARD_TIMING") == "1":
    MIDDLEWARE.insert(0, "homeward.config.timing.TimingMiddleware")

ROOT_URLCONF = "homeward.config.urls"
WSGI_APPLICATION = "homeward.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "homeward.web.templating.environment"},
    },
]

SQLITE_OPTIONS = {
    # Writers queue instead of failing: take the write lock at once, wait for it, let readers go on.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
        " PRAGMA mmap_size=268435456; PRAGMA cache_size=-65536;"
    ),
}


def database_from(url: str | None) -> dict:
    """The Django settings of the database at `url`; SQLite under var/ when none is given.

    Raises: ImproperlyConfigured for an engine that Homeward does not run on.
    """
    settings = dj_database_url.parse(url or f"sqlite:///{VAR / 'homeward.sqlite3'}", conn_max_age=600)
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = {**settings.get("OPTIONS", {}), **SQLITE_OPTIONS}
    elif not settings["ENGINE"].endswith("postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:// or postgresql://")
    return settings


DATABASES = {"default": database_from(os.environ.get("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = False

AUTH_USER_MODEL = "teams.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "homeward.web.signing_in.views.name_tried"
AXES_LOCKOUT_CALLABLE = "homeward.web.signing_in.views.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

SESSION_COOKIE_AGE = 12 * 60 * 60  # a long shift
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = USES_TLS
CSRF_COOKIE_SECURE = USES_TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "homeward.web.views.csrf_failed"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if USES_TLS else 0
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
        "base-uri": [SELF],
        "manifest-src": [SELF],
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE / "homeward" / "web" / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "homeward.config.static_files.StaticFiles"},
    # The bytes of documents about people: never under a public address (docs/guides/timeline-and-documents.md)
    "documents": _document_store(),
}
# A local decision: a letter scanned at 300 dots an inch has some 0.2 MB a page
DOCUMENT_MEGABYTES = int(os.environ.get("HOMEWARD_DOCUMENT_MEGABYTES", "25"))
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
SILENCED_SYSTEM_CHECKS = ["models.W042"]

# Nothing personal reaches a log: requests are logged by route, never by address, body or user input.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "homeward": {"level": "INFO"},
        "django.request": {"level": "CRITICAL"},
        "django.security.csrf": {"level": "CRITICAL"},  # it writes the address, and that says whose record it was
        "axes": {"level": "CRITICAL"},
    },
}

# Destinations (ODS codes or addresses) this service takes messages for; any, when none is given.
FHIR_RECEIVES_FOR = tuple(filter(None, os.environ.get("HOMEWARD_RECEIVES_FOR", "").split(",")))
# How soon a disposition of NHS 111 is here, as DX05=crisis,DX09=routine; for the rest the report's own words count.
NHS_111_URGENCIES = dict(
    pair.split("=", 1) for pair in os.environ.get("HOMEWARD_111_URGENCIES", "").split(",") if "=" in pair
)
# What judges a kept message again, and what finds the documents in it: rooms know no format.
MESSAGE_READER = "homeward.api.kinds.judge_kept"
MESSAGE_DOCUMENTS = "homeward.api.documents.documents_in"
# What hospitals call the columns of their ward lists: {"Royal Derby": {"ward": ["Current location"]}}; "" is every
# hospital. A JSON file; docs/guides/ward-lists.md
WARD_LIST_HEADINGS = (
    json.loads(Path(os.environ["HOMEWARD_WARD_LISTS"]).read_text(encoding="utf-8"))
    if os.environ.get("HOMEWARD_WARD_LISTS")
    else {}
)
# Numbers of people under the first are left out of files for others; the rest, in a file of measures, is rounded to the
# second (1: not). NHS Digital's disclosure control of hospital episode statistics; docs/rules/variation.md
SMALLEST_NUMBER = int(os.environ.get("HOMEWARD_SMALLEST_NUMBER", "8"))
RESULTS_ROUNDED_TO = int(os.environ.get("HOMEWARD_RESULTS_ROUNDED_TO", "5"))
# Codes as the national files have them (an integrated care board, a trust) of places to show beside England
NATIONAL_PLACES = tuple(
    code for one in os.environ.get("HOMEWARD_NATIONAL_PLACES", "").split(",") if (code := one.strip())
)
# A CSV with the heads area (a postcode or a sector of them) and decile (1 to 10); docs/guides/measures.md
DEPRIVATION_FILE = os.environ.get("HOMEWARD_DEPRIVATION_FILE", "")
# Which measures each audience of the results is shown, where not as declared: {"board": {"measures": ["M03", "M18"]}}.
# A JSON file; docs/guides/results.md
AUDIENCES = (
    json.loads(Path(os.environ["HOMEWARD_AUDIENCES"]).read_text(encoding="utf-8"))
    if os.environ.get("HOMEWARD_AUDIENCES")
    else {}
)
# The national collection's own column headings were not found: these are ours
DELAYS_FILE_COLUMNS = ("period", "organisation", "measure", "category", "number")

# What ties somebody to a person: each gives, of people it is asked about, those it knows a relationship to.
TIES = (
    "homeward.referrals.selectors.tied_by_the_front_door",
    "homeward.episodes.selectors.tied_by_caring",
    "homeward.visits.selectors.tied_by_visits",
    "homeward.beds.selectors.tied_by_follow_ups",
    "homeward.discharge.selectors.tied_by_stay",
    "homeward.equipment.selectors.tied_by_device_alerts",
)

# Of made-up records with known duplicates this finds nine of ten, and five of six listed are right
# (tools/measure_duplicates.py). A person decides on each, so missing one costs more than listing one too many.
DUPLICATE_LIKELIHOOD = float(os.environ.get("HOMEWARD_DUPLICATE_LIKELIHOOD", "0.8"))

# Whose form for professionals outside is open, and the number it names (homeward/web/front_door/views/professional.py).
HOMEWARD_PUBLIC_REFERRALS = {
    code.strip(): phone.strip()
    for code, _, phone in (
        one.partition("=") for one in os.environ.get("HOMEWARD_PUBLIC_REFERRALS", "").split(",") if one.strip()
    )
}
HOMEWARD_PROXIES = int(os.environ.get("HOMEWARD_PROXIES", "0"))

# Marks each event and signs each seal of the audit trail: whoever has the database alone cannot make either.
AUDIT_KEYS = tuple(filter(None, os.environ.get("HOMEWARD_AUDIT_KEYS", "").split(","))) or (SECRET_KEY,)
AUDIT_HEAD_FILE = Path(os.environ.get("HOMEWARD_AUDIT_HEAD", VAR / "audit-head"))
APPEND_ONLY_REFUSES_TRUNCATE = True

# How long a record is kept before somebody must say what becomes of it (homeward/rights/rules.py); local decisions.
RETENTION_YEARS = {"care": 8, "contact": 2} | {
    kind: int(years)
    for kind, _, years in (
        one.partition("=") for one in os.environ.get("HOMEWARD_RETENTION", "").split(",") if "=" in one
    )
}
# Whether somebody who asks who looked at their record is given the names of staff; their role is always given.
CONCERN_MINUTES = {
    urgency.strip(): int(minutes)
    for urgency, _, minutes in (
        one.partition("=") for one in os.environ.get("HOMEWARD_CONCERN_MINUTES", "").split(",") if "=" in one
    )
}
# Minutes in which a device alert is to be answered where its kind in the catalogue says nothing, and a device that only
# says it is broken; within how many minutes the same device calling again joins the open response. Local decisions.
DEVICE_ALERT_MINUTES = int(os.environ.get("HOMEWARD_DEVICE_ALERT_MINUTES", "45"))
DEVICE_FAULT_MINUTES = int(os.environ.get("HOMEWARD_DEVICE_FAULT_MINUTES", "1440"))
DEVICE_SAME_CALL_MINUTES = int(os.environ.get("HOMEWARD_DEVICE_SAME_CALL_MINUTES", "10"))
NAMES_STAFF_TO_PEOPLE = os.environ.get("HOMEWARD_NAMES_STAFF", "1") == "1"

LIVE_POLL_SECONDS = 2  # a page asks this often whether anything changed; the promise is 5 seconds

# How people are told beside the screen (homeward/api/telling).
HOMEWARD_ADDRESS = os.environ.get("HOMEWARD_ADDRESS", "http://127.0.0.1:8000")
HOMEWARD_SMTP = os.environ.get("HOMEWARD_SMTP", "")
HOMEWARD_EMAIL_FROM = os.environ.get("HOMEWARD_EMAIL_FROM", "homeward@localhost")
HOMEWARD_SMS_GATEWAY = os.environ.get("HOMEWARD_SMS_GATEWAY", "")
HOMEWARD_WEBHOOK_HOSTS = tuple(filter(None, os.environ.get("HOMEWARD_WEBHOOK_HOSTS", "").split(",")))
HOMEWARD_WEBHOOK_SECRET = os.environ.get("HOMEWARD_WEBHOOK_SECRET", "")

# Where answers to BaRS requests go (homeward/api/fhir/outgoing.py).
HOMEWARD_BARS = os.environ.get("HOMEWARD_BARS", "")
HOMEWARD_BARS_TOKEN = os.environ.get("HOMEWARD_BARS_TOKEN", "")

# Where `homeward plan-days` plans the coming days (docs/guides/planning-at-scale.md): "processes" on this machine, or
# "dask" on a cluster whose scheduler listens at this address.
PLANNING_ENGINE = os.environ.get("HOMEWARD_PLANNING_ENGINE", "processes")
PLANNING_PROCESSES = int(os.environ.get("HOMEWARD_PLANNING_PROCESSES", "1"))
DASK_SCHEDULER = os.environ.get("HOMEWARD_DASK_SCHEDULER", "")
