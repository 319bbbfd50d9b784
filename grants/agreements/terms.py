"""What the year-end estimate of the books needs to know of agreements: the ground does not know grants, so it is told."""

from __future__ import annotations

from grants.agreements.models import Grant
from trustfund.vouchers.prepared.estimate import Terms


def terms_of(subaccounts: list[int]) -> dict[int, Terms]:
    """The last day and the support cost rate of the grants with these subaccounts."""
    found = Grant.objects.filter(subaccount_id__in=subaccounts).values_list("subaccount_id", "ends_on", "psc_rate")
    return {pk: Terms(ends_on, psc_rate) for pk, ends_on, psc_rate in found}
