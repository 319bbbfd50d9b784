"""Who may do what with a pledge.

Two people stand behind every agreement in the books: the fund manager records what was signed, with the document; finance, who can't
have signed it, books it. Announcements are entered by either. That a condition is met is said by the fund manager or the approving
officer, since it makes revenue; what is owed is reduced by finance on a document, and given up by the fund manager while unbooked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from donors.donors.permissions import sees_all
from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from donors.pledges.models import Instalment, Pledge

__all__ = ["can_announce", "can_book", "can_keep", "can_lapse", "can_meet_condition", "can_receive", "can_reduce", "can_sign", "sees_all"]


def can_announce(pledge: Pledge | None, user: Any) -> bool:
    return holds(user, Role.FINANCE, Role.MANAGER)


def can_sign(pledge: Pledge, user: Any) -> bool:
    return holds(user, Role.MANAGER)


def can_book(pledge: Pledge, user: Any) -> bool:
    """Finance, but not who recorded the signature."""
    return holds(user, Role.FINANCE) and user.pk != pledge.signed_by_id


def can_meet_condition(pledge: Pledge, user: Any) -> bool:
    return holds(user, Role.MANAGER, Role.APPROVER)


def can_reduce(pledge: Pledge | Instalment, user: Any) -> bool:
    return holds(user, Role.FINANCE)


def can_keep(pledge: Pledge, user: Any) -> bool:
    """The fund manager, as with what was signed."""
    return holds(user, Role.MANAGER)


def can_lapse(pledge: Pledge, user: Any) -> bool:
    return holds(user, Role.MANAGER)


def can_receive(pledge: Pledge | Instalment, user: Any) -> bool:
    """Cash is entered and matched by finance."""
    return holds(user, Role.FINANCE)


def can_take_back(pledge: Pledge | Instalment, user: Any) -> bool:
    """Cash that was matched in error is taken back by the approving officer, with its receipt."""
    return holds(user, Role.APPROVER)


def can_book_closing(user: Any) -> bool:
    """What a closing needs of receivables is posted by finance."""
    return holds(user, Role.FINANCE)
