"""Transfers between windows move the money of contributions: whose it is, what it may fund, what is refused; figures worked by hand."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from tests.factories.books import give, make_bank, make_grant, make_instalment, open_years, post
from tests.factories.people import make_user
from tests.factories.prepared import make_prepared, reversed_by_two
from tests.threads import together
from trustfund import clock
from trustfund.ledger import finance_postings, postings, standing, subaccounts, tags
from trustfund.ledger.funding import allocations, ended, moving
from trustfund.ledger.funding.acting import begin, seal
from trustfund.ledger.funding.headroom import headroom, over_windows
from trustfund.ledger.funding.models import Allocation, Funding
from trustfund.ledger.legs import credit, debit
from trustfund.ledger.models import Entry, FundWindow, Line
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.roles import Role
from trustfund.statements import contributions
from trustfund.statements.books import books_at
from trustfund.treasury.bridge import bridge
from trustfund.treasury.position import position
from trustfund.vouchers import actions, rules
from trustfund.vouchers.rules import Row

pytestmark = pytest.mark.django_db
DAY, LATER = date(2026, 3, 16), date(2026, 6, 1)


@pytest.fixture(autouse=True)
def in_june():
    with clock.frozen(LATER):
        yield


def window(code="emergency"):
    found, made = FundWindow.objects.get_or_create(code=code, defaults={"name": code.title()})
    if made:
        standing.put("window.open", found, by=None)
    return found


def transfer(amount, giver="general", taker="emergency", **more):
    return make_prepared("window_transfer", giver=window(giver), taker=window(taker), amount=usd(amount), **more)


def free(instalment, where="general"):
    return next((row.available for row in headroom(LATER, window=where) if row.instalment == instalment), usd(0))


def certify(amount, where, grant=None):
    grant = grant or make_grant()
    reservation = allocations.reserve(grant, usd(amount), on=LATER, by=None, reference=f"r:{grant.code}", window=where)
    return grant, reservation


def pay(grant, reservation, amount):
    """Dr 1200 / Cr bank in the window of the reservation."""
    post(postings.grant_committed(grant, usd(amount)), LATER, window=reservation.window_id)
    entry = post(postings.tranche_paid(grant, make_bank(), usd(amount)), LATER, window=reservation.window_id)
    allocations.confirm(reservation, entry, usd(amount))
    return entry


def test_a_transfer_moves_the_headroom_of_each_contribution_by_the_rule():
    # 113 and 300 came, 100 and 300 can be granted: of 200 a quarter is the first one's. Its programme support stays where it came.
    first, second = give("113", DAY, psc_rate=Decimal("0.13")), give("300", DAY)
    voucher = transfer("200")
    assert [free(each) for each in (first, second)] == [usd(50), usd(150)]
    assert [free(each, "emergency") for each in (first, second)] == [usd(50), usd(150)]
    row = next(each for each in headroom(LATER, window="emergency") if each.instalment == first)
    assert (row.received, row.psc, row.moved, row.first_received_on) == (usd(0), usd(0), usd(-50), DAY)
    assert over_windows(LATER)[first.pk].available == usd(100)
    assert [(act.kind, act.window_id, act.amount) for act in voucher.entry.fundings.all()] == [
        ("transfer", "general", usd(200)),
        ("transfer", "emergency", usd(200)),
    ]
    assert check_books() == []


def test_a_grant_is_certified_against_its_window_and_the_money_is_promised_once():
    give("300", DAY)
    with pytest.raises(ValidationError, match=r"have USD.0\.00 left"):
        certify("1", window().code)
    transfer("200")
    grant, reservation = certify("200", "emergency")
    with pytest.raises(ValidationError, match=r"have USD.100\.00 left"):
        certify("100.01", "general")
    certify("100", "general")
    pay(grant, reservation, "200")
    assert check_books() == []


def test_what_is_earmarked_expired_or_promised_is_not_moved():
    call = tags.create("call-1", "Call 1", "call")
    give("100", DAY, tag=call), give("100", DAY, expires_on=date(2026, 5, 31))
    pool = give("100", DAY)
    certify("40", "general")
    window()
    with pytest.raises(ValidationError, match=r"USD.60\.01 can't be moved: .* have USD.60\.00 free"):
        transfer("60.01")
    transfer("60")
    assert free(pool) == usd(0)
    assert check_books() == []


def test_what_was_promised_after_the_transfer_was_asked_for_returns_it_with_the_reason():
    give("100", DAY)
    voucher = make_prepared("window_transfer", "submitted", giver=window("general"), taker=window(), amount=usd("80"))
    certify("50", "general")
    voucher = actions.approve(voucher, by=make_user(Role.APPROVER))
    assert (voucher.state, voucher.entry) == ("returned", None)
    assert "50.00 free" in voucher.reason
    assert not Funding.objects.filter(kind="transfer").exists()


def test_a_reversal_moves_exactly_its_own_part_back():
    first, second = give("100", DAY), give("300", DAY)
    voucher = transfer("200")
    transfer("20")
    reversed_by_two(voucher)
    assert [free(each) for each in (first, second)] == [usd(95), usd(285)]
    assert [free(each, "emergency") for each in (first, second)] == [usd(5), usd(15)]
    assert [move.amount for move in moving.moves_of([first, second])] == [usd(5), usd(15)]
    assert check_books() == []


def test_a_reversal_is_refused_when_the_money_is_used():
    gift = give("100", DAY)
    voucher = transfer("80")
    _grant, reservation = certify("30", "emergency")
    with pytest.raises(ValidationError, match=f"{gift.code} is reserved, spent or moved in the window emergency: USD.30.00"):
        reversed_by_two(voucher)
    assert not Entry.objects.filter(reverses=voucher.entry).exists()
    allocations.release(reservation, by=None, on=LATER, reference="freed")
    assert check_books() == []


def test_what_was_moved_is_not_taken_away_from_the_first_window():
    gift = give("100", DAY)
    transfer("80")
    with pytest.raises(ValidationError, match=r"moved in the window general: USD.10\.00 can't be taken away"):
        post(postings.donor_refund_due(gift, usd("30")), LATER)
    post(postings.donor_refund_due(gift, usd("20")), LATER)
    assert check_books() == []


def test_settling_moves_nothing_more_and_money_can_come_back_by_a_transfer():
    gift, bank = give("100", DAY), make_bank()
    transfer("80")
    make_prepared("windows_settled", giver=window("general"), taker=window(), amount=usd("80"), old=bank, new=bank)
    assert (free(gift), free(gift, "emergency")) == (usd(20), usd(80))
    transfer("50", "emergency", "general")
    assert (free(gift), free(gift, "emergency")) == (usd(70), usd(30))
    assert check_books() == []


def test_donors_columns_still_tie_when_the_other_window_spent_it():
    gift = give("100", DAY)
    transfer("80")
    grant, reservation = certify("80", "emergency")
    pay(grant, reservation, "80")
    post(postings.expenditure_accepted(grant, usd("60"), advance=usd("80")), LATER, window="emergency")
    (row,) = allocations.trace_of(gift)
    assert (row.paid, row.accepted, row.advance) == (usd(80), usd(60), usd(20))
    assert [bridge(position(day)).unexplained for day in (DAY, LATER)] == [usd(0), usd(0)]
    books = books_at(LATER)
    assert contributions.contributions(books).amounts("t:cash")[0] == usd(20)
    assert check_books() == []


def test_a_charge_back_of_what_was_moved_and_spent_is_replaced_in_both_windows():
    # 100 of the gift moved and paid a grant there; without it the others give 100 to the other window, and to the grant.
    gift = give("100", DAY)
    transfer("100")
    grant, reservation = certify("100", "emergency")
    pay(grant, reservation, "100")
    other = give("250", date(2026, 4, 1))
    post([debit("4090", usd(100), gift), credit("1030", usd(100))], LATER, replaced=True)
    assert {row.instalment: row.paid for row in allocations.trace_of(grant)} == {other: usd(100)}
    assert (free(gift), free(gift, "emergency"), free(other), free(other, "emergency")) == (usd(0), usd(0), usd(150), usd(0))
    assert check_books() == []


def test_what_returns_to_an_ended_agreement_goes_home_and_to_its_donor():
    gift = give("113", DAY, psc_rate=Decimal("0.13"), expires_on=date(2026, 5, 31))
    with clock.frozen(date(2026, 4, 1)):
        transfer("100")
        reservation = allocations.reserve(make_grant(), usd(100), on=clock.today(), by=None, reference="r", window="emergency")
    freed = allocations.release(reservation, by=None, on=LATER, reference="freed")
    (due,) = ended.give_back(allocations.rows_of(freed), on=LATER, by=None, source="test", of=gift)
    assert [(line.account_id, line.amount) for line in due.lines.order_by("position")] == [("4090", usd(113)), ("2300", -usd(113))]
    assert (free(gift), free(gift, "emergency")) == (usd(0), usd(0))
    assert {line.window_id for line in Line.objects.filter(account="3900", entry__date=LATER)} == {"general", "emergency"}
    assert check_books() == []


def test_what_expires_unspent_in_the_other_window_goes_home_first_and_then_to_its_donor():
    gift = give("113", DAY, psc_rate=Decimal("0.13"), expires_on=date(2026, 5, 31))
    with clock.frozen(date(2026, 4, 1)):
        transfer("100")
    give("50", DAY), transfer("50")
    with pytest.raises(ValidationError, match=r"USD.50\.01 can't be moved"):
        transfer("50.01", "emergency", "third")
    transfer("100", "emergency", "general")
    assert (free(gift), free(gift, "emergency")) == (usd(100), usd(0))
    make_prepared("goes_back", of=gift, amount=usd("113"))
    assert (free(gift), check_books()) == (usd(0), [])


def test_what_returns_to_an_ended_agreement_of_another_window_is_due_there():
    gift = make_instalment(expires_on=date(2026, 5, 31))
    open_years(2026)
    post(postings.bank_gift(gift, make_bank(), usd(100), donor_kind="state"), DAY, window=window())
    with clock.frozen(date(2026, 4, 1)):
        reservation = allocations.reserve(make_grant(), usd(100), on=clock.today(), by=None, reference="r", window="emergency")
    freed = allocations.release(reservation, by=None, on=LATER, reference="freed")
    (due,) = ended.give_back(allocations.rows_of(freed), on=LATER, by=None, source="test", of=gift)
    assert {line.window_id for line in due.lines.all()} == {"emergency"}
    assert (free(gift), free(gift, "emergency"), check_books()) == (usd(0), usd(0), [])


def test_a_transfer_without_its_acts_is_found_and_one_from_before_gets_them(capsys):
    gift = give("100", DAY)
    giver, taker = [
        subaccounts.open("window", f"WINDOW-{each.code.upper()}", name=each.name, public_label=each.name)
        for each in (window("general"), window())
    ]
    legs = finance_postings.window_transfer(usd(80), giver=giver, taker=taker, windows=("general", "emergency"))
    post(legs, LATER)
    assert [finding.expected for finding in check_books()] == [f"contributions to move {usd(-80)}", f"contributions to move {usd(80)}"]
    call_command("fund_transfers")
    call_command("fund_transfers")
    assert (free(gift), free(gift, "emergency"), check_books()) == (usd(20), usd(80), [])


def test_the_tables_refuse_an_act_that_moves_another_sum():
    gift = give("100", DAY)
    entry = transfer("80").entry

    def forced():
        act = begin("takeback", usd(80), on=LATER, by=None, reference="forced", window="general", entry=entry)
        seal(act, [{"instalment_id": gift.pk, "moved": -7900, "payment_id": entry.pk}])

    with pytest.raises(IntegrityError, match="what moves between windows adds up"), transaction.atomic():
        forced()
    with pytest.raises(IntegrityError), transaction.atomic():
        Allocation.objects.filter(moved=8000).update(moved=7900)


def test_the_pages_say_what_moved(client):
    gift = give("100", DAY)
    entry = transfer("80").entry
    client.force_login(make_user(Role.FINANCE))
    page = client.get(entry.get_absolute_url()).content.decode()
    assert "Whose money moved" in page
    assert gift.code in page
    assert "moved from the window “General window” to the window “Emergency”" in page
    assert "Moved to other windows" in client.get("/books/headroom/?window=emergency").content.decode()
    assert "From other windows, less to them" in client.get("/treasury/delivery/").content.decode()


def test_nobody_moves_money_by_a_free_voucher():
    rows = [Row("3900", "debit", usd(5)), Row("3010", "credit", usd(5))]
    problem = next(rules.row_problems(rows))
    assert problem.text.startswith("A voucher can’t post to account 3900: prepare a transfer")


@pytest.mark.django_db(transaction=True)
def test_a_transfer_and_a_certification_in_one_moment_use_the_money_once():
    gift, grant = give("100", DAY), make_grant()
    checker, maker = make_user(Role.APPROVER), make_user(Role.FINANCE)
    voucher = make_prepared("window_transfer", "submitted", giver=window("general"), taker=window(), amount=usd("80"), maker=maker)
    together(lambda: actions.approve(voucher, by=checker), lambda: certify("80", "general", grant))
    moved, promised = Funding.objects.filter(kind="transfer").exists(), Funding.objects.filter(kind="reserve").exists()
    assert moved != promised
    assert free(gift) == usd(20)
    assert check_books() == []
