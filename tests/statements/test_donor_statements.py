"""Statement VIII: contributions under their agreements, annual and cumulative, published outcomes where somebody publishes them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories import books
from tests.statements.test_tie_out import adds_up
from trustfund.ledger import postings, subaccounts
from trustfund.ledger.funding import allocations
from trustfund.money import usd
from trustfund.statements import contributions, outcomes
from trustfund.statements.books import books_at

pytestmark = pytest.mark.django_db
END = date(2026, 12, 31)


def given():
    """A donor with an agreement of two instalments and a gift beside it; a grant is paid."""
    books.open_years(2025, 2026)
    donor = subaccounts.open("donor", "D-X", name="Donor X", public_label="Donor X")
    agreement = subaccounts.open("agreement", "A-X", name="Agreement", public_label="Agreement", parent=donor)
    parts = [("X-1", agreement, "100", 2025), ("X-2", agreement, "200", 2026), ("X-3", donor, "40", 2026)]
    for code, parent, amount, year in parts:
        one = subaccounts.open("instalment", code, name=code, public_label=code, parent=parent)
        books.post(postings.bank_gift(one, books.make_bank(), usd(amount), donor_kind="state"), date(year, 3, 1))
    grant = books.make_grant()
    reservation = allocations.reserve(grant, usd(34), on=date(2026, 4, 1), by=None, reference="r")
    entry = books.post(postings.tranche_paid(grant, books.make_bank(), usd(34)), date(2026, 4, 2))
    allocations.confirm(reservation, entry, usd(34))
    return donor, grant


def test_agreements_have_their_sum_and_gifts_stand_apart():
    donor, _grant = given()
    found = contributions.donor_statement(books_at(END), donor)
    adds_up(found)
    assert found.amounts("c:of:A-X")[0] == usd(300)
    assert found.amounts("c:total")[:5] == [usd(340), usd(0), usd(0), usd(34), usd(0)]
    assert found.amounts("a:total")[0] == usd(240)
    assert [row.label for row in found.tables[1].rows if row.kind == "section"] == ["Agreement A-X", "Gifts without an agreement"]
    assert found.amounts("c:total") == [
        one + other for one, other in zip(found.amounts("c:of:A-X"), found.amounts("c:X-3"), strict=True)
    ]


def test_published_outcomes_come_from_whoever_publishes_them(monkeypatch):
    donor, grant = given()
    captions = [table.caption for table in contributions.donor_statement(books_at(END), donor).tables]
    assert "Published outcomes of these grants" not in captions
    monkeypatch.setattr(outcomes, "_providers", [lambda grants, as_of: {each.pk: ["A shelter was open all year."] for each in grants}])
    found = contributions.donor_statement(books_at(END), donor)
    said = next(table for table in found.tables if table.caption == "Published outcomes of these grants")
    assert said.texts == [f"{grant.public_label}: A shelter was open all year."]
