"""What of this room waits for a person, and where its pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from grants.applications import permissions
from grants.applications.models import Application, State
from ngos.organisations.models import Membership, membership_of
from trustfund import clock
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds, roles_of


def items(user: Any) -> Iterable[Item]:
    """For an NGO: drafts with their deadline and what is asked. For programme officers: what waits to be screened, by call."""
    if roles_of(user):
        return _to_screen() if holds(user, Role.PROGRAMME) else []
    membership = membership_of(user)
    if membership is None or membership.right == Membership.Right.VIEWER:
        return []
    return _to_write(membership.organisation_id)


def _to_write(organisation: int) -> list[Item]:
    own = Application.objects.filter(organisation=organisation, state__in=[State.DRAFT, State.CLARIFICATION_ASKED])
    asked = own.select_related("call").prefetch_related("clarifications")
    found = []
    for application in asked:
        if application.state == State.CLARIFICATION_ASKED:
            due = max(each.due_on for each in application.clarifications.all())
            title = _("Answer the question about %(reference)s") % {"reference": application.reference}
            found.append(Item(title, application.get_absolute_url(), due, tone="blocked"))
        elif application.call.is_open():
            due = clock.day_of(application.call.deadline)
            found.append(Item(_("Submit %(reference)s") % {"reference": application.reference}, application.get_absolute_url(), due))
    return found


def _to_screen() -> list[Item]:
    """One line for each call that is over, so that nobody decides while applications can still be changed."""
    waiting = Application.objects.filter(state=State.SUBMITTED).filter(~Q(call__state="published") | Q(call__closes_at__lte=clock.now()))
    calls = waiting.values("call", "call__reference").annotate(count=Count("pk")).order_by("call")
    return [
        Item(
            _("Decide on the eligibility of applications to %(reference)s") % {"reference": row["call__reference"]},
            f"{reverse('applications:register')}?call={row['call']}&state={State.SUBMITTED}",
            count=row["count"],
        )
        for row in calls
    ]


def destinations(user: Any) -> Iterable[Destination]:
    """The applications, for the secretariat and for whoever is neither staff nor Board; calls too for the latter."""
    if permissions.sees_submitted(user):
        return [Destination(_("Applications"), reverse("applications:register"), 20, daily=holds(user, Role.PROGRAMME))]
    if getattr(user, "is_authenticated", False) and not roles_of(user) and membership_of(user) is not None:
        calls = Destination(_("Calls"), reverse("calls:index"), 10)
        return [calls, Destination(_("Applications"), reverse("applications:register"), 20)]
    return []
