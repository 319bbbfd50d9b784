"""Prepared vouchers: worked out, looked at by two people, worked out again, returned when the books have moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django_fsm import TransitionNotAllowed

from donors.contributions import actions as contributions
from donors.pledges import actions as pledges
from tests.donors.support import lines, signed_in
from tests.factories.books import DAY, give, make_bank, make_grant, make_instalment, open_years, post
from tests.factories.donors import make_agreement, make_document
from tests.factories.people import make_user
from tests.factories.prepared import make_prepared, reversed_by_two
from tests.factories.vouchers import make_voucher
from tests.vouchers.test_every_event import eur, held, keep, on
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.ledger import balances, periods, postings
from trustfund.ledger.exchange import rates
from trustfund.ledger.funding.headroom import headroom
from trustfund.ledger.models import Entry, FundWindow, Period
from trustfund.ledger.verification import check_books
from trustfund.mail.models import Outbox
from trustfund.money import usd
from trustfund.people.roles import Role
from trustfund.vouchers import actions, preparing
from trustfund.vouchers.home import items
from trustfund.vouchers.models import Line, Voucher
from trustfund.vouchers.prepared.estimate import EstimateForm
from trustfund.vouchers.prepared.event import Workings
from trustfund.vouchers.prepared.registry import EVENTS

pytestmark = pytest.mark.django_db
MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 2)
REVALUED = EVENTS["revaluation"]


@pytest.fixture
def books():
    made = keep()
    with on(APRIL):
        yield made


# Made, refused, returned


@pytest.mark.parametrize("role", [None, Role.PROGRAMME, Role.APPROVER, Role.MANAGER, Role.AUDITOR])
def test_only_finance_prepares_one(books, role):
    with pytest.raises(PermissionDenied):
        actions.prepare(REVALUED, {"date": MARCH}, by=make_user(role), narrative="x")


def test_it_is_kept_with_what_was_entered_and_the_rates_that_it_used(books):
    voucher = make_prepared("revaluation", "draft", date=MARCH)
    assert (voucher.kind, voucher.event, voucher.date, voucher.entry) == ("prepared", "revaluation", MARCH, None)
    assert voucher.inputs == {"of": {"date": ["day", "2026-03-31"]}, "rates": {"EUR": ["0.8", "2026-03-31"]}}
    assert preparing.inputs_of(voucher) == {"date": MARCH}
    assert [event.act for event in trail_for(voucher)] == ["voucher.prepare"]


def test_its_lines_are_not_written_by_hand(books):
    voucher = make_prepared("revaluation", "draft", date=MARCH)
    with pytest.raises(TransitionNotAllowed):
        actions.change(voucher, actions.content_of(voucher), by=voucher.maker, narrative="x")
    with pytest.raises(TransitionNotAllowed):
        actions.prepare_anew(typed := make_voucher(on=MARCH), {"date": MARCH}, by=typed.maker, narrative="x")


def test_it_posts_to_its_own_accounts_only(books):
    event = replace(REVALUED, accounts=REVALUED.accounts - {"1100"})
    with pytest.raises(RuntimeError, match=r"revaluation must not post to \['1100'\]"):
        actions.prepare(event, {"date": MARCH}, by=make_user(Role.FINANCE), narrative="x")


def test_nobody_approves_their_own(books):
    both = make_user(Role.FINANCE, Role.APPROVER)
    voucher = make_prepared("revaluation", "submitted", date=MARCH, maker=both)
    with pytest.raises(PermissionDenied):
        actions.approve(voucher, by=both)


def test_it_comes_back_when_the_books_have_moved(books):
    _gift, _owed, _grant, _bank, euro = books
    voucher = make_prepared("revaluation", "submitted", date=MARCH)
    post(postings.bank_gift(make_instalment(), euro, usd("100"), donor_kind="state", original=eur("90"), rate=Decimal("0.90")), MARCH)
    voucher = actions.approve(voucher, by=make_user(Role.APPROVER))
    assert (voucher.state, voucher.entry, voucher.checker) == ("returned", None, None)
    assert voucher.reason == (
        "The books have moved since: line 1 was 1020 BANK-EUR USD\xa0250.00 and would be 1020 BANK-EUR USD\xa0262.50. Work it out again."
    )
    anew = actions.prepare_anew(voucher, {"date": MARCH}, by=voucher.maker, narrative="Again")
    posted = actions.approve(actions.submit(anew, by=voucher.maker), by=make_user(Role.APPROVER))
    assert posted.state == "approved"
    assert check_books() == []


def test_a_rate_that_was_added_since_is_noticed(books):
    voucher = make_prepared("conversion", "submitted", old=books[4], out=eur("900"), new=books[3], came=usd("1100"))
    make_prepared("revaluation", date=MARCH)
    assert actions.approve(voucher, by=make_user(Role.APPROVER)).state == "returned"


def test_nothing_to_post_is_said(books):
    make_prepared("revaluation", date=MARCH)
    with pytest.raises(ValidationError, match="There is nothing to post"):
        make_prepared("revaluation", "draft", date=MARCH)


def test_a_missing_rate_is_said(books):
    with on(date(2026, 9, 1)), pytest.raises(ValidationError, match="newest exchange rate for EUR on 2026-08-31"):
        make_prepared("revaluation", "draft", date=date(2026, 8, 31))


def test_the_checkers_are_told_and_so_is_the_maker(books):
    checker, maker = make_user(Role.APPROVER), make_user(Role.FINANCE)
    voucher = make_prepared("revaluation", "submitted", date=MARCH, maker=maker)
    told = Outbox.objects.get(template="voucher_to_approve", recipient=checker)
    assert (told.subject, "USD 1,500.00" in told.body.replace("\xa0", " ")) == (f"Voucher to approve: {voucher}", True)
    assert f"/books/vouchers/{voucher.pk}/" in told.body
    actions.return_(voucher, by=checker, reason="Rate")
    assert Outbox.objects.get(template="voucher_returned", recipient=maker).subject == f"Voucher returned: {voucher}"
    assert not Outbox.objects.filter(template="voucher_to_approve", recipient=maker).exists()


def test_what_is_altered_afterwards_is_found(books):
    voucher = make_prepared("revaluation", date=MARCH)
    rates.add("EUR", date(2026, 3, 30), Decimal("0.5"), source="late")
    assert check_books() == []
    for inputs in ({"of": {"date": ["day", "2026-03-30"]}, "rates": voucher.inputs["rates"]}, {}, {"of": {"date": ["day", "x"]}}):
        Voucher.objects.filter(pk=voucher.pk).update(inputs=inputs)
        assert [each.where for each in check_books()] == [f"voucher {voucher}"]


# Revaluation


def test_a_revaluation_changes_usd_alone_and_names_the_instalment(books):
    _gift, owed, _grant, _bank, euro = books
    voucher = make_prepared("revaluation", date=MARCH)
    assert lines(voucher.entry) == [
        ("1020", "BANK-EUR", 25000, 0),
        ("4200", None, 0, 25000),
        ("1100", owed.code, 125000, 0),
        ("4200", owed.code, 0, 125000),
    ]
    assert [(line.currency, line.original_minor) for line in voucher.entry.lines.order_by("position")][::2] == [("EUR", 0), ("EUR", 0)]
    assert balances.original_balance("1020", euro) == eur("1800")
    assert (held("1020"), held("1100")) == (2250, 11250)
    assert {row.instalment.code: row.received for row in headroom(APRIL)}[owed.code] == usd(0)


def test_its_workings_say_why(books):
    voucher = make_prepared("revaluation", date=MARCH)
    (bank, receivable) = preparing.workings_of(voucher).rows
    assert bank == ["1020 BANK-EUR", eur("1800"), usd("2000"), "0.8", "31 Mar 2026", usd("2250"), usd("250")]
    assert receivable[1:3] == [eur("9000"), usd("10000")]


def test_its_workings_say_a_currency_once_where_all_is_in_it():
    workings = Workings(["Account", "Own", "Booked", "Rate", "To", "USD"], [["1020", eur("9"), usd("10"), "0.9", "Safe return", usd("1")]])
    heads = [("Account", True), ("Own", True), ("Booked, USD", True), ("Rate", True), ("To", False), ("USD", True)]
    assert [(each.head, each.number) for each in workings.columns()] == heads


def test_a_month_is_revalued_once_unless_it_is_reversed(books):
    first = make_prepared("revaluation", date=MARCH)
    post(postings.bank_gift(make_instalment(), books[4], usd("100"), donor_kind="state", original=eur("90"), rate=Decimal("0.90")), MARCH)
    with pytest.raises(ValidationError, match=f"made for this day already, by {first}"):
        make_prepared("revaluation", "submitted", date=MARCH)
    reversed_by_two(first, MARCH)
    assert (held("1020"), held("1100")) == (2100, 10000)
    make_prepared("revaluation", date=MARCH)
    assert (held("1020"), held("1100")) == (Decimal("2362.50"), 11250)
    assert check_books() == []


def test_one_that_was_reversed_later_stands_on_its_day(books):
    reversed_by_two(make_prepared("revaluation", date=MARCH))
    post(postings.bank_gift(make_instalment(), books[4], usd("100"), donor_kind="state", original=eur("90"), rate=Decimal("0.90")), MARCH)
    with pytest.raises(ValidationError, match="reverse that one on its own day first"):
        make_prepared("revaluation", "submitted", date=MARCH)


def test_an_earlier_month_is_not_revalued_after_a_later_one(books):
    rates.add("EUR", date(2026, 4, 30), Decimal("0.75"), source="test")
    with on(date(2026, 5, 4)):
        later = make_prepared("revaluation", date=date(2026, 4, 30))
        with pytest.raises(ValidationError, match=f"A later one, {later} of"):
            make_prepared("revaluation", "submitted", date=MARCH)


def test_what_is_payable_to_a_donor_is_no_contribution_any_more():
    """Wholly owed back, revalued at a loss: the contribution is not overdrawn by it."""
    open_years(2026)
    rates.add("EUR", MARCH, Decimal("0.80"), source="test")
    gift = give("1000")
    taken, owing = postings.donor_refund_due(gift, usd("1000"))
    post([taken, replace(owing, original=eur("900"), rate=Decimal("0.90"))], date(2026, 3, 20))
    with on(APRIL):
        voucher = make_prepared("revaluation", date=MARCH)
        assert lines(voucher.entry) == [("2300", gift.code, 0, 12500), ("5400", None, 12500, 0)]
        paid = make_prepared("donor_refund", of=gift, bank=make_bank("EUR"), paid=eur("900"))
        assert lines(paid.entry) == [("2300", gift.code, 112500, 0), ("1020", "BANK-EUR", 0, 112500)]
        assert [line.original_minor for line in paid.entry.lines.order_by("position")] == [90000, 90000]
    assert check_books() == []


@pytest.fixture
def agreed():
    """10,000 EUR owed since 16 March at 0.90, revalued at the end of March at 0.80: 11,111.11 is 12,500 now."""
    open_years(2026)
    for day, value in ((date(2026, 3, 1), "0.90"), (MARCH, "0.80"), (APRIL, "0.85")):
        rates.add("EUR", day, Decimal(value), source="test")
    with on(DAY):
        instalment = make_agreement(eur("10000"), due_on=date(2026, 6, 1)).instalments.get()
    assert held("1100") == Decimal("11111.11")
    with on(APRIL):
        make_prepared("revaluation", date=MARCH)
        assert held("1100") == 12500
        yield instalment


def test_cash_after_a_revaluation_clears_the_receivable_at_what_it_stands_at_now(agreed):
    contributions.receive_on_instalment(
        agreed, by=make_user(Role.FINANCE), bank=make_bank("EUR"), on=APRIL, amount=eur("4000"), bank_reference="A"
    )
    entry = Entry.objects.latest("seal")
    assert lines(entry) == [
        ("1020", "BANK-EUR", 470588, 0),
        ("1100", agreed.subaccount.code, 0, 500000),
        ("5400", agreed.subaccount.code, 29412, 0),
    ]
    assert held("1100") == 7500
    assert {row.instalment.code: row.received for row in headroom(APRIL)} == {agreed.subaccount.code: usd("4705.88")}
    assert check_books() == []


def test_a_reduction_after_a_revaluation_too(agreed):
    pledges.reduce(agreed, by=make_user(Role.FINANCE), on=APRIL, amount=eur("2500"), reason="Less", document=make_document())
    assert lines(Entry.objects.latest("seal")) == [("4090", agreed.subaccount.code, 312500, 0), ("1100", agreed.subaccount.code, 0, 312500)]
    assert held("1100") == 9375
    assert check_books() == []


# Impairment and write-off


def test_an_allowance_follows_the_currency_of_what_it_stands_against(agreed):
    make_prepared("impair_contribution", of=agreed.subaccount, amount=usd("6250"))
    allowed = balances.lines().filter(account_id="1190").get()
    assert (allowed.currency, allowed.original_minor, allowed.rate) == ("EUR", 500000, Decimal("0.8"))
    rates.add("EUR", date(2026, 4, 30), Decimal("1.00"), source="test")
    with on(date(2026, 5, 4)):
        make_prepared("revaluation", date=date(2026, 4, 30))
        assert (held("1100"), held("1190")) == (10000, -5000)
        make_prepared("impair_contribution", of=agreed.subaccount, amount=usd("0"))
        assert held("1190") == 0
        assert check_books() == []


@pytest.mark.parametrize("event", ["impair_contribution", "write_off_contribution"])
def test_no_more_than_is_in_the_books(agreed, event):
    with pytest.raises(ValidationError):
        make_prepared(event, "submitted", of=agreed.subaccount, amount=usd("12500.01"))


def test_what_is_written_off_is_not_outstanding_any_more_until_that_is_reversed(agreed):
    voucher = make_prepared("write_off_contribution", of=agreed.subaccount, amount=usd("5000"))
    agreed.refresh_from_db()
    assert (agreed.written_off, agreed.outstanding) == (eur("4000"), eur("6000"))
    rest = make_prepared("write_off_contribution", of=agreed.subaccount)
    with on(date(2026, 7, 1)):
        assert (agreed.outstanding, agreed.is_overdue, agreed.get_state_display()) == (eur("0"), False, "Not expected any more")
        assert type(agreed).objects.open().count() == 0
        assert type(agreed).objects.with_received().get().outstanding == eur("0")
    with pytest.raises(ValidationError, match="more than what is outstanding"):
        contributions.receive_on_instalment(
            agreed, by=make_user(Role.FINANCE), bank=make_bank("EUR"), on=APRIL, amount=eur("1"), bank_reference="A"
        )
    reversed_by_two(rest)
    assert (agreed.outstanding, type(agreed).objects.open().count()) == (eur("6000"), 1)
    reversed_by_two(voucher)
    assert agreed.outstanding == eur("10000")
    assert check_books() == []


# Money that goes back


def test_no_more_goes_back_than_is_unspent(books):
    gift = books[0]
    with pytest.raises(ValidationError, match=r"46,529\.41 of it is unspent"):
        make_prepared("goes_back", "submitted", of=gift, amount=usd("46530"))
    voucher = make_prepared("goes_back", of=gift, amount=usd("46529.41"))
    assert lines(voucher.entry) == [("4090", gift.code, 4652941, 0), ("2300", gift.code, 0, 4652941)]
    assert {row.instalment: row.available for row in headroom(APRIL)}[gift] == usd(0)
    assert check_books() == []


def test_conditional_money_goes_back_from_its_liability():
    open_years(2026)
    instalment = make_instalment()
    post(postings.conditional_cash(instalment, make_bank(), usd("500")), DAY)
    with on(APRIL):
        voucher = make_prepared("goes_back", of=instalment, amount=usd("500"))
        assert lines(voucher.entry) == [("2200", instalment.code, 50000, 0), ("2300", instalment.code, 0, 50000)]
        make_prepared("donor_refund", of=instalment, bank=make_bank())
        with pytest.raises(ValidationError):
            make_prepared("donor_refund", "submitted", of=instalment, bank=make_bank(), amount=usd("1"))
    assert (held("2300"), held("1010")) == (0, 0)
    assert check_books() == []


def test_a_window_gives_no_more_than_its_cash_and_none_twice(books):
    general, emergency = FundWindow.objects.get(code="general"), FundWindow.objects.get(code="emergency")
    give("28000", date(2026, 1, 5))  # 70,000 of contributions are free, and there are 101,000 in cash
    with pytest.raises(ValidationError, match=r"The window has only USD.+– in cash"):
        make_prepared("window_transfer", "submitted", giver=emergency, taker=general, amount=usd("1"))
    make_prepared("window_transfer", giver=general, taker=emergency, amount=usd("70000"))  # and 1,800 EUR, booked at 2,000
    with pytest.raises(ValidationError, match=r"The window has only USD.+33,000\.00 in cash"):
        make_prepared("window_transfer", "submitted", giver=general, taker=emergency, amount=usd("33000.01"))
    with pytest.raises(ValidationError, match=r"can't be moved: the contributions .* have USD.0\.00 free"):
        make_prepared("window_transfer", "submitted", giver=general, taker=emergency, amount=usd("1"))
    make_prepared("window_transfer", giver=emergency, taker=general, amount=usd("70000"))
    assert check_books() == []


# The estimate is reversed


def estimate(books, amount="10000", state="approved", **more):
    grant = books[2]
    kept = {"grant": grant, "amount": usd(amount), "policy": usd(amount), "psc_rate": Decimal("0.13"), "since": date(2026, 3, 20)}
    return make_prepared("year_end_estimate", state, date=date(2026, 12, 31), amounts={grant.code: kept}, **more)


def test_its_reversal_is_proposed_and_waits_for_its_day(books):
    maker = make_user(Role.FINANCE)
    with on(date(2026, 12, 31)):
        voucher = estimate(books, maker=maker)
        assert (voucher.entry.kind, voucher.entry.period.number) == ("adjustment", 13)
        mirror = voucher.reversals.get()
        assert (mirror.state, mirror.date, mirror.maker) == ("draft", date(2027, 1, 1), maker)
        assert list(items(maker)) == []
        with pytest.raises(ValidationError, match="in the future"):
            actions.submit(mirror, by=maker)
    with on(date(2027, 1, 2)):
        assert [item.title for item in items(maker)] == [f"Submit the reversal {mirror}, which is due"]
        actions.approve(actions.submit(mirror, by=maker), by=make_user(Role.APPROVER))
        assert {code: held(code) for code in ("1280", "5010", "5100", "2400", "1200")} == {
            "1280": 0, "5010": 0, "5100": 0, "2400": 0, "1200": 40000,
        }  # fmt: skip
        assert check_books() == []


def test_grants_stand_in_the_order_of_their_codes_however_they_were_kept(books):
    other = make_grant()
    post(postings.grant_committed(other, usd("10")), date(2026, 4, 1))
    post(postings.tranche_paid(other, books[3], usd("10")), date(2026, 4, 2))
    terms = {"policy": usd("5"), "psc_rate": Decimal(0), "since": date(2026, 4, 2), "amount": usd("5")}
    kept = {each.code: {"grant": each, **terms} for each in sorted((other, books[2]), key=lambda one: one.code, reverse=True)}
    with on(date(2026, 12, 31)):
        voucher = make_prepared("year_end_estimate", date=date(2026, 12, 31), amounts=kept)
        named = [line.subaccount.code for line in voucher.lines.filter(account="5010").order_by("position")]
        assert named == sorted(kept)


def test_an_estimate_is_at_most_the_advance_and_what_is_committed(books):
    with on(date(2026, 12, 31)), pytest.raises(ValidationError, match="at most the open advance and what is still committed"):
        estimate(books, "60000.01", "submitted")


def test_an_adjustment_is_taken_back_on_its_own_day_when_december_is_closed(books):
    """What lies in period 13 is reversed there while its day is the same; a day later it belongs to January."""
    maker, checker = make_user(Role.FINANCE), make_user(Role.APPROVER)
    with on(date(2026, 12, 31)):
        voucher = estimate(books)
        actions.cancel(voucher.reversals.get(), by=voucher.maker)
        for period in Period.objects.filter(year=2026, number__lte=12).order_by("number"):
            periods.close(periods.propose_closing(period, by=maker), by=checker)
        mirror = reversed_by_two(voucher, date(2026, 12, 31))
        assert (mirror.entry.kind, mirror.entry.period.number) == ("reversal", 13)
        assert estimate(books, "9000").entry.period.number == 13
        assert (held("1280"), check_books()) == (-9000, [])


def test_an_advance_that_was_paid_or_reported_since_brings_the_estimate_back(books):
    """What finance entered stays as it was typed, so the lines alone would not show that other advances are open now."""
    grant, other = books[2], make_grant()
    with on(date(2026, 12, 31)):
        form = EstimateForm({"date": "2026-12-31", f"grant_{grant.pk}": "0"})
        assert form.is_valid(), form.errors
        looked_at = form.cleaned_data["amounts"]
        assert looked_at[grant.code]["amount"] == usd(0)
        looked_at[grant.code]["amount"] = usd("10000")
        voucher = make_prepared("year_end_estimate", "submitted", date=date(2026, 12, 31), amounts=looked_at)
        post(postings.expenditure_accepted(grant, usd("1"), advance=usd("40000"), psc_rate=Decimal(0)), date(2026, 12, 30))
        voucher = actions.approve(voucher, by=make_user(Role.APPROVER))
        said = "its open advance was USD\u00a040,000.00 when this was worked out and is USD\u00a039,999.00 now. Work it out again."
        assert (voucher.state, voucher.reason) == ("returned", f"{grant.code}: {said}")
        looked_at[grant.code].pop("advance")
        post(postings.tranche_paid(other, books[3], usd("10")), date(2026, 12, 30))
        with pytest.raises(ValidationError, match=f"{other.code} has an open advance of .*10.00, which is not in this"):
            make_prepared("year_end_estimate", "submitted", date=date(2026, 12, 31), amounts=looked_at)


# Pages


def test_the_button_stands_on_the_page_of_the_entry(books):
    voucher = make_prepared("operating_reserve", plan=usd("1000"), percent=Decimal(15))
    page = f"/books/entries/{voucher.entry.pk}/"
    assert f"/books/vouchers/{voucher.pk}/reverse/" in signed_in(Role.FINANCE).get(page).content.decode()
    assert f"/books/vouchers/{voucher.pk}/reverse/" not in signed_in(Role.AUDITOR).get(page).content.decode()
    reversed_by_two(voucher)
    assert f"/books/vouchers/{voucher.pk}/reverse/" not in signed_in(Role.FINANCE).get(page).content.decode()
    assert Line.objects.count() == 4
    assert clock.today() == APRIL
