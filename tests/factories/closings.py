"""Closings for tests, by the real actions."""

from __future__ import annotations

from tests.factories.people import make_user
from trustfund.closings import actions, checks
from trustfund.ledger.models import FiscalYear, Period
from trustfund.people.models import User
from trustfund.people.roles import Role


def person(role: Role) -> User:
    """The one person of a role that these tests have."""
    return User.objects.filter(name=f"The {role.value}").first() or make_user(role, name=f"The {role.value}")


def ticked(period: Period) -> None:
    """What a person must look at is looked at."""
    for status in checks.statuses(period):
        if status.check.find is None and status.found is None and not status.review:
            actions.review(period, status.key, by=person(Role.FINANCE), note="Nothing is overdue.")


def proposed(period: Period) -> Period:
    """Closing is proposed, with a reason for whatever is open."""
    ticked(period)
    reasons = {status.key: "It is known." for status in checks.statuses(period) if status.state == "open"}
    actions.propose(period, by=person(Role.FINANCE), reasons=reasons)
    period.refresh_from_db()
    return period


def closed(period: Period) -> Period:
    """Closed by two people."""
    return actions.close(proposed(period), by=person(Role.APPROVER))


def months_closed(year: int) -> None:
    for period in Period.objects.filter(year=year, number__lt=13).order_by("number"):
        closed(period)


def year_closed(year: int) -> FiscalYear:
    """All thirteen periods, the closing entry where there is something to close."""
    months_closed(year)
    found = FiscalYear.objects.get(year=year)
    if actions.digest(year)[0]:
        actions.approve_year_end(actions.propose_year_end(found, by=person(Role.FINANCE)), by=person(Role.APPROVER))
    closed(Period.objects.get(year=year, number=13))
    return found
