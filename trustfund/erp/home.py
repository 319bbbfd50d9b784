"""From where the comparison with the ERP is reached, and the words for its acts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.erp.permissions import can_read_books
from trustfund.people.navigation import Destination

ACTS = {
    "mapping.save": gettext_lazy("Mapped to the ERP’s code"),
    "extractlayout.describe": gettext_lazy("Layout of the extract described"),
    "extract.bring": gettext_lazy("Extract brought"),
    "extract.withdraw": gettext_lazy("Extract withdrawn"),
}


def destinations(user: Any) -> Iterable[Destination]:
    """Beside the books."""
    return [Destination(_("ERP"), reverse("erp:index"), 90, daily=False)] if can_read_books(user) else []
