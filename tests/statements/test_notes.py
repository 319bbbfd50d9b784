"""Statement VI: every figure of the notes ends in a figure of Statements I to IV, on random books; and what is said beside figures."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import books
from tests.factories.texts import make_texts
from tests.statements.random_books import EVERY_EVENT, FIRST, happen
from tests.statements.test_tie_out import RANDOM, adds_up
from trustfund.ledger import postings, sealing
from trustfund.ledger.legs import credit, debit
from trustfund.money import Money, usd
from trustfund.statements import cash_flow, figures, net_assets, notes
from trustfund.statements.books import books_at

pytestmark = pytest.mark.django_db
END = date(2026, 12, 31)

OF_POSITION = {
    "note.cash": ["I.cash"],
    "note.receivable_net": ["I.receivable_current", "I.receivable_non_current"],
    "note.advances": ["I.advances"],
    "note.other_receivables": ["I.other_receivables"],
    "note.I.payables": ["I.payables"],
    "note.I.grants_payable": ["I.grants_payable"],
    "note.I.conditional": ["I.conditional"],
    "note.I.payable_to_donors": ["I.payable_to_donors"],
    "note.I.other_liabilities": ["I.other_liabilities"],
    "note.liabilities": ["liabilities"],
    "note.commitments": ["9010"],
    "note.pledges": ["9030"],
}
OF_PERFORMANCE = {
    "note.contributions": "II.contributions",
    "4040": "II.in_kind",
    "4090": "II.refunds",
    "note.impairment": "II.impairment",
}


@RANDOM
@given(events=EVERY_EVENT, days=st.integers(0, 1000))
def test_each_note_ties_to_the_statements(events, days):
    happen(events)
    found = books_at(FIRST + timedelta(days=days))
    six, one, two = notes.notes(found), figures.position(found), figures.performance(found)
    adds_up(six)
    for key, wanted in OF_POSITION.items():
        sums = [sum((one.amounts(each)[column] for each in wanted), usd(0)) for column in (0, 1)]
        assert six.amounts(key) == sums, key
    keys = {row.key for table in six.tables for row in table.rows}
    for key, wanted in OF_PERFORMANCE.items():
        assert (six.amounts(key) if key in keys else [usd(0), usd(0)]) == two.amounts(wanted), key
    three = net_assets.net_assets(found)
    assert six.amounts("note.reserve") == [three.amounts("end")[1], three.amounts("before:end")[1]]
    assert six.amounts("note.cash")[0] == cash_flow.cash_flow(found).amounts("closing")[0]
    _ages_are_the_balance(six)


def _ages_are_the_balance(six):
    rows = {row.key: row for table in six.tables for row in table.rows}
    if "note.advance" in rows:
        *ages, now, _before = rows["note.advance"].amounts
        assert sum(ages, usd(0)) == now
    if "note.receivable_donors" in rows:
        assert rows["note.receivable_donors"].amounts == rows["note.receivable"].amounts


def test_every_table_has_comparatives():
    books.give("500", date(2025, 3, 1))
    books.give("900", date(2026, 3, 1))
    for table in notes.notes(books_at(END)).tables:
        assert all(len(row.values) >= 2 for row in table.rows), table.caption
    assert notes.notes(books_at(END)).amounts("note.contributions") == [usd(900), usd(500)]


def test_what_was_written_off_against_the_allowance():
    books.open_years(2026)
    instalment = books.make_instalment()
    books.post(postings.agreement_signed(instalment, usd(1000), donor_kind="state", current=True), date(2026, 1, 5))
    books.post([debit("5500", usd(400), instalment), credit("1190", usd(400), instalment)], date(2026, 5, 1))
    books.post([debit("1190", usd(300), instalment), credit("1100", usd(300), instalment)], date(2026, 6, 1))
    six = notes.notes(books_at(END))
    assert six.amounts("note.written_off") == [usd(300), usd(0)]
    assert six.amounts("note.allowances") == [usd(100), usd(0)]
    assert six.amounts("note.receivable_donors") == [usd(700), usd(0)]
    assert six.amounts("note.receivable_net") == [usd(600), usd(0)]


def test_rates_are_those_that_the_books_used():
    books.open_years(2026)
    euro = books.make_bank("EUR")
    came = debit("1020", usd("1086.96"), euro, Money("1000", "EUR"), Decimal("0.92"))
    books.post([came, credit("4030", usd("1086.96"), books.make_instalment())], date(2026, 4, 1))
    row = notes.notes(books_at(END)).row("rate:EUR")
    assert row.values == ("0.92", date(2026, 4, 1), "–", "")


def test_donors_and_grants_stand_under_their_public_labels():
    gift = books.give("500", date(2026, 3, 1))
    labels = {row.label for table in notes.notes(books_at(END)).tables for row in table.rows}
    assert gift.parent.public_label in labels
    assert gift.parent.name not in labels


@pytest.mark.parametrize("since, until, words", [
    (date(2024, 1, 1), date(2024, 12, 31), ["IPSAS 23"]),
    (date(2026, 1, 1), date(2026, 12, 31), ["IPSAS 23", "IPSAS 47"]),
    (date(2028, 1, 1), date(2028, 12, 31), ["IPSAS 47"]),
])  # fmt: skip
def test_the_policies_of_the_period_and_its_comparative(since, until, words):
    found = notes.notes(books_at(until), since)
    text = " ".join(found.tables[1].texts)
    assert [each for each in ("IPSAS 23", "IPSAS 47") if each in text] == words


def test_texts_are_those_approved_up_to_the_head():
    books.give("500", date(2026, 3, 1))
    head = sealing.head().seq
    make_texts("approved", events="A donor pledged 1,000,000 in January.")
    said = lambda books_: notes.notes(books_).tables[-1].texts  # noqa: E731
    assert said(books_at(END)) == ("A donor pledged 1,000,000 in January.",)
    books.give("500", date(2026, 4, 1))
    make_texts("approved", events="Nothing else.")
    assert said(books_at(END)) == ("Nothing else.",)
    assert said(books_at(END, head)) == ("A donor pledged 1,000,000 in January.",)
    assert said(books_at(date(2025, 12, 31))) == ("No event after the reporting date was disclosed.",)
