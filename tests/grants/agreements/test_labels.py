"""What donors read of a grant follows the NGO's own wish at once."""

import pytest

from ngos.organisations import actions as organisations
from tests.factories.agreements import make_grant
from tests.factories.ngos import owner_of

pytestmark = pytest.mark.django_db


def label(grant):
    grant.subaccount.refresh_from_db()
    return grant.subaccount.public_label


def test_an_ngo_that_no_longer_wants_its_name_published_is_named_to_no_donor():
    grant = make_grant("active")
    name = grant.organisation.name
    assert name in label(grant)
    organisations.update(grant.organisation, by=owner_of(grant.organisation), public_name_ok=False)
    assert name not in label(grant)
    organisations.update(grant.organisation, by=owner_of(grant.organisation), public_name_ok=True)
    assert name in label(grant)


def test_a_new_name_is_the_one_that_donors_read():
    grant = make_grant("active")
    organisations.update(grant.organisation, by=owner_of(grant.organisation), name="House of Return")
    assert label(grant).startswith("House of Return")
