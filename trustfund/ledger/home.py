"""What of the books waits for a person, and where they are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trustfund import clock
from trustfund.ledger.funding.months import months
from trustfund.ledger.models import Period
from trustfund.ledger.periods import TAKES_POSTINGS
from trustfund.ledger.permissions import can_read_books
from trustfund.ledger.proposals.models import RuleProposal, State, WindowProposal
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
    "fundwindow.open": gettext_lazy("Fund window opened"),
    "fundwindow.change": gettext_lazy("Purpose of the window changed"),
    "fundingrule.adopt": gettext_lazy("Funding rule adopted"),
    "windowproposal.propose": gettext_lazy("Proposed"),
    "windowproposal.adopt": gettext_lazy("Adopted"),
    "windowproposal.refuse": gettext_lazy("Refused"),
    "windowproposal.withdraw": gettext_lazy("Withdrawn"),
    "ruleproposal.propose": gettext_lazy("Proposed"),
    "ruleproposal.adopt": gettext_lazy("Adopted"),
    "ruleproposal.refuse": gettext_lazy("Refused"),
    "ruleproposal.withdraw": gettext_lazy("Withdrawn"),
    "tag.create": gettext_lazy("Earmark added"),
    "books.reseal": gettext_lazy("Put on record with a new key"),
    "year.close": gettext_lazy("Year-end closing"),
    "entry.reverse": gettext_lazy("Reversed"),
    "books.take_in": gettext_lazy("Put on record as it stood"),
}


def items(user: Any) -> Iterable[Item]:
    """What somebody else proposed: periods, windows and rules; finance allocates costs; the auditor verifies the chains."""
    found = []
    if holds(user, Role.APPROVER):
        proposed = Period.objects.filter(state__in=[Period.State.CLOSING, Period.State.REOPENING]).exclude(proposed_by=user).count()
        title = ngettext("Decide on an accounting period", "Decide on %(count)s accounting periods", proposed) % {"count": proposed}
        found += [Item(title, reverse("ledger:periods"), count=proposed)] if proposed else []
    if holds(user, Role.APPROVER, Role.MANAGER):
        found += _proposed(user)
    if holds(user, Role.FINANCE):
        waiting = [each for each in months(Period.objects.filter(state__in=TAKES_POSTINGS, ends_on__lte=clock.today())) if each.waits]
        title = ngettext("Allocate the costs of a month", "Allocate the costs of %(count)s months", len(waiting)) % {"count": len(waiting)}
        found += [Item(title, reverse("ledger:costs"), count=len(waiting))] if waiting else []
    if holds(user, Role.AUDITOR):
        found.append(Item(_("Verify the books and the audit trail"), reverse("ledger:check"), tone="neutral"))
    return found


def _proposed(user: Any) -> list[Item]:
    """What somebody else proposed about windows and the funding rule."""
    windows = WindowProposal.objects.filter(state=State.PROPOSED).exclude(proposed_by=user).count()
    rules = RuleProposal.objects.filter(state=State.PROPOSED).exclude(proposed_by=user).count()
    title = ngettext("Decide on a fund window", "Decide on %(count)s fund windows", windows) % {"count": windows}
    found = [Item(title, reverse("ledger:windows"), count=windows)] if windows else []
    return [*found, *([Item(_("Decide on a funding rule"), reverse("ledger:rules"), count=rules)] if rules else [])]


def destinations(user: Any) -> Iterable[Destination]:
    """The books stand in the header of all who may read them; the rooms whose tabs they share belong to them."""
    rooms = (reverse("banking:index"), reverse("treasury:index"), reverse("erp:index"))
    return [Destination(_("Books"), reverse("ledger:index"), 50, rooms=rooms)] if can_read_books(user) else []
