"""What can be done with a payment, or with a tranche that could get one, now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from grants.agreements.acts import Act, possible_acts
from grants.payments import permissions
from grants.payments.models import LIVE, Payment
from grants.tranches.models import State as TrancheState
from grants.tranches.models import Tranche


def acts_of(payment: Payment, user: Any) -> list[Act]:
    """The acts that the user can do with the payment in its state, the next one first."""
    offered = [
        (payment.approve, "approve", _("Approve"), ""),
        (payment.export, "export", _("Order from the bank"), ""),
        (payment.settle, "settle", _("Record that the bank paid"), "" if payment.state == "exported" else "secondary"),
        (payment.release, "release", _("Take it up again"), ""),
        (payment.refuse, "refuse", _("Refused by the bank"), "secondary"),
        (payment.return_, "return", _("Returned by the bank"), "secondary"),
        (payment.hold, "hold", _("Hold"), "secondary"),
        (payment.reject, "reject", _("Reject"), "danger"),
        (payment.cancel, "cancel", _("Cancel"), "danger"),
    ]
    found = possible_acts(payment, "payments", offered, user)
    if payment.has_open_exception and permissions.can_handle_exception(payment, user):
        found.append(Act(_("Say how the exception is handled"), reverse("payments:exception", args=[payment.pk])))
    return found


def of_tranche(tranche: Tranche, user: Any) -> Iterable[Act]:
    """For a tranche's page: certify its payment, or look at the one it has."""
    live = tranche.payments.filter(state__in=LIVE).first() if tranche.state not in (TrancheState.PLANNED, TrancheState.REQUESTED) else None
    if live is not None:
        return [Act(_("See the payment"), live.get_absolute_url(), "secondary")] if permissions.sees_all(user) else []
    if tranche.state == TrancheState.READY and permissions.can_certify(tranche, user):
        return [Act(_("Certify the payment"), reverse("payments:certify", args=[tranche.pk]))]
    return []
