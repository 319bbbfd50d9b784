"""A grant of another fund window, from the choice in its call to its closing: every line of it in that window; worked by hand.

A grant of 24,000 in tranches of 12,000, 9,600 and 2,400, with programme support of 13 %, of the window "Emergency".
"""

from dataclasses import replace
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from grants.agreements import actions as agreements
from grants.agreements.models import Grant
from grants.calls import actions as calls
from grants.calls.forms import MoneyForm
from grants.closing import actions as closing
from grants.closing.verification import grant_windows
from grants.payments import actions as payments
from grants.reports.disallowances import actions as disallowances
from grants.reports.disallowances.actions import Wanted
from tests.factories.agreements import make_grant, make_payment, make_tranche, sign
from tests.factories.books import make_bank, post
from tests.factories.calls import make_call
from tests.factories.people import make_user
from tests.factories.prepared import make_prepared
from tests.factories.reports import make_report
from tests.factories.vouchers import credit, debit, says
from trustfund import clock
from trustfund.ledger import postings
from trustfund.ledger.balances import trial_balance
from trustfund.ledger.funding.headroom import headroom, totals
from trustfund.ledger.models import GENERAL, FundWindow
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


def test_a_line_in_another_window_is_refused_in_a_voucher_and_found_in_the_books():
    grant = make_one("active")
    rows = [debit("1290", "10", grant.books), credit("4900", "10", grant.books)]
    problems = rules.problems_of(says(rows, on=clock.today()))
    assert [(each.row, each.text) for each in problems] == [
        (row, f"{grant.books.code} is a grant of the window emergency: write it in a voucher of that window.") for row in (1, 2)
    ]
    assert rules.problems_of(replace(says(rows, on=clock.today()), window="emergency")) == []
    post(postings.commitment_adjusted(grant.books, usd(-1)), clock.today())
    Grant.objects.filter(pk=grant.pk).update(window="general")
    (finding,) = [each for each in check_books() if "window" in each.expected]
    assert (finding.where, finding.expected) == (f"grant {grant.books.code}", "lines in the window emergency alone")
    assert [each.found for each in grant_windows()] == ["general", "general"]
