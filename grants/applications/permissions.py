"""Who may do what with an application. The NGO writes, submits and answers; the secretariat screens; later phases tell what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ngos.organisations import permissions as organisations
from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from grants.applications.models import Application

STAFF = (Role.PROGRAMME, Role.MANAGER, Role.AUDITOR)


def sees_submitted(user: Any) -> bool:
    """Every application that was handed in, with who applies."""
    return holds(user, *STAFF)


def is_member(application: Application, user: Any) -> bool:
    return application.organisation.membership_of(user) is not None


def sees_identity(application: Application, user: Any) -> bool:
    """Whether the reader may know who applies: the NGO itself and the secretariat; others unless the call is blind."""
    return sees_submitted(user) or is_member(application, user) or not application.call.blind


def can_start(organisation: Any, user: Any) -> bool:
    """Owners and editors of an organisation begin its application."""
    return organisations.can_edit(organisation, user)


def can_work(application: Application, user: Any) -> bool:
    """An owner or editor of the organisation, whatever the state."""
    return organisations.can_edit(application.organisation, user)


def can_edit(application: Application, user: Any) -> bool:
    """Write in it: while it is a draft."""
    return application.state == "draft" and can_work(application, user)


def can_submit(application: Application, user: Any) -> bool:
    return can_work(application, user)


def can_withdraw(application: Application, user: Any) -> bool:
    return can_work(application, user)


def can_resume(application: Application, user: Any) -> bool:
    return can_work(application, user)


def can_answer_clarification(application: Application, user: Any) -> bool:
    return can_work(application, user)


def can_ask_clarification(application: Application, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


def can_screen(application: Application, user: Any) -> bool:
    """Decide on eligibility; not for an organisation that one acts for."""
    return holds(user, Role.PROGRAMME) and not is_member(application, user)


def can_take_into_review(application: Application, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


def can_mark_reviewed(application: Application, user: Any) -> bool:
    """The last review that comes in marks it, so whoever sent that one; or the clock."""
    return user is None or holds(user, Role.PROGRAMME, Role.MANAGER, Role.REVIEWER, Role.TRUSTEE)


def can_return_to_review(application: Application, user: Any) -> bool:
    return holds(user, Role.PROGRAMME, Role.MANAGER)


def can_select(application: Application, user: Any) -> bool:
    """Shortlist, recommend, reserve, decline: told by the room of decisions, which asked who may; promotion may be the clock's."""
    return user is None or holds(user, Role.PROGRAMME, Role.TRUSTEE, Role.MANAGER)


def can_award(application: Application, user: Any) -> bool:
    return holds(user, Role.MANAGER)


def can_lapse(application: Application, user: Any) -> bool:
    """The end of a reserve list: by the clock or by the secretariat."""
    return user is None or holds(user, Role.PROGRAMME, Role.MANAGER)
