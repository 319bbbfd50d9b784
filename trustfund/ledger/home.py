"""What of the books waits for a person, and where they are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trustfund.ledger.models import Period
from trustfund.ledger.months import months
from trustfund.ledger.permissions import can_read_books
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds

ACTS = {
    "fiscalyear.open": gettext_lazy("Fiscal year opened"),
    "period.propose_closing": gettext_lazy("Closing proposed"),
    "period.close": gettext_lazy("Closed"),
    "period.refuse_closing": gettext_lazy("Closing refused"),
    "period.propose_reopening": gettext_lazy("Reopening proposed"),
    "period.reopen": gettext_lazy("Reopened"),
    "period.refuse_reopening": gettext_lazy("Reopening refused"),
    "costs.allocate": gettext_lazy("Costs of a month allocated"),
    "closedbooks.keep": gettext_lazy("Balances kept"),
    "certification.prepare": gettext_lazy("Statements prepared"),
    "certification.certify": gettext_lazy("Statements certified"),
    "certification.approve": gettext_lazy("Statements approved"),
    "certification.withdraw": gettext_lazy("Certification withdrawn"),
    "rate.add": gettext_lazy("Exchange rate added"),
    "subaccount.open": gettext_lazy("Subaccount opened"),
    "subaccount.keep": gettext_lazy("May be kept after its end"),
    "subaccount.relabel": gettext_lazy("Label of a subaccount changed"),
    "tag.create": gettext_lazy("Earmark added"),
    "books.reseal": gettext_lazy("Put on record with a new key"),
    "year.close": gettext_lazy("Year-end closing"),
    "entry.reverse": gettext_lazy("Reversed"),
    "books.take_in": gettext_lazy("Put on record as it stood"),
}


def items(user: Any) -> Iterable[Item]:
    """The approving officer decides on periods that somebody else proposed; finance allocates costs; the auditor verifies the chains."""
    found = []
    if holds(user, Role.APPROVER):
        proposed = Period.objects.filter(state__in=[Period.State.CLOSING, Period.State.REOPENING]).exclude(proposed_by=user).count()
        title = ngettext("Decide on an accounting period", "Decide on %(count)s accounting periods", proposed) % {"count": proposed}
        found += [Item(title, reverse("ledger:periods"), count=proposed)] if proposed else []
    if holds(user, Role.FINANCE):
        waiting = [each for each in months() if each.waits]
        title = ngettext("Allocate the costs of a month", "Allocate the costs of %(count)s months", len(waiting)) % {"count": len(waiting)}
        found += [Item(title, reverse("ledger:costs"), count=len(waiting))] if waiting else []
    if holds(user, Role.AUDITOR):
        found.append(Item(_("Verify the books and the audit trail"), reverse("ledger:check"), tone="neutral"))
    return found


def destinations(user: Any) -> Iterable[Destination]:
    """The books stand in the header of all who may read them."""
    return [Destination(_("Books"), reverse("ledger:index"), 50)] if can_read_books(user) else []
