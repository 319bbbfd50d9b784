"""Who sits, who keeps the record, who closes. A conflict of interest is asked for by the actions, application by application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from grants.decisions.models import Seat

OVERSEEING = (Role.PROGRAMME, Role.MANAGER, Role.AUDITOR)


def oversees(user: Any) -> bool:
    return holds(user, *OVERSEEING)


def can_open(call: Any, user: Any) -> bool:
    """The secretariat calls the Board together."""
    return holds(user, Role.PROGRAMME)


def seat_of(session: Any, user: Any) -> Seat | None:
    """The user's seat in the session, while they are a trustee."""
    return session.seats.filter(trustee=user).first() if holds(user, Role.TRUSTEE) else None


def can_sit(session: Any, user: Any) -> bool:
    """A trustee with a seat."""
    return seat_of(session, user) is not None


def can_record(session: Any, user: Any) -> bool:
    """The secretary, or a trustee who is present and has declared their conflicts."""
    if holds(user, Role.PROGRAMME):
        return True
    seat = seat_of(session, user)
    return seat is not None and seat.present


def can_keep_seats(session: Any, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


can_close = can_keep_seats
