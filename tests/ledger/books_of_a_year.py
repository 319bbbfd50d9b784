"""Small but whole books: two currencies, a pledge, grants through to refund, an exchange difference, a closed year."""

from datetime import date
from decimal import Decimal

from tests.factories.books import give, make_bank, make_grant, make_instalment, open_years, post
from tests.factories.remembered import remembered
from trustfund.ledger import periods, postings
from trustfund.ledger.closed import closing
from trustfund.ledger.exchange import rates
from trustfund.ledger.funding import allocations
from trustfund.money import Money, usd


@remembered
def keep() -> None:
    """Post a year of everything that this issue's cycle has."""
    open_years(2026, 2027)
    rates.add("EUR", date(2026, 2, 1), Decimal("0.92"), source="test")
    bank, euro = make_bank(), make_bank("EUR")
    give("113000", date(2026, 1, 12), psc_rate=Decimal("0.13"))
    _euro_agreement(euro)
    grant = _grant(bank)
    post(postings.interest(bank, usd("31.07")), date(2026, 6, 30))
    post(postings.bank_charge(bank, usd("12.50")), date(2026, 6, 30))
    post(postings.direct_cost("5220", usd("900")), date(2026, 7, 1))
    post(postings.direct_cost_paid(bank, usd("900")), date(2026, 7, 31))
    post(postings.operating_reserve(usd("1500")), date(2026, 12, 31))
    post(postings.residual_released(grant, usd("1000")), date(2026, 12, 1))
    closing.close_year(2026, by=None)
    post(postings.interest(bank, usd("3.01")), date(2027, 1, 15), reference="=HYPERLINK(evil)")


def _euro_agreement(euro) -> None:
    instalment = make_instalment()
    promised, at = rates.to_usd(Money("10000", "EUR"), date(2026, 2, 3))
    signed = postings.agreement_signed(instalment, promised, donor_kind="state", original=Money("10000", "EUR"), rate=at)
    post(signed, date(2026, 2, 3))
    received = usd("10990.10")
    paid = postings.cash_on_receivable(
        instalment, euro, received, carrying=promised, carrying_rate=at, original=Money("10000", "EUR"), rate=Decimal("0.90991"),
        charges=usd("11"), charges_original=Money("10.01", "EUR"),
    )  # fmt: skip
    post(paid, date(2026, 3, 2))


def _grant(bank):
    grant = make_grant()
    reservation = allocations.reserve(grant, usd("60000"), on=date(2026, 3, 5), by=None, reference="reserve:g")
    post(postings.grant_committed(grant, usd("60000")), date(2026, 3, 9))
    first = post(postings.tranche_paid(grant, bank, usd("30000")), date(2026, 3, 20))
    allocations.confirm(reservation, first, usd("30000"))
    post(postings.expenditure_accepted(grant, usd("29111.11"), advance=usd("30000"), psc_rate=Decimal("0.13")), date(2026, 8, 14))
    second = post(postings.tranche_paid(grant, bank, usd("29000")), date(2026, 9, 1))
    allocations.confirm(reservation, second, usd("29000"))
    back = post(postings.payment_returned(grant, bank, usd("29000"), charges=usd("25")), date(2026, 9, 4))
    allocations.restore(second, entry_returned=back)
    third = post(postings.tranche_paid(grant, bank, usd("29000")), date(2026, 9, 10))
    allocations.confirm(reservation, third, usd("29000"))
    post(postings.expenditure_accepted(grant, usd("28000"), advance=usd("29888.89"), psc_rate=Decimal("0.13")), date(2026, 11, 2))
    post(postings.closure_unaccounted(grant, usd("1888.89")), date(2026, 11, 20))
    refund = post(postings.grant_refund(grant, bank, usd("1888.89")), date(2026, 11, 28))
    allocations.refund(grant, refund, usd("1888.89"))
    allocations.release(reservation, by=None, on=date(2026, 12, 1), reference="release:g")
    return grant


def opened(year: int) -> None:
    """Another year."""
    periods.open_year(year)
