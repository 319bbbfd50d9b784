"""The story is told once: its tests look at the books that it left, in one transaction that is taken back at the end."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def year(django_db_setup, django_db_blocker, tmp_path_factory):
    """The Fund after the year of `story.tell`, and the balances as they were on each quarter's last day."""
    from django.conf import settings
    from django.db import transaction
    from django.test.utils import override_settings

    from tests import lock_order
    from tests.scenario.fund import told
    from tests.scenario.story import tell

    media = str(tmp_path_factory.mktemp("media"))
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": media}}
    own = {"MEDIA_ROOT": media, "STORAGES": {**settings.STORAGES, "default": files}}
    cheap = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    lock_order.broken.clear()
    with django_db_blocker.unblock(), override_settings(**own, PASSWORD_HASHERS=cheap), transaction.atomic():
        with told(tell) as fund:
            assert lock_order.broken == []
            yield fund
        transaction.set_rollback(True)
