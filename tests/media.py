"""Uploads of what a whole module or run shares go to a folder of its own; passwords are cheap to hash. A test's own: tests/conftest.py."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from django.conf import settings
from django.test.utils import override_settings


def kept_in(folder: Path | str) -> AbstractContextManager[None]:
    """The settings while it is made and looked at."""
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder)}}
    cheap = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return override_settings(MEDIA_ROOT=str(folder), STORAGES={**settings.STORAGES, "default": files}, PASSWORD_HASHERS=cheap)
