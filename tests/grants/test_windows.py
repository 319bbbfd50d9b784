"""A grant of another fund window, from the choice in its call to its closing: every line of it in that window; worked by hand.

A grant of 24,000 in tranches of 12,000, 9,600 and 2,400, with programme support of 13 %, of the window "Emergency".
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse

from grants.agreements import actions as agreements
from grants.agreements.models import Grant
from grants.calls import actions as calls
from grants.calls.forms import MoneyForm
from grants.closing import actions as closing
from grants.closing.verification import grant_windows
from grants.payments import actions as payments
from grants.publishing import money
from grants.reports.disallowances import actions as disallowances
from grants.reports.disallowances.actions import Wanted
from tests.factories.agreements import make_grant, make_payment, make_tranche, sign
from tests.factories.books import give, make_bank, make_instalment, open_years, post
from tests.factories.books import make_grant as book_grant
from tests.factories.calls import make_call
from tests.factories.people import make_user
from tests.factories.prepared import make_prepared
from tests.factories.reports import make_report
from tests.factories.vouchers import credit, debit, says
from tests.ledger.forcing import alter
from trustfund import clock
from trustfund.ledger import postings, subaccounts
from trustfund.ledger.balances import trial_balance
from trustfund.ledger.funding import costs
from trustfund.ledger.funding.headroom import headroom, totals
from trustfund.ledger.models import GENERAL, FundWindow, Period
from trustfund.ledger.proposals import actions as proposals
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.roles import Role
from trustfund.vouchers import rules

pytestmark = pytest.mark.django_db


def emergency():
    found = FundWindow.objects.filter(pk="emergency").first()
    if found is not None:
        return found
    proposal = proposals.propose_window(code="emergency", name="Emergency", purpose="Fast help.", by=make_user(Role.FINANCE))
    proposals.adopt_window(proposal, by=make_user(Role.MANAGER))
    return FundWindow.objects.get(pk="emergency")


def moved(amount):
    general = FundWindow.objects.get(pk=GENERAL)
    return make_prepared("window_transfer", giver=general, taker=emergency(), amount=amount)


def make_one(state="approved", **fields):
    """An emergency grant of 24,000; as much came to the general window."""
    grant = make_grant("approved", call=make_call("published", window=emergency(), **fields))
    if state != "approved":
        moved(usd(24_000))
        grant = make_active(grant)
    return grant


def make_active(grant):
    officer, manager = make_user(Role.PROGRAMME), make_user(Role.MANAGER)
    agreements.certify_funds(grant, by=make_user(Role.FINANCE))
    grant = agreements.offer(grant, by=officer, valid_until=agreements.default_valid_until(clock.today()))
    return agreements.countersign(sign(grant), by=manager, typed_name=manager.name, version=grant.current_version)


def stands(window):
    """Every balance of a window that is not nothing, by account."""
    rows = trial_balance(clock.today(), window=window)
    return {row.account.code: row.balance for row in rows if row.balance}


def free(window):
    return totals(headroom(clock.today(), window=window)).get("available", usd(0))


GENERAL_AFTER = {"1010": usd(24_000), "4010": usd(-24_000), "3900": usd(24_000), "2900": usd(-24_000)}
"""24,000 came and were moved to the other window, which were not settled between the bank accounts."""
MOVED = {"1900": usd(24_000), "3900": usd(-24_000)}


def test_only_one_place_posts_for_grants():
    posting = [path for path in Path("grants").rglob("*.py") if "posting.post(" in path.read_text()]
    assert posting == [Path("grants/agreements/books.py")]


def test_a_call_has_a_window_until_it_is_published(client):
    officer, call = make_user(Role.PROGRAMME), make_call("draft")
    assert (call.window_id, MoneyForm(instance=call)["window"].value()) == ("general", "general")
    client.force_login(officer)
    money = {"total_available": "300000", "ceiling": "60000", "min_months": "8", "max_months": "36", "tranche_pattern": "50, 40, 10"}
    data = {**money, "accounted_share": "80", "psc_rate": "13", "window": emergency().pk}
    assert client.post(reverse("calls:edit", args=[call.pk, "money"]), data).status_code == 302
    call.refresh_from_db()
    assert "Emergency" in client.get(call.manage_url).content.decode()
    assert calls.copy(call, by=officer, title="Again", reference="VTF-AGAIN").window_id == "emergency"
    call = calls.publish(call, by=officer)
    with pytest.raises(PermissionDenied):
        calls.revise(call, by=officer, window=FundWindow.objects.get(pk=GENERAL))


def test_funds_are_certified_from_the_money_of_the_window():
    grant = make_one()
    finance = make_user(Role.FINANCE)
    refusal = r"USD.24,?000\.00 can't be reserved: in the window “Emergency” the contributions that may fund it have USD.0\.00 left"
    with pytest.raises(ValidationError, match=refusal):
        agreements.certify_funds(grant, by=finance)
    moved(usd(24_000))
    grant = agreements.certify_funds(grant, by=finance)
    assert (grant.window_id, grant.funds.window_id, free("general"), free("emergency")) == ("emergency", "emergency", usd(0), usd(0))
    assert make_grant().funds.window_id == "general"
    assert check_books() == []


def test_every_account_of_each_window_from_the_first_payment_to_the_closing(client):
    grant = make_payment("paid", grant=make_one("active")).grant
    memo = {"9010": usd(12_000), "9020": usd(-12_000)}
    assert stands("emergency") == {**MOVED, **memo, "1010": usd(-12_000), "1200": usd(12_000)}
    report = make_report("accepted", grant=grant, spent=usd(9_000))
    accepted = {"5010": usd(9_000), "5100": usd(1_170), "2400": usd(-1_170)}
    assert stands("emergency") == {**MOVED, **memo, **accepted, "1010": usd(-12_000), "1200": usd(3_000)}
    wanted = {report.expenditures.first().budget_line_id: Wanted(usd(1_000), "No receipt.")}
    disallowances.approve(disallowances.propose(report, by=make_user(Role.FINANCE), lines=wanted), by=make_user(Role.APPROVER))
    accepted = {"5010": usd(8_000), "5100": usd(1_040), "2400": usd(-1_040)}
    grant = agreements.terminate(grant, by=make_user(Role.MANAGER), reason="Done.")
    grant = agreements.close_reporting(grant, by=make_user(Role.FINANCE))
    assert stands("emergency") == {**MOVED, **accepted, "1010": usd(-12_000), "1210": usd(4_000)}
    refund = {"amount": usd(4_000), "received_on": clock.today(), "bank": make_bank(), "bank_reference": "R1"}
    closing.enter_refund(grant.closure, by=make_user(Role.FINANCE), **refund)
    closing.confirm(closing.prepare(grant.closure, by=make_user(Role.FINANCE)), by=make_user(Role.APPROVER))
    assert stands("emergency") == {**MOVED, **accepted, "1010": usd(-8_000)}
    assert stands("general") == GENERAL_AFTER
    assert (free("general"), free("emergency")) == (usd(0), usd(16_000))
    assert check_books() == []
    client.force_login(make_user(Role.FINANCE))
    assert "Emergency" in client.get(grant.get_absolute_url()).content.decode()


def test_what_the_bank_returns_is_reserved_in_the_window_again():
    payment = make_payment("paid", grant=make_one("active"))
    bank = {"on": clock.today(), "bank_reference": "BACK"}
    payments.return_(payment, by=make_user(Role.FINANCE), charges=usd(25), **bank)
    memo = {"9010": usd(24_000), "9020": usd(-24_000)}
    assert stands("emergency") == {**MOVED, **memo, "1010": usd(-25), "5300": usd(25)}
    assert (stands("general"), payment.grant.funds.remaining, free("emergency")) == (GENERAL_AFTER, usd(24_000), usd(0))
    assert check_books() == []


def test_a_tranche_of_an_outright_grant_is_due_in_the_window():
    make_tranche("ready", grant=make_one("active", policy="outright"))
    due = {"5010": usd(12_000), "2020": usd(-12_000), "5100": usd(1_560), "2400": usd(-1_560)}
    assert stands("emergency") == {**MOVED, **due, "9010": usd(12_000), "9020": usd(-12_000)}
    assert check_books() == []


def test_a_grant_without_lines_may_still_get_another_window():
    grant = make_one()
    assert Grant.objects.filter(pk=grant.pk).update(window="general") == 1


def test_a_line_in_another_window_is_refused_in_a_voucher_and_found_in_the_books():
    grant = make_one("active")
    rows = [debit("1290", "10", grant.books), credit("4900", "10", grant.books)]
    problems = rules.problems_of(says(rows, on=clock.today()))
    assert [(each.row, each.text) for each in problems] == [
        (row, f"{grant.books.code} is a grant of the window emergency: write it in a voucher of that window.") for row in (1, 2)
    ]
    assert rules.problems_of(replace(says(rows, on=clock.today()), window="emergency")) == []
    post(postings.commitment_adjusted(grant.books, usd(-1)), clock.today())
    with pytest.raises(DatabaseError, match="keeps its fund window"), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(window="general")
    with pytest.raises(DatabaseError, match="keeps its fund window"), transaction.atomic():
        Grant.objects.filter(pk=grant.pk).update(subaccount=subaccounts.open("grant", "OTHER", name="Other", public_label="Other"))
    alter(f"UPDATE grants_grant SET window_id = 'general' WHERE id = {grant.pk}", of="grants")
    (finding,) = [each for each in check_books() if "window" in each.expected]
    assert (finding.where, finding.expected) == (f"grant {grant.books.code}", "lines in the window emergency alone")
    assert [each.found for each in grant_windows()] == ["general", "general"]


# What finance prepares of another window


def prepared(name, **inputs):
    """(account, cents of debit less credit, window) of the lines of a prepared voucher."""
    found = make_prepared(name, **inputs).entry.lines.order_by("position")
    return [(line.account_id, line.debit - line.credit, line.window_id) for line in found]


def test_an_estimate_stands_in_the_window_of_each_grant_whatever_is_known_of_it():
    open_years(2026, 2027)
    with clock.frozen(date(2026, 12, 31)):
        paid, taken_over = make_payment("paid", grant=make_one("active")).grant.books, book_grant()
        post(postings.grant_committed(taken_over, usd(500)), clock.today(), window="emergency")  # of which nothing but this is known
        kept = {"policy": usd(500), "psc_rate": Decimal("0.13"), "since": clock.today()}
        amounts = {each.code: {"grant": each, "amount": usd(500), **kept} for each in (paid, taken_over)}
        found = prepared("year_end_estimate", amounts=amounts)
    support = [("5100", 6_500, "emergency"), ("2400", -6_500, "emergency")]
    spent = [[("5010", 50_000, "emergency"), (code, -50_000, "emergency"), *support] for code in ("1280", "2020")]
    assert found == (spent[0] + spent[1] if paid.code < taken_over.code else spent[1] + spent[0])


def conditional(amount, window="emergency"):
    """Cash of a condition that is not met, which came to a window."""
    open_years(clock.today().year)
    emergency()
    instalment = make_instalment()
    post(postings.conditional_cash(instalment, make_bank(), usd(amount)), clock.today(), window=window)
    return instalment


def test_conditional_cash_of_another_window_is_spent_and_goes_back_there():
    instalment = conditional(24_000)
    report = make_report("accepted", grant=make_payment("paid", grant=make_active(make_one())).grant, spent=usd(9_000))
    assert {code: stands("emergency")[code] for code in ("2200", "4020")} == {"2200": usd(-15_000), "4020": usd(-9_000)}
    wanted = {report.expenditures.first().budget_line_id: Wanted(usd(1_000), "No receipt.")}
    disallowances.approve(disallowances.propose(report, by=make_user(Role.FINANCE), lines=wanted), by=make_user(Role.APPROVER))
    assert {code: stands("emergency")[code] for code in ("2200", "4020")} == {"2200": usd(-16_000), "4020": usd(-8_000)}
    with pytest.raises(ValidationError, match=r"Only USD.+– of it is unspent"):
        prepared("goes_back", of=instalment, amount=usd("0.01"))
    assert stands("general") == {"1010": usd(24_000), "4010": usd(-24_000)}  # with which any grant of the tests begins
    assert check_books() == []


def test_what_came_to_another_window_goes_back_from_there():
    instalment = conditional(500)
    with pytest.raises(ValidationError, match=r"Only USD.+500\.00 of it is unspent"):
        prepared("goes_back", of=instalment, amount=usd("500.01"))
    found = prepared("goes_back", of=instalment, amount=usd(500))
    assert found == [("2200", 50_000, "emergency"), ("2300", -50_000, "emergency")]
    assert prepared("donor_refund", of=instalment, bank=make_bank())[0] == ("2300", 50_000, "emergency")
    assert (stands("emergency"), stands("general"), check_books()) == ({}, {}, [])


def test_what_was_moved_or_charged_with_costs_does_not_go_back_and_the_public_sees_all_windows():
    today = clock.today()
    conditional(500)
    gift = give("1000", today.replace(day=1))
    moved(usd(300))
    post(postings.direct_cost("5200", usd(100)), today.replace(day=1))
    with clock.frozen(today.replace(day=28) + timedelta(days=4)):
        open_years(clock.today().year)
        costs.allocate(Period.objects.get(starts_on=today.replace(day=1), number=today.month), by=make_user(Role.FINANCE))
        with pytest.raises(ValidationError, match=r"Only USD.+600\.00 of it is unspent"):
            prepared("goes_back", of=gift, amount=usd("600.01"))
        prepared("goes_back", of=gift, amount=usd(600))
        assert money.figures().received == usd(900)
        assert check_books() == []
