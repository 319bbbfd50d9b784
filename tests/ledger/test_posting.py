"""Posting: what is refused with a sentence, idempotent references, numbers, reversal."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from tests.factories.books import DAY, give, make_bank, make_grant, make_instalment, open_years, post
from tests.factories.people import make_user
from trustfund.audit import recording
from trustfund.audit.models import AuditHead
from trustfund.audit.verification import verify_chain
from trustfund.chain import canonical, link
from trustfund.ledger import balances, posting, postings
from trustfund.ledger.funding import allocations
from trustfund.ledger.legs import Leg, credit, debit
from trustfund.ledger.models import Entry, FundWindow, LedgerHead, Note, Seal
from trustfund.ledger.verification import check_books
from trustfund.money import Money, usd

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def year():
    open_years()


def interest(amount="5"):
    return postings.interest(make_bank(), usd(amount))


def test_an_entry_keeps_who_when_what_and_its_document():
    user = make_user()
    entry = posting.post(interest(), reference="r", on=DAY, by=user, source="bank.interest", of=user)
    entry = Entry.objects.select_related("seal").get(pk=entry.pk)
    assert (entry.number, entry.year_id, entry.date, entry.period.number) == (1, 2026, DAY, 3)
    assert (entry.by, entry.source, entry.object_type, entry.object_id) == (user, "bank.interest", "people.user", str(user.pk))
    assert entry.seal.seq == LedgerHead.objects.get().seq == entry.pk
    assert str(entry) == "2026/000001"


def test_a_line_keeps_cents_the_original_amount_and_an_exact_rate():
    euro = make_bank("EUR")
    entry = post(postings.interest(euro, usd("10.87"), original=Money(10, "EUR"), rate=Decimal("0.91996320147194112")))
    line = entry.lines.first()
    assert (line.debit, line.credit, line.currency, line.original_minor) == (1087, 0, "EUR", 1000)
    assert line.rate == Decimal("0.91996320147194112")
    assert balances.original_balance("1020", euro) == Money(10, "EUR")


def test_currencies_without_and_with_three_digits():
    for currency, amount, minor in (("JPY", "1500", 1500), ("KWD", "3.075", 3075)):
        line = post(postings.interest(make_bank(currency), usd(10), original=Money(amount, currency), rate=Decimal(1))).lines.first()
        assert (line.original_minor, line.original) == (minor, Money(amount, currency))


def test_numbers_run_per_year_and_seals_through_all():
    open_years(2027)
    entries = [post(interest(), day) for day in (date(2026, 5, 1), date(2027, 1, 2), date(2026, 4, 1), date(2027, 1, 1))]
    assert [(entry.year_id, entry.number) for entry in entries] == [(2026, 1), (2027, 1), (2026, 2), (2027, 2)]
    assert list(Seal.objects.values_list("seq", flat=True)) == [1, 2, 3, 4]


def test_the_hash_can_be_computed_by_hand():
    entry = post(interest(), reference="r")
    line = [f"{entry.pk}00001", 1]
    seal = Seal.objects.get()
    content = {
        "version": 1,
        "seq": 1,
        "at": seal.at,
        "entry": {
            "number": 1, "year": 2026, "period": 3, "date": DAY, "kind": "normal", "reference": "r", "source": "test",
            "object": ["", ""], "by": None, "reverses": None,
        },
        "lines": [
            [int(line[0]), 1, DAY, "1010", "general", "BANK-USD", 500, 0, "USD", 500, "1"],
            [int(line[0]) + 1, 2, DAY, "4100", "general", None, 0, 500, "USD", 500, "1"],
        ],
    }  # fmt: skip
    assert seal.hash == link("0" * 64, canonical(content))


def with_act(reference, day=DAY, legs=None):
    """Post with an act of its own; the act as it is on record, or None."""
    bank = make_bank()
    act = recording.draft("bench.post", of=bank, by=None, reference=reference)
    entry = posting.post(legs or interest(), reference=reference, on=day, by=None, source="bench.post", of=bank, act=act)
    return entry, act, recording.trail_for(bank).filter(act="bench.post")


def test_an_act_goes_on_record_with_its_entry():
    entry, act, trail = with_act("r1")
    [event] = trail
    stored = (event.seq, event.at, event.details, event.previous_hash, event.hash)
    assert stored == (act.seq, act.at, {"reference": "r1"}, act.previous_hash, act.hash)
    assert AuditHead.objects.get().seq == event.seq
    assert (verify_chain(), check_books()) == ([], [])
    again, unrecorded, trail = with_act("r1")
    assert (again, unrecorded.seq, trail.count()) == (entry, None, 1)


def test_an_act_whose_entry_is_refused_is_not_on_record():
    bank = make_bank()
    for wrong in ({"day": date(2031, 1, 1)}, {"legs": [debit("1010", usd(5), bank), credit("4100", usd(4))]}):
        with pytest.raises(ValidationError):
            with_act("r2", **wrong)
    assert not recording.trail_for(bank).filter(act="bench.post").exists()
    assert not Entry.objects.exists()


def test_the_same_reference_and_content_is_the_first_entry():
    assert post(interest(), reference="r") == post(interest(), reference="r")
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("change", ["amount", "day", "source", "order"])
def test_the_same_reference_with_other_content_is_refused(change):
    posting.post(interest(), reference="r", on=DAY, by=None, source="test")
    legs = interest("6") if change == "amount" else interest()
    legs = legs[::-1] if change == "order" else legs
    with pytest.raises(ValidationError, match="posted already, with other content"):
        posting.post(
            legs, reference="r", on=date(2026, 3, 17) if change == "day" else DAY, by=None, source="other" if change == "source" else "test"
        )


REFUSED = {
    "nothing": (list, "nothing to post"),
    "one leg": (lambda: interest()[:1], "nothing to post"),
    "unbalanced": (lambda: [debit("5200", usd(5)), credit("2010", usd(4))], "do not equal"),
    "no such account": (lambda: [debit("5201", usd(5)), credit("2010", usd(5))], "no account 5201"),
    "zero": (lambda: [debit("5200", usd(0)), credit("2010", usd(0))], "above zero"),
    "negative": (lambda: [debit("5200", usd(-5)), credit("2010", usd(-5))], "above zero"),
    "not USD": (lambda: [debit("5200", Money(5, "EUR")), credit("2010", Money(5, "EUR"))], "amount of USD"),
    "no subaccount": (lambda: [debit("1200", usd(5)), credit("2010", usd(5))], "must name its subaccount"),
    "wrong kind": (lambda: [debit("1200", usd(5), make_bank()), credit("2010", usd(5))], "can't name BANK-USD"),
    "no subaccount wanted": (lambda: [debit("5200", usd(5), make_grant()), credit("2010", usd(5))], "can't name"),
    "no rate": (lambda: [debit("1020", usd(5), make_bank("EUR"), Money(4, "EUR")), credit("2010", usd(5))], "has its rate"),
    "two amounts in USD": (lambda: [debit("5200", usd(5), None, usd(4)), credit("2010", usd(5))], "one amount"),
    "a bank's other currency": (lambda: [debit("1020", usd(5), make_bank("EUR")), credit("2010", usd(5))], "kept in another currency"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_an_entry_is_refused_with_a_sentence(case):
    legs, sentence = REFUSED[case]
    with pytest.raises(ValidationError, match=sentence):
        post(legs())
    assert not Entry.objects.exists()


def test_a_year_without_periods_says_what_to_do():
    with pytest.raises(ValidationError, match=r"fiscal year 2031 has no periods yet\. Open it"):
        post(interest(), date(2031, 1, 1))


def test_windows_balance_each_for_itself():
    FundWindow.objects.create(code="haven", name="Safe haven")
    bank = make_bank()
    legs = [Leg("debit", "1010", usd(5), bank, window="haven"), Leg("credit", "4100", usd(5), window="haven")]
    post([*legs, *interest()])
    assert balances.balance("4100", window="haven") == -usd(5) == balances.balance("4100", window="general")
    with pytest.raises(ValidationError, match="do not equal"):
        post([Leg("debit", "1010", usd(5), bank, window="haven"), credit("4100", usd(5))])


# Reversal


def test_a_reversal_mirrors_the_entry_once():
    entry = post(interest())
    mirror = posting.reverse(entry, on=date(2026, 4, 1), by=None, reference="reverse:1", reason="Wrong bank account")
    assert posting.reverse(entry, on=date(2026, 4, 1), by=None, reference="reverse:1") == mirror
    assert (mirror.reverses, mirror.kind, Note.objects.get().text) == (entry, "reversal", "Wrong bank account")
    assert balances.balance("4100") == usd(0)
    with pytest.raises(ValidationError, match="reversed already"):
        posting.reverse(entry, on=DAY, by=None, reference="reverse:2")


def test_reversing_a_payment_gives_the_contributions_their_money_back():
    give("100")
    reservation = allocations.reserve(make_grant(), usd(80), on=DAY, by=None, reference="x")
    post(postings.grant_committed(reservation.grant, usd(80)))
    paid = post(postings.tranche_paid(reservation.grant, make_bank(), usd(50)))
    allocations.confirm(reservation, paid, usd(50))
    posting.reverse(paid, on=DAY, by=None, reference="reverse:1")
    assert reservation.remaining == usd(80)
    assert check_books() == []


def test_reversing_a_gift_that_is_promised_is_refused():
    instalment = make_instalment()
    entry = post(postings.bank_gift(instalment, make_bank(), usd(100), donor_kind="state"))
    allocations.reserve(make_grant(), usd(80), on=DAY, by=None, reference="x")
    with pytest.raises(ValidationError, match=r"USD 80\.00 of it can't be taken away"):
        posting.reverse(entry, on=DAY, by=None, reference="reverse:1")


def test_posting_costs_a_fixed_number_of_queries(django_assert_max_num_queries):
    post(interest())
    with django_assert_max_num_queries(4 if connection.vendor == "postgresql" else 14):
        post(interest())
