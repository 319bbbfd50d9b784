"""What of the banks' statements waits for a person, and where they are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trustfund.banking.models import BankLine, Withdrawal
from trustfund.banking.permissions import can_match, can_see
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds

ACTS = {
    "bankdetails.describe": gettext_lazy("Bank account described"),
    "bankstatement.take_in": gettext_lazy("Bank statement imported"),
    "bankstatement.withdraw": gettext_lazy("Bank statement withdrawn"),
    "withdrawal.ask": gettext_lazy("Withdrawal of a bank statement asked for"),
    "withdrawal.carry_out": gettext_lazy("Withdrawal of a bank statement carried out"),
    "withdrawal.confirm": gettext_lazy("Withdrawal of a bank statement confirmed by a second person"),
    "withdrawal.decline": gettext_lazy("Withdrawal of a bank statement declined"),
    "bankline.write_voucher": gettext_lazy("Voucher written for a line of the bank"),
    "bankline.confirm": gettext_lazy("Matched to the books"),
    "bankline.undo": gettext_lazy("Match taken back"),
}


def items(user: Any) -> Iterable[Item]:
    """Finance: lines of the banks that are not matched yet; a second person: statements that somebody wants to withdraw."""
    return [*_to_match(user), *_to_confirm(user)]


def _to_confirm(user: Any) -> Iterable[Item]:
    if not holds(user, Role.FINANCE, Role.APPROVER):
        return []
    asked = list(Withdrawal.objects.filter(state=Withdrawal.State.ASKED).exclude(asked_by=user).select_related("statement__bank"))
    title = _("Bank statement to be withdrawn: %(statement)s")
    return [Item(title % {"statement": each.statement}, each.get_absolute_url(), tone="waiting") for each in asked]


def _to_match(user: Any) -> Iterable[Item]:
    if not can_match(None, user):
        return []
    waiting = BankLine.objects.unmatched().count()
    title = ngettext("Match a line of a bank statement", "Match %(count)s lines of bank statements", waiting) % {"count": waiting}
    return [Item(title, f"{reverse('banking:lines')}?state=open", count=waiting)] if waiting else []


def destinations(user: Any) -> Iterable[Destination]:
    """The statements of the banks, beside the books."""
    return [Destination(_("Bank statements"), reverse("banking:index"), 55, daily=False)] if can_see(user) else []
