"""Month-end revaluation: what is monetary and not in USD, to the UN operational rate of exchange of the day."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund import clock
from trustfund.ledger import chart, finance_postings
from trustfund.ledger.exchange import rates
from trustfund.ledger.funding import headroom
from trustfund.ledger.models import Subaccount
from trustfund.ledger.postings import Legs
from trustfund.money import Money
from trustfund.ui.formatting import short_day_text
from trustfund.vouchers.prepared.event import Event, Inputs, Proposal, Workings, proposal
from trustfund.vouchers.prepared.fields import day_field
from trustfund.vouchers.prepared.moment import Held, Moment

MONETARY = [each.code for each in chart.CHART if each.monetary]


def last_month_end() -> datetime.date:
    """The last day of the month before this one."""
    return clock.today().replace(day=1) - datetime.timedelta(days=1)


class RevaluationForm(forms.Form):
    """The end of which month."""

    date = day_field(last_month_end, help_text=gettext_lazy("The last day of the month. The rates are those in force on it."))

    def clean_date(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["date"]
        if (day + datetime.timedelta(days=1)).day != 1:
            raise ValidationError(_("This is not the last day of a month."))
        return day


def propose(moment: Moment, inputs: Inputs) -> Proposal:
    """Each balance not in USD at the rate of the day; the difference to what it stands at is a gain (4200) or a loss (5400)."""
    legs: Legs = []
    rows: list[list[Any]] = []
    for held in moment.held(MONETARY):
        if held.foreign:
            found, row = _one(moment, held)
            legs += found
            rows.append(row)
    heads = [_("Account"), _("Balance in its currency"), _("Booked, USD"), _("Rate"), _("Rate since"), _("Revalued, USD")]
    heads.append(_("Difference, USD"))
    notes = [
        _("The worth in USD alone changes, no balance in its currency."),
        _("Advances to NGOs (1200) and conditional contributions (2200) stay at the rates at which they came."),
    ]
    return proposal(legs, Workings(heads, rows, notes))


def _one(moment: Moment, held: Held) -> tuple[Legs, list[Any]]:
    """The legs for one balance (none where it stands right), and how they came about."""
    rate, since = moment.rate(held.own.currency)
    worth: Money = rates.convert(held.own, rate)
    change = worth - held.usd
    named = held.of if held.of is not None and held.code not in headroom.NOT_FUNDING and held.of.kind in NAMED else None
    about: dict[str, Any] = {"currency": held.own.currency, "rate": rate, "named": named, "window": held.window}
    legs = finance_postings.revalued(held.code, held.of, change, **about)
    account = f"{held.code} {held.of.code}" if held.of else held.code
    return legs, [account, held.own, held.usd, f"{rate:f}", short_day_text(since), worth, change]


NAMED = (Subaccount.Kind.INSTALMENT, Subaccount.Kind.GRANT)
"""Whose lines must balance, for what they lack is cash; what is payable to a donor is none of the contribution's any more."""

REVALUATION = Event(
    name="revaluation",
    title=gettext_lazy("Month-end revaluation"),
    help=gettext_lazy("Bank accounts, receivables and payables in other currencies, at the UN operational rate of the last day."),
    narrative=gettext_lazy("Revaluation to the UN operational rate of exchange."),
    form=RevaluationForm,
    accounts=frozenset({*MONETARY, "4200", "5400"}),
    propose=propose,
    once=True,
    in_order=True,
)
