"""When instalments are due, for the ageing of receivables."""

from __future__ import annotations

from datetime import date

from donors.pledges.models import Instalment


def due_dates(subaccounts: list[int]) -> dict[int, date]:
    """The due date of each instalment among these subaccounts, by primary key."""
    return dict(Instalment.objects.filter(subaccount_id__in=subaccounts).values_list("subaccount_id", "due_on"))
