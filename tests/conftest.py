"""What all tests share."""

from __future__ import annotations

from datetime import timedelta

import pytest


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    """Uploads of a test go to its own folder; passwords are cheap to hash."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": settings.MEDIA_ROOT}}
    settings.STORAGES = {**settings.STORAGES, "default": files}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory):
    """On SQLite a file of its own for each worker, as in life: threads, processes and the live server open it by name.

    Gives its path, whether it begins as the database that an earlier run migrated, and where that is kept: named before anything is
    migrated, so that a migration that changes meanwhile can't give an old database a new name.
    """
    from django.db import connections

    from tests import databases

    if connections["default"].vendor != "sqlite":
        return None, False, None
    name, kept = str(tmp_path_factory.mktemp("database") / "test.sqlite3"), databases.migrated_before()
    return name, databases.begin_with(kept, name), kept


@pytest.fixture(scope="session")
def django_db_keepdb(migrated_database):
    return migrated_database[1]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, migrated_database):
    from django.db import connections

    if migrated_database[0]:
        connections["default"].settings_dict["TEST"]["NAME"] = migrated_database[0]
    else:
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, django_db_keepdb, migrated_database, tmp_path_factory):
    """The books refuse Django's flush: transactional tests end by restoring the migrated database (tests/databases.py)."""
    from django.db import connection

    from tests import databases

    with django_db_blocker.unblock():
        if connection.vendor == "sqlite" and not django_db_keepdb:
            databases.keep(migrated_database[2])
        with databases.restored_after_each_transactional_test(tmp_path_factory.mktemp("template")):
            yield


@pytest.fixture(autouse=True)
def _long_sessions(settings):
    """Tests travel in time with one client; tests/people sets the real limits. What kind of database this is, is asked anew."""
    from trustfund.people import demo

    settings.SESSION_IDLE_STAFF = settings.SESSION_IDLE_OTHERS = settings.SESSION_LONGEST = timedelta(days=3650)
    demo.forget()
