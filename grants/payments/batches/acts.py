"""What can be done with a batch now."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from grants.agreements.acts import Act, possible_acts
from grants.payments.batches.models import PaymentBatch


def acts_of(batch: PaymentBatch, user: Any) -> list[Act]:
    """The acts that the user can do with it in its state, the next one first."""
    offered = [
        (batch.submit, "submit", _("Submit for approval"), ""),
        (batch.approve, "approve", _("Approve"), ""),
        (batch.make_file, "make_file", _("Make the file for the bank"), ""),
        (batch.change, "change", _("Change"), "secondary"),
        (batch.refuse, "refuse", _("Refused by the bank"), "secondary"),
        (batch.send_back, "send_back", _("Send back"), "secondary"),
        (batch.cancel, "cancel", _("Cancel"), "danger"),
    ]
    return possible_acts(batch, "batches", offered, user)
