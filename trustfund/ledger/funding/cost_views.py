"""The monthly allocation on screen: the months, one month with its preview and what was charged, and the act of finance."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund import clock, pages
from trustfund.ledger import permissions
from trustfund.ledger.funding import costs
from trustfund.ledger.funding import months as shown
from trustfund.ledger.funding.headroom import rule_on
from trustfund.ledger.models import FiscalYear, Period
from trustfund.ledger.readers import readers
from trustfund.ledger.shown import usd_of
from trustfund.lists import Column, listing
from trustfund.money import total

MOST_SHARES = 50
"""How many contributions a preview names; the others are summed up."""

CHARGED = [
    Column("contribution", gettext_lazy("Contribution"), "instalment.name", sort="instalment__code"),
    Column("account", gettext_lazy("Account"), lambda row: f"{row.account_id} {row.account.label}", sort="account"),
    Column("on", gettext_lazy("Charged on"), "date", kind="date", sort="date"),
    Column("by", gettext_lazy("By"), "funding.by.name", sort="funding__by__name"),
    Column("seal", gettext_lazy("Number in the chain"), "funding_id", kind="number", sort="funding_id"),
    Column("amount", gettext_lazy("USD, income below zero"), "charged_usd", kind="money", sort="charged_usd", total="charged_usd"),
]


class SeenForm(forms.Form):
    """Which figures were seen."""

    seen = forms.CharField(widget=forms.HiddenInput)


def _period(request: HttpRequest, pk: int) -> Period:
    found: Period = get_object_or_404(Period.objects.visible_to(request.user), pk=pk)
    return found


@readers
def index(request: HttpRequest) -> HttpResponse:
    """The months of the last two years or of a chosen one, with what each had and what is left of it."""
    years = list(FiscalYear.objects.order_by("-year").values_list("year", flat=True))
    now = [each for each in years if each <= clock.today().year][:2]
    chosen = [each for each in years if str(each) == request.GET.get("year")] or now
    found = shown.months(Period.objects.visible_to(request.user).filter(year__in=chosen))
    context = {"months": found, "years": years, "chosen": chosen, "may": permissions.can_allocate_costs(request.user)}
    return render(request, "ledger/costs.html", context)


@readers
def month(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One month: by account, who would bear what is left, and what was charged already."""
    period = _period(request, pk)
    items, refused = _plan(period)
    charged: Any = shown.results(period).annotate(charged_usd=usd_of(F("charged")))
    return listing(
        request,
        charged,
        title=_("Costs of %(period)s") % {"period": period},
        columns=CHARGED,
        search=["instalment__code", "instalment__name", "account__code"],
        sort="contribution",
        empty={"text": _("Nothing was charged for this month yet.")},
        template="ledger/costs_month.html",
        context={**_preview(items), "month": shown.month(period), "refused": refused, "rule": rule_on(period.ends_on),
                 "may": permissions.can_allocate_costs(request.user)},
    )  # fmt: skip


def _plan(period: Period) -> tuple[list[costs.Item], str]:
    """What would be charged now, and why it can't be."""
    try:
        costs.refuse(period)
    except ValidationError as error:
        return [], error.messages[0]
    return costs.plan(period), ""


def _preview(items: list[costs.Item]) -> dict[str, Any]:
    found = shown.shares(items)
    rest = found[MOST_SHARES:]
    return {
        "items": items,
        "possible": any(item.parts for item in items),
        "sums": {name: total(getattr(item, name) for item in items) for name in ("due", "charged", "rest")},
        "shares": found[:MOST_SHARES],
        "others": {"many": len(rest), **{name: total(getattr(each, name) for each in rest) for name in ("costs", "income", "net")}},
        "whole": {name: total(getattr(each, name) for each in found) for name in ("costs", "income", "net")},
    }


@readers
def allocate(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Charge the costs and income of a month to the contributions."""
    period = _period(request, pk)
    if not permissions.can_allocate_costs(request.user):
        raise PermissionDenied
    items, _refused = _plan(period)
    found, rule = _preview(items), rule_on(period.ends_on).get_split_display()
    return pages.confirm(
        request,
        title=_("Allocate the costs of %(period)s") % {"period": period},
        facts=[
            (_("Costs"), found["whole"]["costs"]),
            (_("Income and exchange gains"), found["whole"]["income"]),
            (_("Contributions"), len(found["shares"]) + found["others"]["many"]),
            (_("Left, because no contribution can bear it"), found["sums"]["rest"]),
            (_("Dated"), period.ends_on),
            (_("Rule"), _("Costs first to contributions without an earmark, %(rule)s") % {"rule": rule}),
        ],
        form=SeenForm(request.POST or None, initial={"seen": costs.digest(items)}),
        button=_("Allocate"),
        do=lambda cleaned: costs.allocate(period, by=request.user, seen=cleaned["seen"]),
        back=reverse("ledger:costs_month", args=[period.pk]),
        done=_("The costs are allocated."),
        warning=_("What each contribution can still fund becomes less by its share. It is never rewritten: a correction is one more act."),
    )


