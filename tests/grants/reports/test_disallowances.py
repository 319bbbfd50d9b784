"""Accepted expenditure that is disallowed afterwards: two people, the books, the trace, the NGO; figures worked by hand.

Of 12,000 paid, 9,600 are accepted (6,400 and 3,200 on the first budget line) with 13 % of programme support.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from decimal import Decimal
from importlib import import_module
from threading import Barrier

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django_fsm import TransitionNotAllowed

from grants.agreements import actions as agreements
from grants.agreements.models import GrantBudgetLine
from grants.closing import actions as closing
from grants.closing.models import Closure
from grants.closing.statement import statement_of
from grants.closing.verification import disallowances
from grants.payments import actions as payments
from grants.reports import plans, standing
from grants.reports.disallowances import actions
from grants.reports.disallowances.actions import Wanted
from grants.reports.disallowances.models import Disallowance
from grants.reports.disallowances.verification import disallowances_on_record
from tests.factories.agreements import make_grant, make_payment
from tests.factories.books import make_bank, open_years
from tests.factories.calls import make_call
from tests.factories.donors import PDF, make_agreement, make_contribution
from tests.factories.ngos import owner_of
from tests.factories.people import make_user, sign_in
from tests.factories.reports import make_report
from tests.ledger.forcing import Superuser, alter, said_by
from trustfund import clock, guards
from trustfund.ledger import balances, posting
from trustfund.ledger.funding import allocations
from trustfund.ledger.models import Entry, Line
from trustfund.ledger.verification import check_books
from trustfund.mail.models import Outbox
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _checker():
    make_user(Role.APPROVER)


def propose(report, amount="1000", by=None, reason="The rent of a flat of staff.", **more):
    line = report.grant.budget_lines.first()
    return actions.propose(report, by=by or make_user(Role.FINANCE), lines={line.pk: Wanted(usd(amount), reason)}, **more)


def disallow(report, amount="1000", **more):
    return actions.approve(propose(report, amount, **more), by=make_user(Role.APPROVER))


def lines(entry):
    return [(line.account_id, line.amount) for line in entry.lines.order_by("position")]


def repay(disallowance, amount, by=None, reference="BACK1"):
    bank = {"received_on": clock.today(), "bank": make_bank(), "bank_reference": reference}
    return closing.enter_repayment(disallowance, by=by or make_user(Role.FINANCE), amount=usd(amount), **bank)


def settle(payment):
    return payments.settle(payment, by=make_user(Role.FINANCE), on=clock.today(), bank_reference="PAID1")


def test_it_is_owed_by_the_ngo_and_taken_off_the_expense_with_its_support():
    report = make_report("accepted")
    made = disallow(report)
    assert lines(made.entry) == [("1210", usd(1_000)), ("5010", usd(-1_000)), ("2400", usd(130)), ("5100", usd(-130))]
    position = standing.position(report.grant, clock.today())
    assert (position.accepted, position.refund_due, position.advance, position.paid) == (usd(8_600), usd(1_000), usd(2_400), usd(12_000))
    (row,) = allocations.trace_of(report.grant.books)
    assert (row.paid, row.accepted, row.advance) == (usd(12_000), usd(8_600), usd(3_400))
    assert Outbox.objects.filter(template="expenditure_disallowed").exists()
    assert check_books() == []


def test_the_statements_of_the_grant_say_it_by_budget_line():
    report = make_report("accepted", disallowed=1)  # 6,400 of the first row were not accepted at all
    grant = disallow(report).report.grant
    row = statement_of(grant, clock.today()).budget[0]
    assert (row.reported, row.accepted, row.disallowed) == (usd(9_600), usd(2_200), usd(7_400))
    (line, *_others) = plans.plan_of(grant.books, clock.today(), 10**9)
    assert (line.accepted, line.disallowed) == (usd(2_200), usd(7_400))


def test_what_was_accepted_in_an_earlier_year_is_recovered_revenue():
    report = make_report("accepted")
    later = date(clock.today().year + 1, 2, 1)
    open_years(later.year)
    with clock.frozen(later):
        made = disallow(report)
        assert lines(made.entry) == [("1210", usd(1_000)), ("4900", usd(-1_000)), ("2400", usd(130)), ("4900", usd(-130))]
        assert standing.position(report.grant, later).accepted == usd(8_600)


def test_programme_support_of_what_is_taken_back_in_parts_comes_to_nothing_to_the_cent():
    # 7 % of 100.05 is 7.00, of 33.35 three times 2.33: a cent was left over when each part was rounded for itself.
    grant = make_payment("paid", grant=make_grant(call=make_call("published", psc_rate=Decimal("0.07")))).grant
    report = make_report("accepted", grant=grant, spent=usd("100.05"))
    charged = [balances.balance("5100", of=grant.books)]
    for _part in range(2):
        disallow(report, "33.35")
        charged.append(balances.balance("5100", of=grant.books))
    later = date(clock.today().year + 1, 2, 1)
    open_years(later.year)
    with clock.frozen(later):
        last = disallow(report, "33.35")
    assert charged == [usd("7.00"), usd("4.67"), usd("2.33")]
    assert (lines(last.entry)[2:], balances.balance("2400")) == ([("2400", usd("2.33")), ("4900", usd("-2.33"))], usd(0))


def test_what_was_accepted_beyond_the_advance_is_owed_no_more():
    # 13,000 accepted of 12,000 paid: 1,000 are owed. Of 1,500 disallowed, 500 come back.
    report = make_report("accepted", spent=usd(13_000))
    made = disallow(report, "1500")
    assert lines(made.entry)[:3] == [("2020", usd(1_000)), ("1210", usd(500)), ("5010", usd(-1_500))]
    assert check_books() == []


def test_the_ngo_pays_it_back_before_the_closing_and_the_money_returns_to_the_donor():
    made = disallow(make_report("accepted"))
    grant = made.report.grant
    for person in (make_user(Role.APPROVER), make_user(Role.PROGRAMME), owner_of(grant.organisation)):
        with pytest.raises(PermissionDenied):
            repay(made, "1", by=person)
    with pytest.raises(ValidationError, match=r"1,000\.00 is due"):
        repay(made, "1000.01")
    repay(made, "400")
    with pytest.raises(ValidationError, match="entered already"):
        repay(made, "600")
    refund = repay(made, "600", reference="BACK2")
    assert lines(refund.entry) == [("1010", usd(600)), ("1210", usd(-600))]
    (row,) = allocations.trace_of(grant.books)
    assert (row.paid, row.accepted, balances.balance("1210", of=grant.books)) == (usd(11_000), usd(8_600), usd(0))
    assert check_books() == []


def test_what_is_not_paid_back_is_kept_from_the_next_tranche():
    report = make_report("accepted", spent=usd(12_000))
    disallow(report, "100")
    payment = make_payment("paid", tranche=report.grant.tranches.get(number=2))
    assert (payment.netted, balances.balance("1210", of=report.grant.books)) == (usd(100), usd(0))


def test_what_a_payment_under_way_keeps_from_the_ngo_is_not_paid_back_too():
    report = make_report("accepted", spent=usd(12_000))
    made = disallow(report, "100")
    payment = make_payment("exported", tranche=report.grant.tranches.get(number=2))
    with pytest.raises(ValidationError, match="under way"):
        repay(made, "100")
    settle(payment)
    assert balances.balance("1210", of=report.grant.books) == usd(0)


def test_one_transfer_of_the_ngo_is_entered_once_whatever_it_is_for():
    report = make_report("accepted")
    first, second = disallow(report, "400"), disallow(report, "600")
    repay(first, "400")
    with pytest.raises(ValidationError, match="entered already"):
        repay(second, "600")


def test_what_is_owed_no_more_is_committed_again_while_it_can_still_be_paid_out():
    # 24,000 signed, 12,000 paid, 13,000 accepted: 11,000 are committed; 1,000 of what was accepted is disallowed before it is paid.
    report = make_report("accepted", spent=usd(13_000))
    disallow(report)
    assert balances.balance("9010", of=report.grant.books) == usd(12_000)
    make_payment("paid", tranche=report.grant.tranches.get(number=2))
    assert [balances.balance(code, of=report.grant.books) for code in ("9010", "1200")] == [usd(2_400), usd(9_600)]
    assert check_books() == []


def test_what_the_bank_was_told_to_pay_after_the_reporting_is_paid_and_owed_back():
    # 20,000 accepted of 12,000 paid; the bank has the order for the 8,000 that are owed when 3,000 are disallowed.
    report = make_report("accepted", spent=usd(20_000))
    grant = agreements.close_reporting(report.grant, by=make_user(Role.FINANCE))
    payment = make_payment("exported", tranche=grant.tranches.get(number=2))
    report.refresh_from_db()
    made = disallow(report, "3000")
    assert lines(made.entry)[:2] == [("1210", usd(3_000)), ("5010", usd(-3_000))]
    settle(payment)
    position = standing.position(grant, clock.today())
    assert (position.payable, position.refund_due, position.paid, grant.funds.remaining) == (usd(0), usd(3_000), usd(20_000), usd(0))
    assert check_books() == []


def test_more_than_is_accepted_nothing_and_no_reason_are_refused_by_field():
    report = make_report("accepted")
    line, finance = report.grant.budget_lines.get(), make_user(Role.FINANCE)
    for amount, reason in (("9600.01", " "), ("0", "Call Mary on +43 664 1234567.")):
        with pytest.raises(ValidationError) as refused:
            actions.propose(report, by=finance, lines={line.pk: Wanted(usd(amount), reason)})
        assert sorted(refused.value.message_dict) == [f"amount_{line.pk}", f"reason_{line.pk}"]
    with pytest.raises(ValidationError, match="at least one amount"):
        actions.propose(report, by=finance, lines={})
    disallow(report, "9000")
    with pytest.raises(ValidationError) as refused:
        propose(report, "700")
    assert "600.00 is accepted" in str(refused.value)
    assert Disallowance.objects.count() == 1


def test_who_proposes_does_not_decide_and_others_do_neither():
    report = make_report("accepted")
    for role in (Role.MANAGER, Role.APPROVER, Role.AUDITOR, None):
        with pytest.raises(PermissionDenied):
            propose(report, by=make_user(role))
    both = make_user(Role.PROGRAMME, Role.APPROVER)
    made = propose(report, by=both)
    for person in (both, make_user(Role.FINANCE), owner_of(report.grant.organisation)):
        for act, more in ((actions.approve, {}), (actions.refuse, {"note": "No."})):
            with pytest.raises(PermissionDenied):
                act(made, by=person, **more)
    with pytest.raises(PermissionDenied):
        actions.withdraw(made, by=make_user(Role.FINANCE))
    with pytest.raises(IntegrityError), transaction.atomic():
        Disallowance._base_manager.filter(pk=made.pk).update(decided_by=both)


def test_out_of_order_and_twice():
    for state in ("due", "submitted", "substance_accepted"):
        with pytest.raises(TransitionNotAllowed):
            propose(make_report(state))
    report = make_report("accepted")
    made = propose(report)
    with pytest.raises(TransitionNotAllowed):
        propose(report)
    with pytest.raises(TransitionNotAllowed):
        repay(made, "1")
    made = actions.refuse(made, by=make_user(Role.APPROVER), note="It is in order.")
    for act in (actions.approve, actions.withdraw):
        with pytest.raises((TransitionNotAllowed, PermissionDenied)):
            act(made, by=make_user(Role.APPROVER, Role.FINANCE))
    again = propose(report)
    actions.withdraw(again, by=again.proposed_by)
    approved = disallow(report)
    with pytest.raises(TransitionNotAllowed):
        actions.approve(approved, by=make_user(Role.APPROVER))
    assert Line.objects.filter(entry__source="disallowance.approve", account="5010").count() == 1


def test_what_was_recovered_in_another_way_is_not_recovered_twice():
    report = make_report("accepted")
    made = propose(report, "9600")
    posting.reverse(Entry.objects.get(reference=f"report:{report.pk}:accepted"), on=clock.today(), by=None, reference="wrong")
    with pytest.raises(ValidationError, match="is accepted in the books"):
        actions.approve(made, by=make_user(Role.APPROVER))


def test_a_prepared_closing_is_looked_at_again_and_a_closed_grant_stays_closed():
    report = make_report("accepted", spent=usd(12_000))
    grant = agreements.terminate(report.grant, by=make_user(Role.MANAGER), reason="Done.")
    agreements.close_reporting(grant, by=make_user(Role.FINANCE))
    closing.prepare(Closure.objects.get(), by=make_user(Role.FINANCE))
    report.refresh_from_db()
    made = disallow(report, "500")
    closure = Closure.objects.get()
    assert (closure.state, closing.open_items(closure, clock.today())) == ("open", ["USD\xa0500.00 is due from the NGO."])
    waiting = propose(report, "100")
    repay(made, "500")
    closing.confirm(closing.prepare(closure, by=make_user(Role.FINANCE)), by=make_user(Role.APPROVER))
    with pytest.raises(ValidationError, match="financially closed"):
        actions.approve(Disallowance.objects.get(pk=waiting.pk), by=make_user(Role.APPROVER))
    assert check_books() == []


def test_of_an_outright_grant_it_is_claimed_once():
    # 12,000 due, 9,000 reported, 1,000 of it disallowed, so 4,000 in all come back.
    grant = make_payment("paid", grant=make_grant(call=make_call("published", policy="outright"))).grant
    report = make_report("accepted", grant=grant, spent=usd(9_000))
    disallow(report)
    grant = agreements.terminate(report.grant, by=make_user(Role.MANAGER), reason="Done.")
    grant = agreements.close_reporting(grant, by=make_user(Role.FINANCE))
    assert standing.position(grant, clock.today()).refund_due == usd(4_000)
    assert standing.position(grant, clock.today()).accepted == usd(8_000)
    assert check_books() == []


def test_of_an_outright_grant_it_is_expense_of_the_year_in_which_it_was_due():
    # Due and paid this year, reported and disallowed in the next one: not that year's expense, but recovered.
    grant = make_payment("paid", grant=make_grant(call=make_call("published", policy="outright"))).grant
    later = date(clock.today().year + 1, 2, 1)
    open_years(later.year)
    with clock.frozen(later):
        made = disallow(make_report("accepted", grant=grant, spent=usd(9_000)))
    assert lines(made.entry) == [("1210", usd(1_000)), ("4900", usd(-1_000)), ("2400", usd(130)), ("4900", usd(-130))]


def test_check_books_compares_it_with_its_entry():
    disallow(make_report("accepted"))
    alter("UPDATE grants_disallowedline SET amount = 99900", of="grants")
    (finding,) = disallowances()
    assert (finding.expected, finding.found) == (f"{usd(999)} off the accepted expenditure", str(usd(1_000)))


def two_lines():
    """1,000 disallowed: 700 of one line, 300 of another."""
    report = make_report("accepted")
    first = report.grant.budget_lines.first()
    other = GrantBudgetLine.objects.create(grant=report.grant, number=9, description="Food", amount=usd(1))
    report.expenditures.filter(pk=report.expenditures.last().pk).update(budget_line=other)
    wanted = {first.pk: Wanted(usd(700), "The rent."), other.pk: Wanted(usd(300), "The food.")}
    made = actions.propose(report, by=make_user(Role.FINANCE), lines=wanted)
    return actions.approve(made, by=make_user(Role.APPROVER))


ALTERED = "what it says to be what was approved; found something else: it was altered"
FORCED = {
    "UPDATE grants_disallowedline SET amount = 100000 - amount": ALTERED,
    "UPDATE grants_disallowedline SET reason = 'Another.' WHERE amount = 30000": ALTERED,
    "UPDATE grants_disallowance SET proposed_on = '2025-01-01'": ALTERED,
    "UPDATE grants_disallowance SET salt = 'x'": ALTERED,
    "UPDATE grants_disallowance SET decided_on = '2025-01-01'": "found decided by {by} on 2025-01-01",
    "UPDATE grants_disallowance SET decided_by_id = {other}": "found decided by {other} on {on}",
    "UPDATE grants_disallowance SET proposed_by_id = {other}": "found USD 1,000.00 of report {report}, proposed by {other}",
    "UPDATE grants_disallowance SET entry_id = 1": "expected the entry disallowance:{pk}:posted; found the entry ",
    "UPDATE grants_disallowance SET entry_id = NULL": "expected the entry disallowance:{pk}:posted; found none",
    "UPDATE grants_disallowance SET state = 'refused', entry_id = NULL": "expected to be approved",
    "UPDATE grants_disallowedline SET amount = amount + 1": "found USD 1,000.02 of report {report}",
}


def test_what_was_approved_never_changes_and_what_was_forced_is_found():
    made, other = two_lines(), make_user(Role.APPROVER)
    names = {"pk": made.pk, "report": made.report_id, "by": made.decided_by_id, "on": made.decided_on, "other": other.pk}
    assert said_by("disallowances on record") == []
    deeds = [*FORCED, "DELETE FROM grants_disallowedline WHERE amount = 30000", "DELETE FROM grants_disallowance"]
    for statement in deeds:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(**names))
    for statement, said in FORCED.items():
        with suppress(TakenBack), transaction.atomic():
            alter(statement.format(**names), of="grants")
            assert said.format(**names) in " ".join(map(str, disallowances_on_record())), statement
            raise TakenBack
    assert said_by("disallowances on record") == []


class TakenBack(Exception):
    """Rolls back what was forced."""


def test_one_that_was_refused_or_slipped_in_or_taken_out_is_compared_too():
    report = make_report("accepted")
    refused = actions.refuse(propose(report), by=make_user(Role.APPROVER), note="No.")
    waiting = propose(report, "5")
    alter(f"UPDATE grants_disallowance SET decided_on = '2025-01-01' WHERE id = {refused.pk}", of="grants")
    alter(f"UPDATE grants_disallowedline SET amount = 400 WHERE disallowance_id = {waiting.pk}", of="grants")
    assert [f"{each.where}: {each.found}" for each in disallowances_on_record()] == [
        f"disallowance {refused.pk}: decided by {refused.decided_by_id} on 2025-01-01",
        f"disallowance {waiting.pk}: USD 4.00 of report {report.pk}, proposed by {waiting.proposed_by_id}",
    ]
    slipped = Disallowance.objects.create(report=make_report("accepted"), proposed_by=make_user(Role.FINANCE))
    alter("DELETE FROM grants_disallowedline", f"DELETE FROM grants_disallowance WHERE id <> {slipped.pk}", of="grants")
    said = {each.where: each.expected for each in disallowances_on_record()}
    assert said == {
        f"disallowance {refused.pk}": "to be there, as on record",
        f"disallowance {waiting.pk}": "to be there, as on record",
        f"disallowance {slipped.pk}": "an act on record that proposed it",
    }


def test_what_was_approved_before_its_digest_was_on_record_is_taken_in_as_it_stands():
    made = disallow(make_report("accepted"))
    guards.drop(Superuser(), "grants")
    import_module("grants.migrations.0006_disallowances_on_record").take_in(apps, connection.schema_editor(atomic=False))
    before, made = made, Disallowance.objects.get()
    assert made.salt != before.salt
    assert disallowances_on_record() == []
    alter("UPDATE grants_disallowedline SET amount = 99900", of="grants")
    assert [each.found for each in disallowances_on_record()][-1] == "something else: it was altered"


def test_revenue_of_a_conditional_agreement_is_taken_back():
    pledge = make_agreement(usd(24_000), condition="For shelters.")
    make_contribution(usd(24_000), instalment=pledge.instalments.get())
    report = make_report("accepted", grant=make_payment("paid", grant=make_grant(funded=False)).grant)
    of = pledge.instalments.get().subaccount
    assert balances.balance("2200", of=of) == usd(-14_400)
    disallow(report)
    assert balances.balance("2200", of=of) == usd(-15_400)


# On screen


def test_the_pages_from_the_report_to_the_books_and_the_ngo(client):
    report = make_report("accepted")
    line = report.grant.budget_lines.first()
    finance, approver = make_user(Role.FINANCE), make_user(Role.APPROVER)
    client.force_login(finance)
    assert reverse("disallowances:propose", args=[report.pk]) in client.get(report.get_absolute_url()).content.decode()
    url = reverse("disallowances:propose", args=[report.pk])
    wrong = client.post(url, {f"amount_{line.pk}": "10000", f"reason_{line.pk}": "Typed"})
    assert (wrong.status_code, "9,600.00 is accepted" in wrong.content.decode(), "Typed" in wrong.content.decode()) == (422, True, True)
    upload = ContentFile(PDF, name="audit.pdf")
    done = client.post(url, {f"amount_{line.pk}": "1000", f"reason_{line.pk}": "Not eligible.", "document": upload})
    made = Disallowance.objects.get()
    assert done.url == made.get_absolute_url()
    owner = owner_of(report.grant.organisation)
    client.force_login(owner)
    assert client.get(made.get_absolute_url()).status_code == 404
    sign_in(client, approver)
    assert "Disallow it" in client.get(made.get_absolute_url()).content.decode()
    assert client.get(reverse("disallowances:document", args=[made.pk])).status_code == 200
    assert client.post(reverse("disallowances:approve", args=[made.pk])).status_code == 302
    client.force_login(owner)
    for page in (made.get_absolute_url(), report.get_absolute_url()):
        text = client.get(page).content.decode()
        assert "To be paid back" in text
        assert "1,000.00" in text
    assert "Not eligible." in client.get(made.get_absolute_url()).content.decode()
    assert client.get(reverse("disallowances:document", args=[made.pk])).status_code == 403
    client.force_login(finance)
    assert reverse("closing:repaid", args=[made.pk]) in client.get(made.get_absolute_url()).content.decode()
    assert client.get(reverse("closing:repaid", args=[made.pk])).status_code == 200


@pytest.mark.parametrize("act", ["propose", "detail", "approve", "refuse", "withdraw", "document"])
def test_a_stranger_finds_nothing(client, act):
    report = make_report("accepted")
    made = propose(report)
    sign_in(client, make_user())
    assert client.get(reverse(f"disallowances:{act}", args=[report.pk if act == "propose" else made.pk])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_approvals_in_one_moment_post_once():
    make_user(Role.APPROVER)
    made, start = propose(make_report("accepted")), Barrier(2)
    people = [make_user(Role.APPROVER), make_user(Role.APPROVER)]

    def alone(person):
        try:
            start.wait()
            return actions.approve(Disallowance.objects.get(pk=made.pk), by=person).state
        except TransitionNotAllowed:
            return "late"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(alone, people)) == ["approved", "late"]
    assert check_books() == []
