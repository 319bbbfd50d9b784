"""Pages of the treasury: the cash position, the forecast, delivery and headroom, and what stands behind each figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from trustfund import clock
from trustfund.ledger.readers import readers
from trustfund.lists import listing
from trustfund.money import zero
from trustfund.statements.books import snapshot
from trustfund.statements.views import LINES
from trustfund.treasury import delivery, shown
from trustfund.treasury import forecast as forecasting
from trustfund.treasury.bridge import bridge
from trustfund.treasury.forecast import Forecast, forecast
from trustfund.treasury.forms import DayForm, DuesForm, LinesForm
from trustfund.treasury.position import position
from trustfund.treasury.shown import Table
from trustfund.ui import charts
from trustfund.ui.formatting import money_text


def _page(request: HttpRequest, template: str, title: str, tables: Sequence[Table], context: dict[str, Any]) -> HttpResponseBase:
    """The page with its tables; `?export=csv&table=months` gives one of them as a file."""
    asked = request.GET.get("export")
    wanted = next((each for each in tables if each.key == request.GET.get("table")), tables[0])
    if asked in ("csv", "xlsx"):
        from trustfund.documents import tables as files

        return files.response(asked, wanted.title, wanted.columns, wanted.printed)
    params = request.GET.copy()
    for name in ("export", "table"):
        params.pop(name, None)
    return render(request, template, {"title": title, "tables": tables, "params": params.urlencode(), **context})


def _day(request: HttpRequest) -> tuple[DayForm, date]:
    form = DayForm(request.GET)
    return form, form.cleaned_data["as_of"] if form.is_valid() else clock.today()


@readers
@require_GET
def index(request: HttpRequest) -> HttpResponseBase:
    """The cash position as of a day."""
    form, as_of = _day(request)
    with snapshot():
        found = position(as_of)
        tables = [*shown.position_tables(found), shown.bridge_table(bridge(found))]
    return _page(request, "treasury/position.html", _("Cash position"), tables, {"form": form, "position": found})


@readers
@require_GET
def forecast_page(request: HttpRequest) -> HttpResponseBase:
    """The cash of the next twelve months."""
    with snapshot():
        found = forecast()
    tables = [shown.month_table(found), *_rest(found)]
    lowest = found.lowest
    month, amount = shown.month_text(lowest), money_text(lowest.closing)
    context = {
        "forecast": found,
        "chart": _chart(found),
        "lowest": forecasting.lowest_text(found, month, amount),
        "short": lowest.closing < zero(),
    }
    return _page(request, "treasury/forecast.html", _("Cash forecast"), tables, context)


def _rest(found: Forecast) -> list[Table]:
    """What is due later than these months, and promises without a day."""
    places = [(forecasting.LATER, "later", _("Due later")), (forecasting.NO_DAY, "no-day", _("Promised without a day"))]
    return [shown.due_table(key, title, found.dues(place)) for place, key, title in places if found.dues(place)]


def _chart(found: Forecast) -> charts.Chart:
    rows = [(shown.month_text(month), month.closing.amount, money_text(month.closing, plain=True)) for month in found.months]
    about = _("Cash at the end of each month: what is there and what binding agreements bring, less what is due to be paid.")
    return charts.levels(_("Cash at the end of each month, USD"), about, rows, head=(_("Month"), _("End, USD")))


@readers
@require_GET
def dues(request: HttpRequest) -> HttpResponseBase:
    """What a figure of the forecast adds up."""
    form = DuesForm(request.GET)
    if not form.is_valid():
        raise Http404
    found = forecast()
    month, kind = form.cleaned_data["month"], form.cleaned_data["kind"]
    place = next((number for number, each in enumerate(found.months) if each.key == month), None)
    if month and place is None:
        raise Http404
    rows = found.dues(place, kind) if place is not None else [due for each in found.placed for due in found.dues(each, kind)]
    head = shown.month_text(found.months[place]) if place is not None else _("All months")
    title = _("%(kind)s: %(month)s") % {"kind": forecasting.KINDS[kind] if kind else _("What is due"), "month": head}
    return _page(request, "treasury/dues.html", title, [shown.due_table("dues", title, rows)], {})


@readers
@require_GET
def delivery_page(request: HttpRequest) -> HttpResponseBase:
    """Delivery rates by year and by window, and headroom by window."""
    form, as_of = _day(request)
    with snapshot():
        (by_year, by_window), rooms = delivery.delivered(as_of), delivery.rooms(as_of)
    tables = [
        shown.delivery_table("years", _("Delivery by year"), gettext_lazy("Year"), by_year, as_of, "year"),
        shown.delivery_table(
            "windows", _("Delivery by window, from the beginning"), gettext_lazy("Fund window"), by_window, as_of, "window"
        ),
        shown.room_table(rooms, as_of),
    ]
    return _page(request, "treasury/delivery.html", _("Delivery and headroom"), tables, {"form": form})


TITLES = {
    "approved": gettext_lazy("Approved"),
    "transferred": gettext_lazy("Transferred to partners"),
    "accepted": gettext_lazy("Expenditure accepted"),
}


@readers
@require_GET
def lines(request: HttpRequest) -> HttpResponseBase:
    """The lines that a figure of delivery adds up."""
    form = LinesForm(request.GET)
    if not form.is_valid():
        raise Http404
    part, window = form.cleaned_data["part"], form.cleaned_data["window"]
    found = delivery.lines(part, form.cleaned_data["as_of"], year=form.cleaned_data["year"], window=window.code if window else None)
    return listing(
        request,
        found.select_related("entry", "account", "subaccount"),
        title=str(TITLES[part]),
        columns=LINES,
        search=["entry__reference", "subaccount__name"],
        sort="date",
        template="treasury/lines.html",
    )
