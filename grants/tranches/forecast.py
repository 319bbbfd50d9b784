"""What is still to be paid of agreements, for the forecast of cash: tranches in force, and those of agreements not yet in force."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from grants.agreements.models import PlannedTranche
from grants.agreements.models import State as GrantState
from grants.tranches.models import OPEN_STATES, Tranche
from trustfund.treasury.dues import Due
from trustfund.treasury.forecast import TRANCHE

SET_ASIDE = (GrantState.CERTIFIED, GrantState.OFFERED, GrantState.SIGNED)
"""Its funds are certified, its agreement is not in force yet."""


def dues() -> Iterable[Due]:
    """Each tranche that was not paid yet, by its day."""
    laid_out = Tranche.objects.filter(state__in=OPEN_STATES).select_related("grant").order_by("due_on", "pk")
    for tranche in laid_out:
        label = _("%(grant)s, tranche %(number)s") % {"grant": tranche.grant.reference, "number": tranche.number}
        yield Due(TRANCHE, tranche.due_on, tranche.amount, label, tranche.get_absolute_url())
    planned = PlannedTranche.objects.filter(grant__state__in=SET_ASIDE, tranche=None).select_related("grant").order_by("due_on", "pk")
    for part in planned:
        names = {"grant": part.grant.reference, "number": part.number, "state": part.grant.get_state_display()}
        label = _("%(grant)s, tranche %(number)s (%(state)s)") % names
        yield Due(TRANCHE, part.due_on, part.amount, label, part.grant.get_absolute_url())
