"""The demo fund as a test database: built once, then every test works in a transaction of its own.

These tests run in a process of their own (`make test-demo` sets DEMO=1), because they stand on a full database, all others on an empty one.
"""

from __future__ import annotations

import os
from datetime import date

import pytest

DAY = date(2026, 11, 20)
collect_ignore_glob = [] if os.environ.get("DEMO") == "1" else ["test_*.py"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """The migrated database, then the demo in it; transactional tests restore it with the demo inside."""
    from django.core.management import call_command

    from tests import media
    from tests.databases import restored_after_each_transactional_test

    folder = os.environ["DEMO_MEDIA"] = str(tmp_path_factory.mktemp("media"))
    with django_db_blocker.unblock():
        with media.kept_in(folder):
            call_command("demo", today=DAY)
        with restored_after_each_transactional_test(tmp_path_factory.mktemp("demo")):
            yield


@pytest.fixture(autouse=True)
def _demo_media(settings, _own_media):
    """The demo's own files, and its day."""
    from trustfund import clock

    media = os.environ["DEMO_MEDIA"]
    settings.MEDIA_ROOT = media
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], "OPTIONS": {"location": media}}}
    with clock.frozen(DAY):
        yield
