"""The public pages: what the Fund is, and the grants it awarded."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from grants.calls.models import Call
from grants.publishing import awards, money
from trustfund import clock
from trustfund.lists import Column, Filter, listing

COLUMNS = [
    Column("year", gettext_lazy("Year"), awards.year, sort="countersigned_at"),
    Column("organisation", gettext_lazy("Organisation"), awards.organisation),
    Column("title", gettext_lazy("Project"), awards.title),
    Column("country", gettext_lazy("Country"), awards.country),
    Column("amount", gettext_lazy("Grant (USD)"), "amount", kind="money", sort="amount", total="amount"),
]


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """What the Fund is, which calls are open, what it has done with the money."""
    context = {
        "calls": Call.objects.open_at(clock.now()).order_by("closes_at"),
        "figures": money.figures(),
        "awarded": [awards.shown(grant) for grant in awards.published().order_by("-countersigned_at")[:6]],
    }
    return render(request, "grants/publishing/front.html", context)


@require_safe
def awarded(request: HttpRequest) -> HttpResponse:
    """All grants awarded, each with as much as its publication setting allows."""
    return listing(
        request,
        awards.published(),
        title=_("Grants awarded"),
        columns=COLUMNS,
        search=awards.matches,
        filters=[Filter("year", _("Year"), lambda: [(year, year) for year in awards.years()], awards.of_year)],
        sort="-year",
        empty={"text": _("No grant has been awarded yet.")},
        template="grants/publishing/awarded.html",
    )
