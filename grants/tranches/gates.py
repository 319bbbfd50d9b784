"""What must be true before a tranche is paid: each gate with its reason and what opens it.

`facts_of` reads what a grant's gates need, once for all its tranches; `gates_from` is pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from grants.agreements.models import State as GrantState
from grants.reports import standing
from ngos.bank_accounts.models import BankAccount
from ngos.due_diligence import standing as diligence
from ngos.screening.models import latest_clear
from trustfund.money import Money, zero
from trustfund.people.models import RoleGrant
from trustfund.people.roles import Role
from trustfund.ui.formatting import day_text, money_text, percent_text

if TYPE_CHECKING:
    from grants.agreements.models import Grant
    from grants.tranches.models import Tranche


@dataclass(frozen=True)
class Gate:
    """One gate: its key, its title, whether it is open, why it is as it is, and what opens it (empty when open)."""

    name: str
    title: str
    open: bool
    reason: str
    remedy: str = ""

    @property
    def tone(self) -> str:
        """The dot beside it."""
        return "money" if self.open else "blocked"

    @property
    def word(self) -> str:
        return _("Open") if self.open else _("Closed")


@dataclass(frozen=True)
class Facts:
    """What the gates of one grant's tranches look at on one day."""

    on: date
    position: standing.Position
    reserved: Money
    unpaid_numbers: frozenset[int]
    tranche_count: int
    overdue: Sequence[str]
    diligence: Any
    screening: Any
    bank_account: Any
    approvers: frozenset[int]


def facts_of(grant: Grant, on: date) -> Facts:
    """Reads the facts at a constant number of queries, however many tranches there are."""
    tranches = list(grant.tranches.all())
    return Facts(
        on=on,
        position=standing.position(grant, on),
        reserved=grant.reservation.remaining if grant.reservation else zero(),
        unpaid_numbers=frozenset(tranche.number for tranche in tranches if not tranche.is_paid and tranche.state != "cancelled"),
        tranche_count=len(tranches),
        overdue=standing.overdue(grant, on),
        diligence=diligence.standing_of(grant.organisation, on),
        screening=latest_clear(grant.organisation, on),
        bank_account=BankAccount.objects.active_for(grant.organisation, on),
        approvers=approvers(on),
    )


def approvers(on: date) -> frozenset[int]:
    """The people who are approving officers on a day."""
    active = RoleGrant.objects.in_force(on).filter(role=Role.APPROVER, user__is_active=True)
    return frozenset(active.values_list("user_id", flat=True))


def gates_from(tranche: Tranche, facts: Facts) -> list[Gate]:
    """Every gate of the tranche, in the order in which people meet them."""
    gates = [
        _agreement(tranche, facts),
        _evidence(tranche),
        _earlier(tranche, facts),
        _reports(facts),
        _diligence(facts),
        _sanctions(facts),
        _bank(facts),
        _headroom(tranche, facts),
        _second_person(tranche, facts),
    ]
    return gates if facts.tranche_count > 1 else [*gates, _at_once(tranche)]


def payable(tranche: Tranche, facts: Facts) -> Money:
    """What would be paid: the tranche; after the reporting is closed no more than what the fund owes for accepted expenditure."""
    if tranche.grant.state == GrantState.REPORTING_CLOSED:
        return min(tranche.amount, facts.position.payable)
    return tranche.amount


def gates_of(tranche: Tranche, on: date) -> list[Gate]:
    """Every gate of the tranche as it stands on a day."""
    return gates_from(tranche, facts_of(tranche.grant, on))


def titles(names: Sequence[str]) -> list[str]:
    """What the gates that a payment's exception names are called."""
    known = {
        "agreement": _("Agreement in force"),
        "evidence": _("Request and evidence"),
        "accounted": _("Earlier advances accounted for"),
        "reports": _("Reports submitted"),
        "diligence": _("Due diligence valid"),
        "sanctions": _("Sanctions screening"),
        "bank": _("Bank account active"),
        "headroom": _("Money reserved"),
        "second_person": _("A second person"),
        "at_once": _("Paid at once"),
        "bank_changed": _("Bank account changed"),
    }
    return [known.get(name, name) for name in names]


def closed(tranche: Tranche, on: date) -> list[Gate]:
    """The gates that are closed on a day."""
    return [gate for gate in gates_of(tranche, on) if not gate.open]


def check(tranche: Tranche, on: date) -> None:
    """Raises ValidationError with the reason and the remedy of every gate that is closed on a day."""
    reasons = [f"{gate.title}: {gate.reason} {gate.remedy}".strip() for gate in closed(tranche, on)]
    if reasons:
        raise ValidationError(reasons)


def _amount(money: Money) -> str:
    """An amount within a sentence: a zero is written out."""
    return money_text(money) if money else str(money)


def _agreement(tranche: Tranche, facts: Facts) -> Gate:
    title = _("Agreement in force")
    grant = tranche.grant
    if grant.state == GrantState.ACTIVE:
        return Gate("agreement", title, True, _("Both sides have signed and the grant is active."))
    if grant.state == GrantState.REPORTING_CLOSED and facts.position.payable:
        values = {"amount": _amount(facts.position.payable)}
        return Gate("agreement", title, True, _("Reporting is closed; %(amount)s of accepted expenditure is still owed.") % values)
    reason = _("The grant is “%(state)s”.") % {"state": grant.get_state_display()}
    if grant.state == GrantState.SUSPENDED:
        return Gate("agreement", title, False, reason, _("The fund manager can resume it."))
    return Gate("agreement", title, False, reason, _("Nothing is paid on a grant that is not active."))


def _evidence(tranche: Tranche) -> Gate:
    title = _("Request and evidence")
    if tranche.accepted_by_id is not None:
        reason = _("The NGO asked for it and the programme officer found the request complete.")
        return Gate("evidence", title, True, reason)
    if tranche.requested_at is None:
        remedy = _("An owner or editor of the NGO requests the tranche.")
        return Gate("evidence", title, False, _("The NGO has not asked for it yet."), remedy)
    return Gate("evidence", title, False, _("The request is not accepted yet."), _("A programme officer reads the request and accepts it."))


def _earlier(tranche: Tranche, facts: Facts) -> Gate:
    title = _("Earlier advances accounted for")
    if tranche.number == 1:
        return Gate("accounted", title, True, _("The first tranche needs none."))
    if any(number < tranche.number for number in facts.unpaid_numbers):
        return Gate("accounted", title, False, _("An earlier tranche is not paid yet."), _("Tranches are paid in their order."))
    if tranche.grant.is_outright:
        return Gate("accounted", title, True, _("The grant is given outright: reports inform, and nothing is accounted for before."))
    share, paid, accepted = tranche.grant.accounted_share, facts.position.paid, facts.position.accepted
    needed = paid.times(share)
    values = {"accepted": _amount(accepted), "paid": _amount(paid), "share": percent_text(share)}
    if accepted >= needed:
        return Gate("accounted", title, True, _("%(accepted)s of %(paid)s paid is accepted; %(share)s is asked for.") % values)
    reason = _("Only %(accepted)s of %(paid)s paid is accepted; %(share)s is asked for.") % values
    remedy = _("Reports with at least %(missing)s more of expenditure are accepted.") % {"missing": _amount(needed - accepted)}
    return Gate("accounted", title, False, reason, remedy)


def _reports(facts: Facts) -> Gate:
    title = _("Reports submitted")
    if not facts.overdue:
        return Gate("reports", title, True, _("No report is overdue."))
    reason = _("Overdue: %(reports)s.") % {"reports": ", ".join(facts.overdue)}
    return Gate("reports", title, False, reason, _("The NGO submits what is overdue."))


def _diligence(facts: Facts) -> Gate:
    title = _("Due diligence valid")
    if facts.diligence.ok:
        return Gate("diligence", title, True, str(facts.diligence.reason) or _("Cleared."))
    return Gate("diligence", title, False, str(facts.diligence.reason), _("A programme officer completes an assessment."))


def _sanctions(facts: Facts) -> Gate:
    title = _("Sanctions screening")
    if facts.screening is not None:
        values = {"day": day_text(facts.screening.performed_on), "list": day_text(facts.screening.list_date)}
        return Gate("sanctions", title, True, _("Checked on %(day)s against the list of %(list)s: no match.") % values)
    reason = _("There is no recent check without a match.")
    return Gate("sanctions", title, False, reason, _("A programme officer screens the organisation and its officers against today’s list."))


def _bank(facts: Facts) -> Gate:
    title = _("Bank account active")
    if facts.bank_account is not None:
        values = {"account": facts.bank_account.masked}
        return Gate("bank", title, True, _("Account %(account)s is verified and past its waiting days.") % values)
    remedy = _("The NGO proposes an account, finance calls back, another person verifies it, and the waiting days pass.")
    return Gate("bank", title, False, _("The NGO has no active bank account."), remedy)


def _headroom(tranche: Tranche, facts: Facts) -> Gate:
    title = _("Money reserved")
    wanted = payable(tranche, facts)
    values = {"reserved": _amount(facts.reserved), "amount": _amount(wanted)}
    if facts.reserved >= wanted:
        return Gate("headroom", title, True, _("%(reserved)s is still reserved for this grant.") % values)
    reason = _("Only %(reserved)s is still reserved; the tranche is %(amount)s.") % values
    return Gate("headroom", title, False, reason, _("Finance certifies more funds for the grant."))


def _second_person(tranche: Tranche, facts: Facts) -> Gate:
    title = _("A second person")
    if facts.approvers - {tranche.accepted_by_id}:
        return Gate("second_person", title, True, _("One person certifies the payment, another approves it."))
    remedy = _("The administrator names an approving officer or a deputy.")
    return Gate("second_person", title, False, _("Nobody else can approve the payment today."), remedy)


def _at_once(tranche: Tranche) -> Gate:
    title = _("Paid at once")
    if tranche.grant.single_tranche_by_id is not None:
        return Gate("at_once", title, True, _("The fund manager has recorded why this grant is paid at once."))
    remedy = _("The fund manager records the exception when the award is approved.")
    return Gate("at_once", title, False, _("The whole grant would be paid in one instalment."), remedy)
