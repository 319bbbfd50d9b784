"""The year-end estimate of what NGOs have spent of their advances and not yet reported, reversed on 1 January."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund import clock
from trustfund.fields import MoneyFormField
from trustfund.ledger import finance_postings
from trustfund.ledger.balances import ESTIMATED
from trustfund.ledger.models import GENERAL, Line, Subaccount
from trustfund.ledger.postings import BANKS, Legs
from trustfund.money import Money, zero
from trustfund.ui.formatting import money_text, percent_text
from trustfund.vouchers.prepared.event import Event, Inputs, Proposal, Workings, proposal, within
from trustfund.vouchers.prepared.fields import day_field
from trustfund.vouchers.prepared.moment import Moment
from trustfund.vouchers.rules import Problem

YEAR = 365
"""Days over which an advance is taken to be spent when nobody says when the grant ends."""


@dataclass(frozen=True)
class Terms:
    """What the agreement says of a grant: its last day, and its rate of programme support cost."""

    ends_on: datetime.date
    psc_rate: Decimal


Provider = Callable[[list[int]], dict[int, Terms]]
"""From subaccounts of grants (primary keys) to their terms."""

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Called from `AppConfig.ready()`: the ground does not know grants, whoever does tells their terms here."""
    _providers.append(provider)


def terms_of(grants: list[int]) -> dict[int, Terms]:
    """The terms of grants, as far as they are known."""
    return {pk: terms for provider in _providers for pk, terms in provider(grants).items()}


@dataclass(frozen=True)
class Open:
    """A grant's open advance on a day, since when it is out, and how much of it the policy takes for spent."""

    grant: Subaccount
    advance: Money
    since: datetime.date
    share: Decimal
    psc_rate: Decimal

    @property
    def amount(self) -> Money:
        return self.advance.times(self.share)


def open_advances(on: datetime.date) -> list[Open]:
    """Each open advance, and the part of its time that has passed: from the last payment to the end of the grant."""
    held = [each for each in Moment(on).held(["1200"]) if each.of is not None and each.usd > zero()]
    terms, paid = terms_of([each.of.pk for each in held if each.of]), _paid_on([each.of.pk for each in held if each.of], on)
    found = []
    for each in held:
        assert each.of is not None
        since, known = paid.get(each.of.pk, on), terms.get(each.of.pk)
        days = max((known.ends_on - since).days if known else YEAR, 1)
        share = min(Decimal(max((on - since).days, 0)) / days, Decimal(1))
        found.append(Open(each.of, each.usd, since, share, known.psc_rate if known else each.of.psc_rate or Decimal(0)))
    return sorted(found, key=lambda one: one.grant.code)


def _paid_on(grants: list[int], on: datetime.date) -> dict[int, datetime.date]:
    """The day of the last payment to each grant."""
    paying = Line.objects.filter(account_id__in=BANKS, credit__gt=0).values("entry_id")
    lines = Line.objects.filter(subaccount_id__in=grants, account_id="1200", debit__gt=0, date__lte=on, entry_id__in=paying)
    return dict(lines.order_by("date").values_list("subaccount_id", "date"))


def last_year_end() -> datetime.date:
    """31 December of the year before."""
    return datetime.date(clock.today().year - 1, 12, 31)


class EstimateForm(forms.Form):
    """The year-end, and an amount for each grant with an open advance: the policy's, which finance may change."""

    date = day_field(last_year_end, help_text=gettext_lazy("31 December; the entry belongs to period 13 and is reversed on 1 January."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open = open_advances(self._day())
        kept = (kwargs.get("initial") or {}).get("amounts", {})
        for each in self.open:
            label = _("%(grant)s: %(advance)s open, %(share)s of its time has passed")
            names = {"grant": each.grant, "advance": money_text(each.advance), "share": percent_text(each.share)}
            initial = kept.get(each.grant.code, {}).get("amount", each.amount)
            self.fields[f"grant_{each.grant.pk}"] = MoneyFormField(label=label % names, initial=initial, required=False)

    def _day(self) -> datetime.date:
        """The day that was entered, as far as it is one."""
        if self.is_bound:
            try:
                typed: datetime.date = self.fields["date"].clean(self.data.get("date"))
                return typed
            except ValidationError:
                pass
        day: datetime.date = self.get_initial_for_field(self.fields["date"], "date")
        return day

    def clean_date(self) -> datetime.date:
        day: datetime.date = self.cleaned_data["date"]
        if (day.month, day.day) != (12, 31):
            raise ValidationError(_("The estimate is made for 31 December."))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        amounts = {each.grant.code: self._kept(each, data.pop(f"grant_{each.grant.pk}", None)) for each in self.open}
        data["amounts"] = amounts
        if not amounts and not self.errors:
            raise ValidationError(_("No advance is open on this day: there is nothing to estimate."))
        return data

    @staticmethod
    def _kept(each: Open, typed: Money | None) -> dict[str, Any]:
        """What the policy proposed stays beside what finance made of it, nothing at all included, and the advance that it was made of."""
        amount = each.amount if typed is None else typed
        policy = {"policy": each.amount, "psc_rate": each.psc_rate, "since": each.since, "advance": each.advance}
        return {"grant": each.grant, "amount": amount, **policy}


def _in_order(inputs: Inputs) -> list[dict[str, Any]]:
    """By the grants' codes: a database may keep them in an order of its own."""
    return [found for _code, found in sorted(inputs["amounts"].items())]


def propose(moment: Moment, inputs: Inputs) -> Proposal:
    """For each grant the estimate: against the open advance, what is beyond it as payable, with its programme support cost."""
    legs: Legs = []
    rows: list[list[Any]] = []
    advances = moment.per_subaccount("1200")
    windows = {held.of.pk: held.window for held in moment.held(["1200", "9010"]) if held.of is not None}
    for each in _in_order(inputs):
        advance, amount = advances.get(each["grant"].pk, zero()), each["amount"]
        found = finance_postings.year_end_estimate(each["grant"], amount, advance=advance, psc_rate=each["psc_rate"])
        legs += within(windows.get(each["grant"].pk, GENERAL), found)
        rows.append([str(each["grant"]), advance, each["since"], each["policy"], amount, amount.times(each["psc_rate"])])
    heads = [_("Grant"), _("Open advance"), _("Last paid"), _("By the policy"), _("Estimated"), _("Programme support on it")]
    notes = [
        _("Policy: an open advance is taken to be spent evenly from the day of the last payment to the last day of the grant (over a year"
          " where that is not known). Finance may change each amount for what it knows better."),
        _("It is an estimate, reversed on 1 January: no report is accepted by it, and the NGO still accounts for the whole advance."),
    ]  # fmt: skip
    return proposal(legs, Workings(heads, rows, notes))


def limits(moment: Moment, inputs: Inputs) -> Iterator[Problem]:
    """Every open advance is estimated, each as it stands; never more than the advance and what is still committed to the grant."""
    yield from _other_advances(moment, inputs)
    there = moment.per_subaccount("1200", "9010")
    for each in _in_order(inputs):
        most = there.get(each["grant"].pk, zero())
        if each["amount"] > most:
            names = {"grant": each["grant"].code, "most": money_text(most)}
            text = _("%(grant)s: an estimate is at most the open advance and what is still committed, %(most)s.")
            yield Problem(text % names, field=f"grant_{each['grant'].pk}")


def _other_advances(moment: Moment, inputs: Inputs) -> Iterator[Problem]:
    """Payments, reports and refunds that were entered since it was worked out: finance looked at other advances."""
    advances = moment.per_subaccount("1200")
    for grant in left_out(advances, [found["grant"].code for found in inputs["amounts"].values()]):
        names = {"grant": grant.code, "advance": money_text(advances[grant.pk])}
        yield Problem(_("%(grant)s has an open advance of %(advance)s, which is not in this estimate. Work it out again.") % names)
    for each in _in_order(inputs):
        now, before = advances.get(each["grant"].pk, zero()), each.get("advance")
        if before is not None and now != before:
            names = {"grant": each["grant"].code, "before": money_text(before), "now": money_text(now)}
            text = _("%(grant)s: its open advance was %(before)s when this was worked out and is %(now)s now. Work it out again.")
            yield Problem(text % names)


def left_out(advances: dict[int, Money], looked_at: Iterable[str]) -> QuerySet[Subaccount]:
    """The grants with an open advance (`advances` by primary key) that are none of those codes, which an estimate looked at."""
    open_ = [pk for pk, advance in advances.items() if advance > zero()]
    return Subaccount.objects.filter(pk__in=open_).exclude(code__in=list(looked_at)).order_by("code")


YEAR_END_ESTIMATE = Event(
    name=ESTIMATED.removeprefix("voucher."),
    title=gettext_lazy("Year-end estimate of spending not yet reported"),
    help=gettext_lazy("What NGOs have spent of their advances by 31 December and report later: 5010 against 1280, with its support cost."),
    narrative=gettext_lazy("Estimate of spending on advances not yet reported."),
    form=EstimateForm,
    accounts=frozenset({"5010", "1280", "2020", "5100", "2400"}),
    propose=propose,
    limits=limits,
    once=True,
    late=True,
    turns=True,
)
