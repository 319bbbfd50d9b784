"""What all tests share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    """Uploads of a test go to its own folder; passwords are cheap to hash."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": settings.MEDIA_ROOT}}
    settings.STORAGES = {**settings.STORAGES, "default": files}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
