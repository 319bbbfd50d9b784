"""Whoever is given a role from tomorrow acts for no donor today."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from donors.donors import actions
from tests.factories.donors import make_donor
from tests.factories.people import make_user
from trustfund import clock
from trustfund.people import actions as people
from trustfund.people.roles import Role


@pytest.mark.django_db
def test_future_staff_are_refused():
    person = make_user()
    people.give_role(person, Role.FINANCE, by=None, since=clock.today() + timedelta(days=1))
    with pytest.raises(ValidationError, match="works for the Fund"):
        actions.join(make_donor(), user=person, by=None)
