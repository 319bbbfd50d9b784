"""Who may do what with a tranche."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ngos.organisations import permissions as organisations
from trustfund.people.roles import Role, holds

if TYPE_CHECKING:
    from grants.tranches.models import Tranche


def can_request(tranche: Tranche, user: Any) -> bool:
    """An owner or an editor of the NGO."""
    return bool(user) and organisations.can_edit(tranche.grant.organisation, user)


can_confirm_receipt = can_request


def can_return(tranche: Tranche, user: Any) -> bool:
    return holds(user, Role.PROGRAMME)


can_make_ready = can_return


def can_pay(tranche: Tranche, user: Any) -> bool:
    """Told by the payment that the bank made, or sent back."""
    return holds(user, Role.FINANCE)


can_reopen = can_pay


def can_cancel(tranche: Tranche, user: Any) -> bool:
    """The fund manager; finance and the approving officer when a closing cancels what is left."""
    return holds(user, Role.MANAGER, Role.FINANCE, Role.APPROVER)
