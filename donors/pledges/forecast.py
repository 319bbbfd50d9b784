"""Which promised money hangs on a condition, for the forecast of cash."""

from __future__ import annotations

from donors.pledges.models import Instalment


def conditional(subaccounts: list[int]) -> set[int]:
    """Those of these instalments whose agreement's condition is not met yet."""
    hung = Instalment.objects.filter(subaccount_id__in=subaccounts, pledge__conditional=True, pledge__condition_met_on=None)
    return set(hung.values_list("subaccount_id", flat=True))
