"""Sub-ledgers against control accounts, acts of funding against their allocations, numbers without gaps: each broken exactly so."""

import pytest

from tests.factories.books import DAY, give, make_bank, make_grant, open_years, post
from tests.ledger.forcing import alter, said_by
from trustfund.ledger import checks, postings
from trustfund.ledger.funding import allocations
from trustfund.ledger.verification import answered, check_books, named_checks
from trustfund.money import usd

pytestmark = pytest.mark.django_db


@pytest.fixture
def books():
    """A gift, a grant committed, an advance of 300 paid, 100 refunded, 50 released."""
    open_years()
    give("1000")
    grant = make_grant()
    reservation = allocations.reserve(grant, usd(600), on=DAY, by=None, reference="reserved")
    post(postings.grant_committed(grant, usd(600)), reference="committed")
    paid = post(postings.tranche_paid(grant, make_bank(), usd(300)), reference="paid")
    allocations.confirm(reservation, paid, usd(300))
    post(postings.closure_unaccounted(grant, usd(100)))
    back = post(postings.grant_refund(grant, make_bank(), usd(100)))
    allocations.refund(grant, back, usd(100))
    allocations.release(reservation, by=None, on=DAY, reference="released", amount=usd(50))
    return grant


def test_books_in_order_have_no_findings(books):
    assert check_books() == []


def test_a_line_that_lost_its_subaccount_leaves_the_sub_ledger_short(books):
    alter("UPDATE ledger_line SET subaccount_id = NULL WHERE account_id = '1200' AND debit > 0")
    wanted = "account 1200: expected its subaccounts to add up to its balance of USD 200.00; found USD -100.00 in the sub-ledger."
    assert said_by("control accounts") == [wanted]


def test_a_line_under_another_kind_of_subaccount_is_found(books):
    alter(f"UPDATE ledger_line SET subaccount_id = {make_bank().pk} WHERE account_id = '9010' AND debit > 0")
    assert len(said_by("control accounts")) == 1


@pytest.mark.parametrize(
    "kind, sentence",
    [
        ("confirm", "expected allocations of USD -301.00 reserved and USD 301.00 paid; found USD -300.00 and USD 300.00."),
        ("refund", "expected allocations of USD 0.00 reserved and USD -101.00 paid; found USD 0.00 and USD -100.00."),
        ("release", "expected allocations of USD -51.00 reserved and USD 0.00 paid; found USD -50.00 and USD 0.00."),
    ],
)
def test_an_act_of_funding_that_says_another_amount_is_found(books, kind, sentence):
    alter(f"UPDATE ledger_funding SET amount_minor = amount_minor + 100 WHERE kind = '{kind}'")
    (said,) = said_by("acts of funding")
    assert sentence in said


def test_missing_numbers_are_named(books):
    alter("UPDATE ledger_entry SET number = number + 10 WHERE number >= 4")
    year = "fiscal year 2026: expected every number up to the last to be an entry's; found none with 4, 5, 6, 7, 8, 9, 10, 11, 12, 13."
    assert said_by("missing numbers") == [year]


def test_every_finding_says_what_to_do(books):
    alter("UPDATE ledger_line SET debit = debit + 1 WHERE debit > 0", "UPDATE ledger_entry SET number = number + 10 WHERE number = 2")
    found = check_books()
    assert len({finding.check for finding in found}) > 3
    assert all(finding.todo and finding.sentence.endswith(finding.todo) for finding in found)


def test_an_upper_room_registers_its_check_once():
    before = len(checks.CHECKS)
    checks.register(checks.CHECKS[0])
    assert len(checks.CHECKS) == before
    names = [name for name, _check in named_checks()]
    assert len(names) == len(set(names))


def test_a_check_that_can_not_read_its_rows_is_a_finding():
    def torn():
        raise ValueError("no\nsuch  day")

    (finding,) = answered("check of torn", torn)
    assert str(finding) == "check of torn: expected rows that can be read; found ValueError: no such day."


def test_the_rooms_have_registered_theirs():
    wanted = {"vouchers", "statements", "bank matches", "receivables", "contributions", "commitments", "payments made", "accepted reports"}
    assert {f"check of {name}" for name in wanted} <= {name for name, _check in named_checks()}
