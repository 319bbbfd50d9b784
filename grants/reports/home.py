"""What of this room waits for a person, and where its pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from grants.agreements.models import Grant
from grants.agreements.tabs import Tab
from grants.reports.models import Report
from trustfund import clock
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds, roles_of


def items(user: Any) -> Iterable[Item]:
    """For the programme: substance to judge; for finance: money to accept; for the NGO: reports that come due."""
    if holds(user, Role.PROGRAMME):
        yield from _waiting(user, Report.State.SUBMITTED, _("Report to read: %(report)s"))
    if holds(user, Role.FINANCE):
        yield from _waiting(user, Report.State.SUBSTANCE_ACCEPTED, _("Expenditure to accept: %(report)s"))
    if not roles_of(user):
        yield from _due(user)


def _waiting(user: Any, state: str, title: str) -> Iterable[Item]:
    for report in Report.objects.visible_to(user).filter(state=state).select_related("grant").order_by("submitted_at")[:20]:
        yield Item(title % {"report": report}, report.get_absolute_url())


def _due(user: Any) -> Iterable[Item]:
    horizon = clock.today().toordinal() + 60
    writing = {"grant__organisation__memberships__user": user, "grant__organisation__memberships__right__in": ["owner", "editor"]}
    for report in Report.objects.visible_to(user).open().filter(**writing).select_related("grant"):
        if report.due_on.toordinal() <= horizon:
            returned = report.state == Report.State.RETURNED
            title = _("Report to correct: %(report)s") if returned else _("Report to write: %(report)s")
            tone = "blocked" if report.is_overdue else "waiting"
            yield Item(title % {"report": report}, report.get_absolute_url(), due=report.due_on, tone=tone)


def destinations(user: Any) -> Iterable[Destination]:
    """Reports, for the programme that reads them."""
    return [Destination(_("Reports"), reverse("reports:index"), 45)] if holds(user, Role.PROGRAMME) else []


def tab(grant: Grant, user: Any) -> Iterable[Tab]:
    """The tab of reports on a grant's page."""
    return [Tab("reports", _("Reports"), reverse("reports:of_grant", args=[grant.pk]), 40)] if grant.is_in_force else []
