"""Fund windows and funding rules: proposed by one person, decided by another, and in force from then on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django_fsm import TransitionNotAllowed

from tests.donors.support import queries, signed_in
from tests.factories.books import DAY, give, make_grant, open_years
from tests.factories.people import make_user
from tests.factories.prepared import make_prepared
from tests.grants.payments.test_at_the_same_time import at_once, people, size
from trustfund import clock
from trustfund.ledger import periods, posting
from trustfund.ledger.funding import allocations
from trustfund.ledger.funding.headroom import rule_on
from trustfund.ledger.funding.models import FundingRule
from trustfund.ledger.home import items
from trustfund.ledger.legs import credit, debit
from trustfund.ledger.models import FundWindow, Period, Subaccount
from trustfund.ledger.proposals import actions
from trustfund.ledger.proposals.models import RuleProposal, WindowProposal
from trustfund.ledger.verification import check_books
from trustfund.money import usd
from trustfund.people.models import RoleGrant, User
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db
HAVEN = {"code": "safe-haven", "name": "Safe haven", "purpose": "Shelters for those who fled."}
PAGES = ["/books/windows/", "/books/windows/of/general/", "/books/rules/"]
FORMS = ["/books/windows/new/", "/books/windows/of/general/purpose/", "/books/rules/new/"]


@pytest.fixture(autouse=True)
def _in_march():
    with clock.frozen(DAY):
        yield


def window(**changes):
    return actions.propose_window(**{**HAVEN, **changes}, by=make_user(Role.FINANCE))


def rule(effective_on=date(2026, 4, 1), split="first_in", share="0.15"):
    return actions.propose_rule(effective_on=effective_on, split=split, reserve_share=Decimal(share), by=make_user(Role.FINANCE))


# Windows


@pytest.mark.parametrize("role", [Role.APPROVER, Role.MANAGER])
def test_a_window_is_open_once_another_person_agreed(role):
    proposal = window()
    assert not FundWindow.objects.filter(code="safe-haven").exists()
    actions.adopt_window(proposal, by=make_user(role))
    found = FundWindow.objects.get(code="safe-haven")
    assert (found.name, found.purpose) == ("Safe haven", "Shelters for those who fled.")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.window) == ("adopted", found)
    assert Subaccount.objects.get(code="WINDOW-SAFE-HAVEN").kind == "window"
    assert check_books() == []


def test_a_transfer_names_the_window_as_its_opening_did():
    open_years(2026)
    give("10", DAY)
    actions.adopt_window(window(), by=make_user(Role.MANAGER))
    taker = FundWindow.objects.get(code="safe-haven")
    with clock.frozen(date(2026, 4, 2)):
        voucher = make_prepared("window_transfer", giver=FundWindow.objects.get(code="general"), taker=taker, amount=usd("10"))
    named = {line.account_id: line.subaccount.code for line in voucher.entry.lines.filter(subaccount__isnull=False)}
    assert named == {"2900": "WINDOW-SAFE-HAVEN", "1900": "WINDOW-GENERAL"}
    assert Subaccount.objects.filter(kind="window").count() == 2


def test_another_purpose_is_on_record_and_slipping_one_in_is_found():
    general = FundWindow.objects.get(code="general")
    proposal = actions.propose_purpose(general, purpose="Aid to victims.", by=make_user(Role.FINANCE))
    actions.adopt_window(proposal, by=make_user(Role.APPROVER))
    general.refresh_from_db()
    assert general.purpose == "Aid to victims."
    assert check_books() == []
    FundWindow.objects.filter(code="general").update(purpose="Something else.")
    assert [str(each) for each in check_books()] == ["fund window general: expected the purpose on record; found another text."]


def test_a_code_is_proposed_once_and_taken_once():
    proposal = window()
    with pytest.raises(ValidationError, match="proposed already"):
        window()
    actions.adopt_window(proposal, by=make_user(Role.APPROVER))
    with pytest.raises(ValidationError, match="is taken"):
        window()
    with pytest.raises(ValidationError, match="its purpose already"):
        actions.propose_purpose(FundWindow.objects.get(code="safe-haven"), purpose=HAVEN["purpose"], by=make_user(Role.FINANCE))


def test_an_open_window_keeps_balanced_books_of_its_own():
    open_years()
    actions.adopt_window(window(), by=make_user(Role.MANAGER))
    legs = [debit("5220", usd("10")), credit("2010", usd("10"))]
    posting.post(legs, reference="w", on=DAY, by=None, source="test", window="safe-haven")
    page = signed_in(Role.AUDITOR).get("/books/windows/of/safe-haven/")
    assert [(row.account.code, row.balance) for row in page.context["rows"]] == [("2010", usd("-10")), ("5220", usd("10"))]
    assert "safe-haven" in signed_in(Role.FINANCE).get("/books/vouchers/new/").content.decode()
    assert check_books() == []


# Rules


def test_an_adopted_rule_is_in_force_from_its_day():
    proposal = rule()
    other = make_user(Role.MANAGER)
    actions.adopt_rule(proposal, by=other)
    assert (rule_on(date(2026, 3, 31)).split, rule_on(date(2026, 4, 1)).split) == ("pro_rata", "first_in")
    made = FundingRule.objects.get(effective_on=date(2026, 4, 1))
    assert (made.adopted_by, made.approved_by, made.reserve_share) == (proposal.proposed_by, other, Decimal("0.15"))
    assert check_books() == []


def test_grants_are_funded_by_it():
    first, second = give("1000", on=date(2026, 1, 5)), give("1000", on=date(2026, 2, 5))
    actions.adopt_rule(rule(date(2026, 3, 16), share="0.1"), by=make_user(Role.APPROVER))
    allocations.reserve(make_grant(), usd("1000"), on=DAY, by=None, reference="r")
    held = {each.code: sum(row.reserved for row in each.uses.all()) for each in (first, second)}
    assert held == {first.code: 90000, second.code: 10000}


@pytest.mark.parametrize("day", [date(2000, 1, 1), date(1999, 1, 1)])
def test_no_rule_comes_before_one_that_is_there(day):
    with pytest.raises(ValidationError, match="takes effect after it"):
        rule(day)


def test_no_rule_reaches_into_a_closed_period():
    open_years()
    january = Period.objects.get(year=2026, number=1)
    periods.propose_closing(january, by=make_user(Role.FINANCE))
    periods.close(january, by=make_user(Role.APPROVER))
    with pytest.raises(ValidationError, match="The period 2026-01 is closed"):
        rule(date(2026, 1, 31))
    assert rule(date(2026, 2, 1)).state == "proposed"


def test_of_two_rules_for_one_day_the_second_is_refused():
    first, second = rule(), rule()
    actions.adopt_rule(first, by=make_user(Role.APPROVER))
    with pytest.raises(ValidationError, match="takes effect after it"):
        actions.adopt_rule(second, by=make_user(Role.APPROVER))
    second.refresh_from_db()
    assert second.state == "proposed"


# Who, in which order


@pytest.mark.parametrize("make, adopt", [(window, actions.adopt_window), (rule, actions.adopt_rule)])
def test_only_another_person_of_the_right_role_decides(make, adopt):
    proposal = make()
    both = proposal.proposed_by
    RoleGrant.objects.create(user=both, role=Role.APPROVER, since=date(2000, 1, 1))
    for person in [User.objects.get(pk=both.pk), *(make_user(role) for role in (Role.FINANCE, Role.AUDITOR, Role.PROGRAMME)), make_user()]:
        with pytest.raises(PermissionDenied):
            adopt(proposal, by=person)
        with pytest.raises(PermissionDenied):
            actions.refuse(proposal, by=person, reason="No")
    with pytest.raises(PermissionDenied):
        actions.withdraw(proposal, by=make_user(Role.FINANCE))
    actions.withdraw(proposal, by=both)
    with pytest.raises(TransitionNotAllowed):
        adopt(proposal, by=make_user(Role.APPROVER))


@pytest.mark.parametrize("role", [Role.APPROVER, Role.MANAGER, Role.AUDITOR, Role.PROGRAMME, None])
def test_only_finance_proposes(role):
    person = make_user(role)
    with pytest.raises(PermissionDenied):
        actions.propose_window(**HAVEN, by=person)
    with pytest.raises(PermissionDenied):
        actions.propose_rule(effective_on=DAY, split="first_in", reserve_share=Decimal(0), by=person)


def test_the_database_wants_two_people():
    proposal = rule()
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleProposal.objects.filter(pk=proposal.pk).update(decided_by=proposal.proposed_by)


def adopt(index, proposal, approvers):
    actions.adopt_window(WindowProposal.objects.get(pk=proposal), by=User.objects.get(pk=approvers[index]))


@pytest.mark.django_db(transaction=True)
def test_it_is_adopted_once_however_many_try():
    proposal, number = window(), size(8)
    assert at_once(number, adopt, proposal.pk, people(Role.APPROVER, number)) == ["done"] + ["refused"] * (number - 1)
    assert FundWindow.objects.filter(code="safe-haven").count() == 1
    assert check_books() == []


# Pages


@pytest.mark.parametrize("role, status", [(Role.FINANCE, 200), (Role.APPROVER, 200), (Role.MANAGER, 200), (Role.AUDITOR, 200),
                                          (Role.TRUSTEE, 403), (Role.ADMINISTRATOR, 403), (None, 403)])  # fmt: skip
def test_the_pages_are_for_readers_of_the_books(role, status):
    client = signed_in(role)
    assert {client.get(path).status_code for path in PAGES} == {status}
    assert {client.get(path).status_code for path in FORMS} == {200 if role == Role.FINANCE else 403}
    for path in (window().get_absolute_url(), rule().get_absolute_url()):
        assert client.get(path).status_code == (200 if status == 200 else 404)


def test_finance_proposes_and_the_manager_adopts_on_the_pages():
    finance, manager = signed_in(Role.FINANCE), make_user(Role.MANAGER)
    assert finance.post("/books/windows/new/", {**HAVEN, "code": "Safe Haven"}).status_code == 422
    response = finance.post("/books/windows/new/", HAVEN)
    proposal = WindowProposal.objects.get()
    assert (response.status_code, response["Location"]) == (302, proposal.get_absolute_url())
    assert finance.post(f"{proposal.get_absolute_url()}adopt/").status_code == 403
    assert [item.title for item in items(manager)] == ["Decide on a fund window"]
    client = signed_in(user=manager)
    assert client.get(f"{proposal.get_absolute_url()}adopt/").status_code == 200
    assert client.post(f"{proposal.get_absolute_url()}adopt/").status_code == 302
    assert client.post(f"{proposal.get_absolute_url()}adopt/").status_code == 409
    assert client.get(f"{proposal.get_absolute_url()}nothing/").status_code == 404
    assert items(manager) == []
    data = {"effective_on": "2026-04-01", "split": "first_in", "reserve_share": "15"}
    assert finance.post("/books/rules/new/", data).status_code == 302
    proposed = RuleProposal.objects.get()
    assert proposed.reserve_share == Decimal("0.15")
    assert client.post(f"{proposed.get_absolute_url()}refuse/").status_code == 422
    assert client.post(f"{proposed.get_absolute_url()}refuse/", {"reason": "Too much."}).status_code == 302
    assert "Too much." in client.get(proposed.get_absolute_url()).content.decode()
    assert finance.post("/books/rules/new/", {**data, "effective_on": "1999-01-01"}).status_code == 422


def test_many_proposals_take_no_more_queries():
    client = signed_in(Role.AUDITOR)
    window()
    rule()
    queries(client, PAGES[0])
    counts = [queries(client, path) for path in PAGES]
    for number in range(20):
        window(code=f"window-{number}")
        rule()
    assert [queries(client, path) for path in PAGES] == counts
