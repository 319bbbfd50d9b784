"""Which exchange rate was used where, and why where it is not the one of the day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.donors.support import queries, signed_in
from tests.factories.books import make_bank, make_grant, make_instalment, open_years, post
from trustfund import clock
from trustfund.ledger import posting, postings
from trustfund.ledger.exchange import rate_use, rates
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.models import Entry
from trustfund.money import Money, usd
from trustfund.people.roles import Role
from trustfund.ui.formatting import short_day_text

pytestmark = pytest.mark.django_db
JAN, FEB = date(2026, 1, 10), date(2026, 2, 10)


@pytest.fixture
def euros():
    """Rates of January and February; a receivable of January paid in February, and a payment that the bank converted."""
    open_years()
    january = rates.add("EUR", date(2026, 1, 1), Decimal("0.8"), source="UN")
    february = rates.add("EUR", date(2026, 2, 1), Decimal("1.00"), source="UN")
    bank, instalment = make_bank("EUR"), make_instalment()
    worth = {"original": Money(800, "EUR"), "rate": Decimal("0.8")}
    post(postings.agreement_signed(instalment, usd("1000"), donor_kind="state", **worth), JAN, "signed")
    paid = {"original": Money(800, "EUR"), "rate": Decimal("1"), "carrying": usd("1000"), "carrying_rate": Decimal("0.8")}
    post(postings.cash_on_receivable(instalment, bank, usd("800"), **paid), FEB, "paid")
    post(postings.tranche_paid(make_grant(), bank, usd("100"), original=Money(90, "EUR"), rate=Decimal("0.9")), FEB, "tranche")
    return january, february


def shown(lines):
    return [(line.entry.reference, line.account_id, rate_use.reason(line)) for line in lines.order_by("entry", "position")]


def test_a_rate_knows_the_lines_on_which_it_was_used_in_its_time(euros):
    january, february = euros
    assert shown(rate_use.used_by(january)) == [("signed", "1100", ""), ("signed", "4010", "")]
    assert shown(rate_use.used_by(february)) == [("paid", "1020", "")]
    assert [(each.value, each.uses) for each in rate_use.with_uses(Rate.objects.all())] == [(Decimal(1), 1), (Decimal("0.8"), 2)]


def test_another_rate_than_that_of_the_day_says_why(euros):
    assert shown(rate_use.other_rates()) == [
        ("paid", "1100", "carrying rate, of 1 Jan 2026"),
        ("tranche", "1020", "the bank’s own conversion"),
    ]


def test_a_reversal_and_a_revaluation_say_so(euros):
    mirror = posting.reverse(Entry.objects.get(reference="signed"), on=FEB, by=None, reference="back")
    legs = postings.bank_charge(make_bank("EUR"), usd("1"), original=Money(7, "EUR"), rate=Decimal(7))
    posting.post(legs, reference="rev", on=FEB, by=None, source="revaluation.post")
    said = {entry: why for entry, _account, why in shown(rate_use.other_rates())}
    assert said[mirror.reference] == "the rate of the entry that it reverses"
    assert said["rev"] == "revaluation"


def test_a_rate_that_was_added_late_says_so_and_not_that_somebody_chose_another(euros):
    with clock.frozen(clock.today() + timedelta(days=30)):
        rates.add("EUR", date(2026, 2, 5), Decimal("1.10"), source="UN")
        later = short_day_text(clock.today())
    late = f"the newest that was known: that of its day was added on {later}"
    assert shown(rate_use.other_rates()) == [
        ("paid", "1020", late),
        ("paid", "1100", "carrying rate, of 1 Jan 2026"),
        ("tranche", "1020", "the bank’s own conversion"),
    ]


def test_whoever_adds_a_rate_late_is_told_of_the_lines_before_it(euros):
    """The bank's line and the one at its own rate are of 10 February, the carrying one too; nothing is of 5 March."""
    client = signed_in(Role.FINANCE)
    for day, lines in (("2026-02-05", "3 lines of these days were posted before"), ("2026-03-05", None)):
        told = {"currency": "EUR", "effective_on": day, "value": "1.10", "source": "UN"}
        said = [str(each) for each in client.post("/books/rates/new/", told, follow=True).context["messages"]]
        assert any(lines in each for each in said) if lines else said == ["The rate was added."]


def test_rounded_amounts_are_at_the_rate_of_their_day(euros):
    """EUR 100 at 0.8 were booked as 125; a third of them, EUR 33.33, as 41.66, which gives 0.8000480077."""
    legs = postings.interest(make_bank("EUR"), usd("41.66"), original=Money("33.33", "EUR"), rate=Decimal("0.8000480077"))
    post(legs, JAN, "third")
    assert ("third", "1020", "the rate of its day, from amounts that are rounded") in shown(rate_use.other_rates())


def test_a_line_before_the_first_rate_is_one_of_them(euros):
    legs = postings.interest(make_bank("JPY"), usd("1"), original=Money(150, "JPY"), rate=Decimal(150))
    post(legs, JAN, "yen")
    assert ("yen", "1020", "the bank’s own conversion") in shown(rate_use.other_rates())


@pytest.mark.parametrize("role, status", [(Role.FINANCE, 200), (Role.AUDITOR, 200), (Role.TRUSTEE, 404), (None, 404)])
def test_the_pages_are_for_readers_of_the_books(euros, role, status):
    client = signed_in(role)
    assert client.get(f"/books/rates/{euros[0].pk}/").status_code == status
    assert client.get("/books/rates/others/").status_code == (200 if status == 200 else 403)


def test_the_pages_show_and_export(euros):
    client = signed_in(Role.AUDITOR)
    assert "0.8" in client.get(f"/books/rates/{euros[0].pk}/").content.decode()
    assert "carrying rate, of 1 Jan 2026" in client.get("/books/rates/others/?currency=EUR").content.decode()
    exported = b"".join(client.get("/books/rates/others/?export=csv").streaming_content).decode()
    assert "the bank’s own conversion" in exported
    listed = client.get("/books/rates/?sort=-uses").content.decode()
    assert f"/books/rates/{euros[0].pk}/" in listed


def test_many_lines_take_no_more_queries(euros):
    client = signed_in(Role.AUDITOR)
    paths = ["/books/rates/", "/books/rates/others/", f"/books/rates/{euros[1].pk}/"]
    queries(client, paths[0])
    counts = [queries(client, path) for path in paths]
    bank = make_bank("EUR")
    for number in range(20):
        rates.add("EUR", date(2026, 3, 1 + number), Decimal(number + 2), source="UN")
        for rate in ("1", "0.95"):
            post(postings.interest(bank, usd("5"), original=Money(5, "EUR"), rate=Decimal(rate)), FEB, f"i{number}-{rate}")
    assert [queries(client, path) for path in paths] == counts
