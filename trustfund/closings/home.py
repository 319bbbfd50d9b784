"""Which closings wait for whom: the month to close for finance, the year-end and the certification for who decides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund import clock
from trustfund.closings.models import YearEnd
from trustfund.ledger.closed.models import Certification
from trustfund.ledger.models import Entry, Period
from trustfund.ledger.permissions import can_approve_year, can_certify_year
from trustfund.people.home import Item
from trustfund.people.roles import Role, holds

ACTS = {
    "checklist.confirm": gettext_lazy("List confirmed"),
    "review.make": gettext_lazy("Looked at"),
    "reopening.ask": gettext_lazy("Reason given"),
    "yearend.propose": gettext_lazy("Closing entry proposed"),
    "yearend.approve": gettext_lazy("Closing entry posted"),
    "yearend.refuse": gettext_lazy("Closing entry refused"),
}
WEEKEND = (5, 6)


def items(user: Any) -> Iterable[Item]:
    """The oldest month that is over and not closed; a closing entry to approve; statements to certify or approve."""
    return [*_to_close(user), *_to_approve(user), *_to_certify(user)]


def working_days_after(day: date, many: int) -> date:
    """The day that is so many working days (Monday to Friday) after another."""
    while many:
        day += timedelta(days=1)
        many -= day.weekday() not in WEEKEND
    return day


def _to_close(user: Any) -> list[Item]:
    if not holds(user, Role.FINANCE):
        return []
    used = Exists(Entry.objects.filter(period=OuterRef("pk")))
    period = Period.objects.filter(used, state=Period.State.OPEN, ends_on__lt=clock.today(), number__lt=13).order_by("ends_on").first()
    if period is None:
        return []
    due = working_days_after(period.ends_on, settings.CLOSING_WORKING_DAYS)
    return [Item(_("Close the month %(period)s") % {"period": period}, reverse("closings:period", args=[period.pk]), due=due)]


def _to_approve(user: Any) -> list[Item]:
    if not holds(user, Role.APPROVER):
        return []
    found = YearEnd.objects.filter(state=YearEnd.State.PROPOSED).exclude(proposed_by=user)
    return [Item(_("Approve the closing entry of %(year)s") % {"year": each}, each.get_absolute_url()) for each in found]


def _to_certify(user: Any) -> list[Item]:
    if not holds(user, Role.APPROVER, Role.MANAGER):
        return []
    waiting = Certification.objects.filter(state__in=["prepared", "certified"]).order_by("pk")
    return [
        Item(_("Certify the statements of %(year)s") % {"year": each}, reverse("closings:year", args=[each.pk]))
        for each in waiting
        if (can_certify_year if each.state == "prepared" else can_approve_year)(each, user)
    ]
