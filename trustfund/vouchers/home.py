"""Which vouchers wait for a person, and where they are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trustfund import clock
from trustfund.ledger.models import Entry
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds
from trustfund.vouchers.models import Voucher
from trustfund.vouchers.permissions import can_read_books
from trustfund.workflow import possible

ACTS = {
    "voucher.draft": gettext_lazy("Voucher written"),
    "voucher.change": gettext_lazy("Voucher changed"),
    "voucher.prepare": gettext_lazy("Worked out from the books"),
    "voucher.submit": gettext_lazy("Submitted for approval"),
    "voucher.approve": gettext_lazy("Approved and posted"),
    "voucher.return_": gettext_lazy("Returned to its maker"),
    "voucher.cancel": gettext_lazy("Cancelled"),
    "voucher.ask_reversal": gettext_lazy("Reversal asked for"),
    "voucher.attach": gettext_lazy("Document attached"),
    "voucher.detach": gettext_lazy("Document taken off"),
}


def items(user: Any) -> Iterable[Item]:
    """The checker: vouchers that somebody else submitted. The maker: those that came back."""
    found = []
    if holds(user, Role.APPROVER):
        waiting = Voucher.objects.filter(state=Voucher.State.SUBMITTED).exclude(maker=user).count()
        title = ngettext("Approve a voucher", "Approve %(count)s vouchers", waiting) % {"count": waiting}
        found += [Item(title, reverse("vouchers:index") + "?state=submitted", count=waiting)] if waiting else []
    if holds(user, Role.FINANCE):
        back = Voucher.objects.filter(state=Voucher.State.RETURNED, maker=user).count()
        title = ngettext("Put a returned voucher right", "Put %(count)s returned vouchers right", back) % {"count": back}
        found += [Item(title, reverse("vouchers:index") + "?state=returned", count=back, tone="blocked")] if back else []
        found += _reversals_due(user)
    return found


def _reversals_due(user: Any) -> Iterable[Item]:
    """Reversals that were proposed with what they reverse, and whose day has come."""
    due = Voucher.objects.filter(state=Voucher.State.DRAFT, kind=Voucher.Kind.REVERSAL, maker=user, date__lte=clock.today())
    for voucher in due.order_by("pk"):
        yield Item(_("Submit the reversal %(voucher)s, which is due") % {"voucher": voucher}, voucher.get_absolute_url())


def reversing(entry: Entry, user: Any) -> tuple[str, str] | None:
    """The button on the page of an entry that a voucher posted."""
    voucher = Voucher.objects.filter(entry=entry).exclude(kind=Voucher.Kind.REVERSAL).first()
    if voucher is None or not possible(voucher.ask_reversal, by=user):
        return None
    if voucher.reversals.exclude(state=Voucher.State.CANCELLED).exists():
        return None
    return _("Reverse this entry"), reverse("vouchers:reverse", args=[voucher.pk])


def destinations(user: Any) -> Iterable[Destination]:
    """The vouchers stand beside the books; they are a tab of theirs."""
    return [Destination(_("Vouchers"), reverse("vouchers:index"), 55, daily=False)] if can_read_books(user) else []
