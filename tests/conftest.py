"""What all tests share."""

from __future__ import annotations

import gc
import os
from datetime import timedelta

import hypothesis
import pytest

# Whoever works here looks for new counter-examples each time; what decides whether a change lands gives the same answer twice.
hypothesis.settings.register_profile("strict", derandomize=True, database=None)
if os.environ.get("STRICT") == "1":
    hypothesis.settings.load_profile("strict")


def pytest_collection_finish(session):
    """What was imported stays: the collector need not walk over it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    """Uploads of a test go to its own folder; passwords are cheap to hash."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": settings.MEDIA_ROOT}}
    settings.STORAGES = {**settings.STORAGES, "default": files}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(scope="session")
def migrated_database(request, tmp_path_factory, django_db_blocker):
    """Name the test database of this worker. On SQLite it is a file, as in life: threads, processes and the live server open it by name.

    Gives whether it begins as the database that an earlier run migrated, and where that is kept: named before anything is migrated,
    so that a migration that changes meanwhile can't give an old database a new name.
    """
    from django.db import connection

    from tests import databases

    testing, kept = connection.settings_dict["TEST"], databases.migrated_before()
    if connection.vendor == "sqlite":
        testing["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
    else:
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")
        testing["NAME"] = testing["NAME"] or f"test_{connection.settings_dict['NAME']}"
    with django_db_blocker.unblock():
        return databases.begin_with(kept, testing["NAME"]), kept


@pytest.fixture(scope="session")
def django_db_keepdb(migrated_database):
    return migrated_database[0]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(migrated_database):
    """All of it is done there."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, migrated_database, tmp_path_factory):
    """The books refuse Django's flush: transactional tests end by restoring the migrated database (tests/databases.py)."""
    from tests import databases

    with django_db_blocker.unblock():
        begun, kept = migrated_database
        if not begun:
            databases.keep(kept)
        with databases.restored_after_each_transactional_test(tmp_path_factory.mktemp("template")):
            yield


@pytest.fixture(scope="session", autouse=True)
def _watched_locks():
    """Whoever runs an act is watched for the order of its locks."""
    from tests import lock_order

    lock_order.watch()


@pytest.fixture(autouse=True)
def _locks_in_order(_watched_locks):
    """No act of a test locks a row after the audit trail's head, or rows in an order of its own."""
    from tests import lock_order

    lock_order.broken.clear()
    yield
    assert lock_order.broken == []


@pytest.fixture(autouse=True)
def _remembered_scenes(request, _own_media):
    """What many tests begin with is built once (tests/factories/remembered.py), but for tests that change code."""
    if not {"db", "client", "django_db_setup"} & set(request.fixturenames) and not request.node.get_closest_marker("django_db"):
        yield
        return
    from tests.factories import remembered

    with remembered.stage(usable=not _changes_code(request)):
        yield


def _changes_code(request):
    """Whether the test, or a fixture of ours that it uses, patches something."""
    known = request.node._fixtureinfo
    ours = [each for found in known.name2fixturedefs.values() for each in found if not each.argname.startswith("_template_string")]
    return "monkeypatch" in {*known.argnames, *(name for each in ours for name in each.argnames)}


@pytest.fixture(autouse=True)
def _long_sessions(settings):
    """Tests travel in time with one client; tests/people sets the real limits. What kind of database this is, is asked anew."""
    from trustfund.people import demo

    settings.SESSION_IDLE_STAFF = settings.SESSION_IDLE_OTHERS = settings.SESSION_LONGEST = timedelta(days=3650)
    demo.forget()


def pytest_collection_modifyitems(config, items):
    """On PostgreSQL what never opens the database is not run a second time."""
    from django.conf import settings

    if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        return
    opens = {"db", "transactional_db", "live_server", "django_db_setup"}
    kept = [item for item in items if item.get_closest_marker("django_db") or opens & set(item.fixturenames)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept
