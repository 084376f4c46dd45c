"""Settings for tests: the same service, a fast password hasher, static files without a manifest."""

from homeward.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "documents": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
}
WHITENOISE_AUTOREFRESH = True
ALLOWED_HOSTS = ["*"]
AUDIT_HEAD_FILE = None
# Tests that keep their transactions empty every table by TRUNCATE afterwards
APPEND_ONLY_REFUSES_TRUNCATE = False
