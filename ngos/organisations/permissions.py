"""Who may do what with an organisation. NGO members act by their right; staff look, by role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trustfund.people.roles import Role, holds, roles_of

if TYPE_CHECKING:
    from ngos.organisations.models import Organisation

OWNER, EDITOR, VIEWER = "owner", "editor", "viewer"

LOOKING = (Role.PROGRAMME, Role.MANAGER, Role.FINANCE, Role.APPROVER, Role.AUDITOR)
"""Staff who see every organisation. Reviewers and trustees see what a dossier shows them, nothing here."""


def sees_all(user: Any) -> bool:
    return holds(user, *LOOKING)


def can_register(organisation: None, user: Any) -> bool:
    """Any person who signed in and works neither for the Fund nor on its Board."""
    return bool(user and user.is_authenticated and user.is_active) and not roles_of(user)


def can_view(organisation: Organisation, user: Any) -> bool:
    return sees_all(user) or organisation.membership_of(user) is not None


def can_edit(organisation: Organisation, user: Any) -> bool:
    """Owners and editors change the profile, the documents and the drafts."""
    return _right(organisation, user) in (OWNER, EDITOR)


def can_own(organisation: Organisation, user: Any) -> bool:
    """Owners invite, change rights and remove."""
    return _right(organisation, user) == OWNER


can_manage_members = can_own


def can_sign(organisation: Organisation, user: Any) -> bool:
    """A signatory binds the organisation: agreements, bank details, reports."""
    membership = organisation.membership_of(user)
    return membership is not None and membership.signatory


def _right(organisation: Organisation, user: Any) -> str | None:
    membership = organisation.membership_of(user)
    return membership.right if membership else None
