"""What of the Board's sessions waits for a person, and where its pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from grants.applications.models import Application
from grants.calls.models import Call
from grants.calls.models import State as CallState
from grants.decisions.actions import DECIDABLE, NOT_READY
from grants.decisions.models import Seat, Session, State
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds


def items(user: Any) -> Iterable[Item]:
    """A trustee: sessions they have not declared for; the secretary: calls ready for the Board, sessions to be closed."""
    found = []
    if holds(user, Role.TRUSTEE):
        found += _of_trustee(user)
    if holds(user, Role.PROGRAMME):
        found += _of_secretary()
    return found


def _of_trustee(user: Any) -> list[Item]:
    seats = Seat.objects.filter(trustee=user, session__state=State.OPEN).select_related("session__call")
    return [_seat_item(seat) for seat in seats]


def _seat_item(seat: Seat) -> Item:
    title = _("Take part in the session on %(call)s") if seat.declared_at else _("Declare conflicts for the session on %(call)s")
    return Item(title % {"call": seat.session.call.reference}, seat.session.get_absolute_url(), due=seat.session.sits_on)


def _of_secretary() -> list[Item]:
    ready = Call.objects.filter(state=CallState.CLOSED, pk__in=Application.objects.filter(state__in=DECIDABLE).values("call"))
    ready = ready.exclude(pk__in=Application.objects.filter(state__in=NOT_READY).values("call"))
    title = _("Call the Board together on %(call)s")
    found = [Item(title % {"call": call.reference}, reverse("decisions:open", args=[call.pk])) for call in ready]
    sitting = Session.objects.filter(state=State.OPEN).select_related("call")
    title = _("The Board sits on %(call)s")
    return found + [Item(title % {"call": each.call.reference}, each.get_absolute_url(), due=each.sits_on) for each in sitting]


def destinations(user: Any) -> Iterable[Destination]:
    """The Board, and who works for it."""
    if holds(user, Role.TRUSTEE, Role.PROGRAMME, Role.MANAGER):
        return [Destination(_("Board"), reverse("decisions:list"), 35, daily=holds(user, Role.TRUSTEE, Role.MANAGER))]
    return []
