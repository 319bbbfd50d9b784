"""The operating reserve: a share of the year's plan, set aside from the accumulated surplus, and released."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.ledger import postings
from trustfund.ui.formatting import percent_text
from trustfund.vouchers.prepared.event import Event, Inputs, Proposal, Workings, proposal, window_of
from trustfund.vouchers.prepared.fields import amount_field, day_field, window_field
from trustfund.vouchers.prepared.moment import Moment


def _percent() -> Decimal:
    """The fund's rate, in percent (setting OPERATING_RESERVE_SHARE)."""
    return (Decimal(settings.OPERATING_RESERVE_SHARE) * 100).normalize()


class ReserveForm(forms.Form):
    """The plan, and which share of it is kept."""

    date = day_field()
    window = window_field()
    plan = amount_field(
        gettext_lazy("Annual cost plan"), help_text=gettext_lazy("The plan that the Board approved; 0 releases the reserve.")
    )
    percent = forms.DecimalField(label=gettext_lazy("Share kept, percent"), initial=_percent, min_value=0, max_value=100, decimal_places=2)


def propose(moment: Moment, inputs: Inputs) -> Proposal:
    """The reserve is raised or lowered to its share of the plan."""
    share = inputs["percent"] / 100
    wanted, before = inputs["plan"].times(share), -moment.balance("3100", window=window_of(inputs))
    rows = [
        [_("Annual cost plan"), inputs["plan"]],
        [_("Reserve wanted, %(share)s of it") % {"share": percent_text(share, digits=2)}, wanted],
        [_("Reserve before"), before],
        [_("Set aside, or released where below nothing"), wanted - before],
    ]
    return proposal(postings.operating_reserve(wanted - before), Workings([_("Operating reserve"), _("USD")], rows))


OPERATING_RESERVE = Event(
    name="operating_reserve",
    title=gettext_lazy("Operating reserve"),
    help=gettext_lazy("Sets the reserve to a share of the annual cost plan, or releases what is too much: 3010 against 3100."),
    narrative=gettext_lazy("Operating reserve set to its share of the annual cost plan."),
    form=ReserveForm,
    accounts=frozenset({"3010", "3100"}),
    propose=propose,
)
