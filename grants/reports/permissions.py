"""Who may do what with a report: the NGO writes, the programme judges the substance, finance the money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grants.agreements.permissions import sees_all
from ngos.organisations import permissions as organisations
from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from grants.reports.models import Report

def is_of_the_ngo(report: Report, user: Any) -> bool:
    return report.grant.organisation.membership_of(user) is not None


def can_write(report: Report, user: Any) -> bool:
    """Owners and editors of the NGO."""
    return organisations.can_edit(report.grant.organisation, user)


can_start = can_submit = can_write


def can_return(report: Report, user: Any) -> bool:
    """The programme sends back the substance, finance the figures."""
    return holds(user, Role.PROGRAMME, Role.FINANCE)


def can_accept_substance(report: Report, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


def can_accept(report: Report, user: Any) -> bool:
    """Finance; never the person who accepted the substance."""
    return holds(user, Role.FINANCE) and report.substance_accepted_by_id != user.pk


def can_cancel(report: Report, user: Any) -> bool:
    """The fund manager, when a grant ends early."""
    return holds(user, Role.MANAGER)


def can_see_narrative(report: Report, user: Any) -> bool:
    """Free text of a shelter may say too much: finance and auditors read figures, not stories."""
    return holds(user, Role.PROGRAMME, Role.MANAGER) or is_of_the_ngo(report, user)


def can_see_return_reason(report: Report, user: Any) -> bool:
    """It may quote the narrative; finance writes such reasons too."""
    return can_see_narrative(report, user) or holds(user, Role.FINANCE)


def can_see_trail(report: Report, user: Any) -> bool:
    """Who in the secretariat did what is for the secretariat and its auditors."""
    return sees_all(user)
