"""Each gate: open and closed, with its reason and its remedy. Pure: no database but for the last part."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError

from grants.reports.standing import Position
from grants.tranches import gates
from grants.tranches.models import Tranche
from tests.factories.agreements import accept, make_grant, make_payment, make_tranche
from tests.factories.ngos import make_assessment, make_bank_account, make_screening
from tests.factories.people import make_user
from trustfund import clock
from trustfund.money import usd
from trustfund.people.models import RoleGrant
from trustfund.people.roles import Role

DAY = date(2026, 3, 16)
NOTHING = Position(usd(0), usd(0), usd(0), usd(0))


@dataclass
class FakeGrant:
    state: str = "active"
    accounted_share: Decimal = Decimal("0.80")
    is_outright: bool = False
    single_tranche_by_id: int | None = None

    def get_state_display(self) -> str:
        return self.state.title()


@dataclass
class FakeTranche:
    number: int = 1
    amount: object = field(default_factory=lambda: usd(12_000))
    accepted_by_id: int | None = 1
    requested_at: object = DAY
    grant: FakeGrant = field(default_factory=FakeGrant)


FACTS = gates.Facts(
    on=DAY,
    position=NOTHING,
    reserved=usd(24_000),
    unpaid_numbers=frozenset({1, 2, 3}),
    tranche_count=3,
    overdue=[],
    diligence=SimpleNamespace(ok=True, reason="Cleared."),
    screening=SimpleNamespace(performed_on=DAY, list_date=DAY),
    bank_account=SimpleNamespace(masked="…3201"),
    approvers=frozenset({2}),
)


def shut(tranche, facts):
    return [gate.name for gate in gates.gates_from(tranche, facts) if not gate.open]


def test_everything_in_order_opens_every_gate():
    shown = gates.gates_from(FakeTranche(), FACTS)
    assert [(gate.name, gate.open, gate.remedy) for gate in shown] == [
        (name, True, "")
        for name in ["agreement", "evidence", "accounted", "reports", "diligence", "sanctions", "bank", "headroom", "second_person"]
    ]
    assert {gate.tone for gate in shown} == {"money"}


@pytest.mark.parametrize(
    "name, tranche, facts",
    [
        ("agreement", FakeTranche(grant=FakeGrant("suspended")), FACTS),
        ("agreement", FakeTranche(grant=FakeGrant("terminated")), FACTS),
        ("evidence", FakeTranche(accepted_by_id=None), FACTS),
        ("evidence", FakeTranche(accepted_by_id=None, requested_at=None), FACTS),
        ("reports", FakeTranche(), replace(FACTS, overdue=["interim report 1, due 1 March 2026"])),
        ("diligence", FakeTranche(), replace(FACTS, diligence=SimpleNamespace(ok=False, reason="Due diligence has expired."))),
        ("sanctions", FakeTranche(), replace(FACTS, screening=None)),
        ("bank", FakeTranche(), replace(FACTS, bank_account=None)),
        ("headroom", FakeTranche(), replace(FACTS, reserved=usd("11999.99"))),
        ("second_person", FakeTranche(), replace(FACTS, approvers=frozenset())),
        ("second_person", FakeTranche(accepted_by_id=2), FACTS),
        ("at_once", FakeTranche(), replace(FACTS, tranche_count=1)),
    ],
)
def test_each_gate_closes_alone_and_says_why_and_what_opens_it(name, tranche, facts):
    assert shut(tranche, facts) == [name]
    (gate,) = [gate for gate in gates.gates_from(tranche, facts) if not gate.open]
    assert gate.reason
    assert gate.remedy
    assert (gate.tone, gate.word) == ("blocked", "Closed")


def second(position, **facts):
    return shut(FakeTranche(number=2), replace(FACTS, position=position, unpaid_numbers=frozenset({2, 3}), **facts))


def test_the_second_tranche_waits_for_four_fifths_of_what_was_paid():
    paid = Position(advance=usd(12_000), refund_due=usd(0), payable=usd(0), accepted=usd(0))
    assert second(paid) == ["accounted"]
    assert second(replace(paid, advance=usd("2400.01"), accepted=usd("9599.99"))) == ["accounted"]
    assert second(replace(paid, advance=usd(2_400), accepted=usd(9_600))) == []


def test_the_remedy_says_how_much_is_missing():
    position = Position(advance=usd(7_000), refund_due=usd(0), payable=usd(0), accepted=usd(5_000))
    facts = replace(FACTS, position=position, unpaid_numbers=frozenset({2, 3}))
    (gate,) = [gate for gate in gates.gates_from(FakeTranche(number=2), facts) if not gate.open]
    assert "4,600" in gate.remedy


def test_tranches_are_paid_in_their_order():
    assert shut(FakeTranche(number=2), FACTS) == ["accounted"]


def test_an_exception_of_the_fund_manager_opens_the_gate_of_paying_at_once():
    tranche = FakeTranche(grant=FakeGrant(single_tranche_by_id=7))
    assert shut(tranche, replace(FACTS, tranche_count=1)) == []


def test_after_reporting_is_closed_only_what_is_owed_is_paid():
    owed = Position(advance=usd(0), refund_due=usd(0), payable=usd(2_000), accepted=usd(24_000))
    tranche = FakeTranche(number=3, amount=usd(2_400), grant=FakeGrant("reporting_closed"))
    facts = replace(FACTS, position=owed, reserved=usd(2_000), unpaid_numbers=frozenset({3}))
    assert (shut(tranche, facts), gates.payable(tranche, facts)) == ([], usd(2_000))
    assert shut(tranche, replace(facts, position=NOTHING)) == ["agreement"]


def test_every_gate_has_a_title_for_an_exception():
    names = [gate.name for gate in gates.gates_from(FakeTranche(), replace(FACTS, tranche_count=1))]
    assert all(title != name for name, title in zip([*names, "bank_changed"], gates.titles([*names, "bank_changed"]), strict=True))


# With real rows


@pytest.mark.django_db
def test_real_facts_open_and_close_with_the_day(django_assert_max_num_queries):
    make_user(Role.APPROVER)
    tranche = make_tranche("ready")
    today = clock.today()
    assert gates.closed(tranche, today) == []
    in_a_year = today + timedelta(days=366)
    assert [gate.name for gate in gates.closed(tranche, in_a_year)] == ["reports", "diligence", "sanctions"]
    with django_assert_max_num_queries(14):
        gates.facts_of(Tranche.objects.get(pk=tranche.pk).grant, today)


@pytest.mark.django_db
def test_a_newer_hit_or_a_failed_assessment_closes_at_once():
    make_user(Role.APPROVER)
    tranche = make_tranche("ready")
    make_screening(tranche.grant.organisation, "possible")
    assert [gate.name for gate in gates.closed(tranche, clock.today())] == ["sanctions"]
    make_assessment(tranche.grant.organisation, "failed")
    with pytest.raises(ValidationError) as refused:
        gates.check(tranche, clock.today())
    assert len(refused.value.messages) == 2


@pytest.mark.django_db
def test_a_new_bank_account_waits_out_its_days_while_the_old_one_still_serves():
    make_user(Role.APPROVER)
    tranche = make_tranche("ready")
    make_bank_account(tranche.grant.organisation, "verified")
    assert [gate.name for gate in gates.closed(tranche, clock.today())] == []


@pytest.mark.django_db
def test_nobody_left_to_approve_closes_the_gate():
    tranche = make_tranche("ready", grant=_with_approver())
    RoleGrant.objects.filter(role=Role.APPROVER).update(until=clock.today())
    assert [gate.name for gate in gates.closed(tranche, clock.today() + timedelta(days=1))] == ["second_person"]


def _with_approver():
    make_user(Role.APPROVER)
    return make_grant()


@pytest.mark.django_db
def test_accepted_expenditure_opens_the_second_tranche():
    make_user(Role.APPROVER)
    grant = make_payment("paid").grant
    names = [gate.name for gate in gates.closed(grant.tranches.get(number=2), clock.today())]
    assert names == ["evidence", "accounted"]
    accept(grant, usd(9_600))
    assert [gate.name for gate in gates.closed(grant.tranches.get(number=2), clock.today())] == ["evidence"]
