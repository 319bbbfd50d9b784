"""The life of a report: written together, handed in once, judged by two people, posted to the cent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django_fsm import TransitionNotAllowed

from donors.pledges import actions as pledges
from donors.pledges.models import Pledge
from grants.outcomes import actions as outcomes
from grants.outcomes import grid
from grants.payments import actions as payments
from grants.reports import actions
from grants.reports.models import Report
from tests.factories.agreements import make_grant, make_payment
from tests.factories.donors import make_agreement, make_contribution
from tests.factories.ngos import make_member, make_organisation, owner_of
from tests.factories.people import make_user
from tests.factories.reports import COUNTS, WORDS, fill, make_report, rows
from trustfund import clock
from trustfund.audit.recording import trail_for
from trustfund.ledger import balances, verification
from trustfund.ledger.models import Entry, Line
from trustfund.ledger.verification import check_books
from trustfund.mail.models import Outbox
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


def lines(reference: str) -> list[tuple[str, int, int]]:
    """The lines of an entry as (account, debit, credit) in cents."""
    return list(Entry.objects.get(reference=reference).lines.values_list("account_id", "debit", "credit"))


def owner(report: Report):
    return owner_of(report.grant.organisation)


def test_reports_are_laid_out_when_the_grant_comes_into_force():
    grant = make_grant()
    planned = list(grant.planned_reports.values_list("number", "kind", "period_start", "period_end", "due_on"))
    assert list(grant.reports.values_list("number", "kind", "period_start", "period_end", "due_on")) == planned
    assert grant.reports.filter(kind="final").count() == 1
    assert {report.state for report in grant.reports.all()} == {"due"}


def test_the_first_words_begin_the_draft():
    report = make_report()
    report = actions.save_narrative(report, {"activities": "We opened the house."}, by=owner(report), version=0)
    assert (report.state, report.version, report.activities) == ("draft", 1, "We opened the house.")


def test_a_colleagues_words_are_never_overwritten():
    report = make_report()
    colleague = make_member(report.grant.organisation)
    actions.save_narrative(report, {"activities": "Mine"}, by=owner(report), version=0)
    with pytest.raises(ValidationError) as refused:
        actions.save_narrative(report, {"activities": "Theirs"}, by=colleague, version=0)
    assert refused.value.code == "stale"
    report.refresh_from_db()
    assert report.activities == "Mine"


def test_a_report_is_handed_in_whole_and_frozen():
    report = make_report("submitted")
    assert (report.state, report.submitted_by, len(report.content_hash)) == ("submitted", owner(report), 64)
    with pytest.raises(ValidationError):
        actions.save_narrative(report, WORDS, by=owner(report), version=report.version)
    report.sheet.refresh_from_db()
    with pytest.raises(ValidationError):
        outcomes.save_table(report.sheet, grid.Table.AGE, COUNTS, by=owner(report), version=report.sheet.version)


def test_what_is_missing_is_said_and_nothing_is_handed_in():
    report = make_report()
    with pytest.raises(ValidationError) as refused:
        actions.submit(report, by=owner(report))
    assert refused.value.messages == [
        "“What was done” is empty.",
        "“What changed for the people helped” is empty.",
        "“Difficulties, and how they were met” is empty.",
        "The outcomes are empty. Fill in the tables, or say that no persons were helped in this period.",
        "The list of expenditure is empty, although a payment was received.",
    ]
    report.refresh_from_db()
    assert report.state == "due"


def test_grids_that_do_not_add_up_are_not_handed_in():
    report = make_report("draft")
    report.sheet.refresh_from_db()
    fewer = {("movement", "female", "internal"): 11}
    outcomes.save_table(report.sheet, grid.Table.MOVEMENT, fewer, by=owner(report), version=report.sheet.version)
    with pytest.raises(ValidationError) as refused:
        actions.submit(report, by=owner(report))
    assert refused.value.messages == [
        "“Persons by movement” counts 11 for “Women and girls”, but “Persons by age” counts 12. Both count each person once."
    ]


def test_words_that_look_like_personal_data_are_asked_about_and_the_answer_holds_for_these_words_only():
    report = make_report("draft")
    report = actions.save_narrative(report, {"activities": "Write to ann@example.org"}, by=owner(report), version=report.version)
    with pytest.raises(ValidationError):
        actions.submit(report, by=owner(report))
    report = actions.confirm_no_personal_data(report, by=owner(report), digest=actions.personal_digest(report))
    assert actions.missing(report) == []
    report = actions.save_narrative(report, {"activities": "Write to bea@example.org"}, by=owner(report), version=report.version)
    assert actions.missing(report) == ["Some words look like personal data. Take them out, or confirm that they are not."]


@pytest.mark.parametrize("days", [-1, 5000])
def test_expenditure_outside_the_period_is_refused_with_its_row(days):
    report = make_report()
    listed = rows(report, usd(100))
    listed[1]["date"] = report.period_start + timedelta(days=days)
    with pytest.raises(ValidationError) as refused:
        actions.save_expenditures(report, listed, by=owner(report))
    assert refused.value.messages[0].startswith("Row 2, “date”: it is outside this report’s period")
    assert report.expenditures.count() == 0


def test_expenditure_on_another_grants_budget_is_refused():
    report, other = make_report(), make_grant()
    listed = rows(report, usd(100))
    listed[0]["budget_line"] = other.budget_lines.first()
    with pytest.raises(ValidationError) as refused:
        actions.save_expenditures(report, listed, by=owner(report))
    assert refused.value.messages == ["Row 1, “budget line”: this budget line belongs to another grant."]


def test_acceptance_posts_the_expense_against_the_advance_and_the_support_cost():
    report = make_report("accepted", spent=usd(9_600))
    assert (report.state, report.accepted_amount) == ("accepted", usd(9_600))
    psc = usd(9_600).times(report.grant.psc_rate).minor
    assert lines(f"report:{report.pk}:accepted") == [("5010", 960_000, 0), ("1200", 0, 960_000), ("5100", psc, 0), ("2400", 0, psc)]
    assert balances.balance("1200", as_of=clock.today(), of=report.grant.subaccount) == usd(2_400)
    assert verification.check_books() == []


def test_a_disallowed_row_of_an_interim_report_stays_an_advance():
    report = make_report("accepted", spent=usd(9_600), disallowed=1)
    assert report.accepted_amount == usd(3_200)
    assert list(report.expenditures.values_list("disallowed", "disallowed_reason")) == [(True, "No receipt."), (False, "")]
    assert balances.balance("1200", as_of=clock.today(), of=report.grant.subaccount) == usd(8_800)


def test_accepted_expenditure_never_passes_the_grant():
    report = make_report("substance_accepted", spent=usd(24_001))
    with pytest.raises(ValidationError) as refused:
        actions.accept(report, by=make_user(Role.FINANCE))
    assert "would pass the grant of USD 24,000.00 by USD 1.00" in refused.value.messages[0]
    assert not Entry.objects.filter(reference=f"report:{report.pk}:accepted").exists()


def test_expenditure_beyond_the_advance_is_owed_to_the_ngo():
    report = make_report("accepted", spent=usd(15_000))
    posted = lines(f"report:{report.pk}:accepted")
    assert ("1200", 0, 1_200_000) in posted
    assert ("2020", 0, 300_000) in posted
    assert ("9020", 300_000, 0) in posted
    assert verification.check_books() == []


def test_a_returned_report_is_open_again_and_the_ngo_is_told_why():
    report = make_report("returned")
    assert (report.state, report.return_reason) == ("returned", "Say more about the shelter.")
    report.sheet.refresh_from_db()
    assert not report.sheet.frozen
    assert Outbox.objects.filter(template="report_returned", recipient=owner(report)).count() == 1
    actions.submit(report, by=owner(report))
    assert report.state == "submitted"


def test_accepting_the_final_report_closes_the_reporting():
    grant = make_report("accepted", spent=usd(12_000)).grant
    final = grant.reports.get(kind="final")
    fill(final, usd(500))
    final = actions.submit(final, by=owner(final))
    final = actions.accept_substance(final, by=make_user(Role.PROGRAMME))
    actions.accept(final, by=make_user(Role.FINANCE))
    grant.refresh_from_db()
    assert grant.state == "reporting_closed"
    assert verification.check_books() == []


ACTS = [
    ("submit", "draft", {}, None, [Role.PROGRAMME, Role.FINANCE, Role.AUDITOR]),
    ("send_back", "submitted", {"reason": "More"}, Role.PROGRAMME, [Role.MANAGER, Role.APPROVER, Role.TRUSTEE, Role.AUDITOR]),
    ("accept_substance", "submitted", {}, Role.PROGRAMME, [Role.FINANCE, Role.MANAGER, Role.AUDITOR]),
    ("accept", "substance_accepted", {}, Role.FINANCE, [Role.PROGRAMME, Role.APPROVER, Role.MANAGER, Role.AUDITOR]),
]


@pytest.mark.parametrize("act, state, details, right, wrong", ACTS)
def test_each_act_is_refused_by_role_and_for_a_stranger(act, state, details, right, wrong):
    report = make_report(state)
    strangers = [owner_of(make_organisation()), make_user(), make_member(report.grant.organisation, "viewer")]
    for person in [*map(make_user, wrong), *strangers]:
        with pytest.raises(PermissionDenied), transaction.atomic():
            getattr(actions, act)(report, by=person, **details)
    report.refresh_from_db()
    assert report.state == state


@pytest.mark.parametrize("act, state, details, right, wrong", ACTS)
def test_each_act_is_refused_out_of_order_and_a_second_time(act, state, details, right, wrong):
    report = make_report(state)
    person = make_user(right) if right else owner(report)
    getattr(actions, act)(report, by=person, **details)
    again = make_user(right) if right else person
    with pytest.raises(TransitionNotAllowed):
        getattr(actions, act)(report, by=again, **details)
    assert trail_for(report).filter(act=f"report.{act}").count() == 1


def test_substance_and_money_are_accepted_by_two_people():
    both = make_user(Role.PROGRAMME, Role.FINANCE)
    report = make_report("submitted")
    report = actions.accept_substance(report, by=both)
    with pytest.raises(PermissionDenied):
        actions.accept(report, by=both)
    by_the_same = "UPDATE grants_report SET state = 'accepted', accepted_by_id = substance_accepted_by_id, accepted_on = due_on"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{by_the_same} WHERE id = %s", [report.pk])


def test_everybody_who_has_something_to_do_is_told_once():
    programme, finance = make_user(Role.PROGRAMME), make_user(Role.FINANCE)
    report = make_report("accepted")
    told = Outbox.objects.filter(template__startswith="report_")
    assert told.filter(template="report_submitted", recipient=programme).count() == 1
    assert told.filter(template="report_for_finance", recipient=finance).count() == 1
    assert told.filter(template="report_accepted", recipient=owner(report)).count() == 1


def test_the_clock_reminds_before_and_after_the_due_day_and_never_twice():
    report = make_report()
    letters = Outbox.objects.filter(template="report_due", recipient=owner(report), key__startswith=f"report-due:{report.pk}:")
    for days, known in [(-30, 0), (-14, 1), (-3, 1), (1, 2), (20, 2), (31, 3), (90, 3)]:
        with clock.frozen(report.due_on + timedelta(days=days)):
            actions.remind(clock.now())
            actions.remind(clock.now())
        assert letters.count() == known


def test_overdue_is_derived_from_the_day():
    report = make_report()
    assert not report.overdue_on(report.due_on)
    assert report.overdue_on(report.due_on + timedelta(days=1))


def test_the_content_hash_changes_with_any_word_or_cent():
    report = make_report("draft")
    first = actions.content_hash(report)
    assert actions.content_hash(Report.objects.get(pk=report.pk)) == first
    report = actions.save_narrative(report, {"results": "Three are back at school."}, by=owner(report), version=report.version)
    second = actions.content_hash(report)
    actions.save_expenditures(report, rows(report, usd("9600.01")), by=owner(report))
    assert len({first, second, actions.content_hash(report)}) == 3


# Conditional cash


def conditional_grant():
    """A grant that one conditional agreement pays: 12,000 of it paid."""
    pledge = make_agreement(usd(24_000), condition="An evaluation is published.")
    make_contribution(usd(24_000), instalment=pledge.instalments.get())
    return pledge.instalments.get().subaccount, make_payment("paid", grant=make_grant(funded=False)).grant


def test_accepted_expenditure_releases_conditional_cash_as_revenue_of_its_donors_kind():
    instalment, grant = conditional_grant()
    report = make_report("accepted", grant=grant, spent=usd(9_600))
    code = instalment.code
    reference = f"report:{report.pk}:accepted:spent:{instalment.pk}"
    found = Line.objects.filter(entry__reference=reference).order_by("position")
    said = list(found.values_list("account_id", "subaccount__code", "debit", "credit"))
    assert said == [("2200", code, 960_000, 0), ("4010", code, 0, 960_000)]
    assert balances.balance("2200", of=instalment) == usd(-14_400)


def test_what_is_released_is_not_released_again_when_the_condition_is_met():
    instalment, grant = conditional_grant()
    make_report("accepted", grant=grant, spent=usd(9_600))
    pledges.meet_condition(Pledge.objects.get(), by=make_user(Role.MANAGER), on=clock.today())
    assert balances.balance("2200", of=instalment) == usd(0)
    assert balances.balance("4010", of=instalment) == usd(-24_000)
    assert check_books() == []


def test_a_payment_that_comes_back_makes_it_a_liability_again():
    instalment, grant = conditional_grant()
    make_report("accepted", grant=grant, spent=usd(9_600))
    details = {"on": clock.today(), "bank_reference": "BACK", "charges": usd(0)}
    payments.return_(grant.payments.get(), by=make_user(Role.FINANCE), **details)
    assert balances.balance("2200", of=instalment) == usd(-24_000)
    assert check_books() == []
