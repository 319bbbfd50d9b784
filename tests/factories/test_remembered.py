"""A scene that is written again is the scene: row for row, file for file, and whoever was handed to the factory is as it left them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.db import transaction

from grants.agreements.models import Grant
from tests.factories import remembered
from tests.factories.agreements import make_grant, make_payment
from tests.factories.people import make_user
from trustfund.ledger.verification import check_books
from trustfund.people.models import User
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
REBUILDS = pytest.mark.skipif(remembered.ANEW, reason="SCENES=anew")


def rows():
    """Everything that is in the database."""
    found = {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in apps.get_models(include_auto_created=True)}
    return {label: each for label, each in found.items() if each}


def begun_anew(build):
    """What `build` gives in a test of its own that is rolled back, and all rows after it."""
    with transaction.atomic():
        remembered._stage.journal = ()
        result, found = build(), rows()
        transaction.set_rollback(True)
    return result, found


@REBUILDS
def test_the_second_time_the_same_rows_are_there(settings):
    def build():
        return make_payment("paid", grant=make_grant()), make_grant("certified")

    (_, first), (_, second) = begun_anew(build), begun_anew(build)
    assert first == second
    assert {"audit.Event", "ledger.Line", "files.StoredFile"} < set(first)


@REBUILDS
def test_the_files_are_there_again(settings):
    _, found = begun_anew(lambda: make_grant("offered"))
    stored = Path(settings.MEDIA_ROOT)
    for path in [each for each in stored.rglob("*") if each.is_file()]:
        path.unlink()
    begun_anew(lambda: make_grant("offered"))
    assert len([each for each in stored.rglob("*") if each.is_file()]) == len(found["files.StoredFile"])


@REBUILDS
def test_whoever_was_handed_over_is_as_the_factory_left_them():
    def build():
        grant = make_grant()
        payment = make_payment("paid", grant=grant)
        return grant, payment

    begun_anew(build)
    (grant, payment), _found = begun_anew(build)
    assert isinstance(grant, Grant)
    assert (payment.state, payment.grant) == ("paid", grant)


def test_after_any_other_act_everything_is_built_anew():
    make_user(Role.FINANCE)
    assert remembered.ANEW or len(remembered._stage.journal) == 1
    User.objects.create_user(email="one@example.org", name="One")
    assert remembered._stage.journal is None
    assert make_user(Role.FINANCE).email != User.objects.order_by("pk").first().email


def test_what_was_undone_is_not_taken_for_built():
    with transaction.atomic():
        make_user(Role.FINANCE)
        transaction.set_rollback(True)
    assert remembered._stage.journal is None
    assert User.objects.count() == 0


def test_the_books_of_a_scene_are_in_order():
    make_payment("paid")
    assert check_books() == []
