"""Money that came: what is posted to the cent, what is refused, and two people at once."""

from __future__ import annotations

import pytest

from tests.factories.donors import make_contribution, make_donor
from trustfund.ledger.models import Line
from trustfund.money import usd

pytestmark = pytest.mark.django_db


def lines(entry) -> list[tuple]:
    """(account, subaccount code, debit, credit) in the order posted, in cents."""
    return [(line.account_id, line.subaccount and line.subaccount.code, line.debit, line.credit) for line in Line.objects.filter(entry=entry).select_related("subaccount").order_by("position")]


def test_a_gift_is_revenue_of_its_donor_kind():
    gift = make_contribution(usd("1000.50"), donor=make_donor("person"))
    assert lines(gift.entry) == [("1010", "BANK-USD", 100050, 0), ("4030", gift.number, 0, 100050)]
