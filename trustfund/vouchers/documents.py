"""What a voucher rests on, for whoever follows its entry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from trustfund.ledger.evidence import Document, of_file
from trustfund.vouchers.models import Attachment, Voucher


def documents(voucher: Voucher, user: Any) -> Iterable[Document]:
    """Its attachments."""
    found = Attachment.objects.visible_to(user).filter(voucher=voucher).select_related("file").order_by("pk")
    return [of_file(_("Attachment"), each.file, reverse("vouchers:attachment", args=[each.pk])) for each in found]
