"""What of the banks' statements waits for a person, and where they are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trustfund.banking.models import BankLine
from trustfund.banking.permissions import can_match, can_see
from trustfund.people.home import Item
from trustfund.people.navigation import Destination

ACTS = {
    "bankdetails.describe": gettext_lazy("Bank account described"),
    "bankstatement.take_in": gettext_lazy("Bank statement imported"),
    "bankline.confirm": gettext_lazy("Matched to the books"),
    "bankline.undo": gettext_lazy("Match taken back"),
}


def items(user: Any) -> Iterable[Item]:
    """Finance: lines of the banks that are not matched yet."""
    if not can_match(None, user):
        return []
    waiting = BankLine.objects.unmatched().count()
    title = ngettext("Match a line of a bank statement", "Match %(count)s lines of bank statements", waiting) % {"count": waiting}
    return [Item(title, f"{reverse('banking:lines')}?state=open", count=waiting)] if waiting else []


def destinations(user: Any) -> Iterable[Destination]:
    """The statements of the banks, beside the books."""
    return [Destination(_("Bank statements"), reverse("banking:index"), 55, daily=False)] if can_see(user) else []
