"""Who may do what when accepted expenditure is found not to be in order: finance or programme proposes, the approving officer decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grants.reports.permissions import is_of_the_ngo
from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from grants.reports.disallowances.models import Disallowance
    from grants.reports.models import Report


def can_propose(report: Report, user: Any) -> bool:
    """Finance or the programme, on a report that they may see."""
    return holds(user, Role.FINANCE, Role.PROGRAMME)


def can_decide(disallowance: Disallowance, user: Any) -> bool:
    """An approving officer who did not propose it."""
    return holds(user, Role.APPROVER) and user.pk != disallowance.proposed_by_id


can_approve = can_refuse = can_decide


def can_withdraw(disallowance: Disallowance, user: Any) -> bool:
    """Only whoever proposed it."""
    return can_propose(disallowance.report, user) and user.pk == disallowance.proposed_by_id


def can_read_document(disallowance: Disallowance, user: Any) -> bool:
    """What it rests on may say more than the NGO is told: the secretariat and its auditors read it."""
    return not is_of_the_ngo(disallowance.report, user)
