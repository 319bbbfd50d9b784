"""How the tables of the treasury are shown: columns as in lists, the same on the page and in its files, every figure a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.lists import Column
from trustfund.money import Money, total
from trustfund.treasury import forecast as forecasting
from trustfund.treasury.bridge import Bridge
from trustfund.treasury.delivery import Delivered, Room, added
from trustfund.treasury.dues import Due
from trustfund.treasury.forecast import KINDS, Forecast, Month
from trustfund.treasury.position import Held, Position
from trustfund.ui.formatting import locale_of, percent_text


@dataclass(frozen=True)
class Table:
    """A table of a page: `key` names its files in the address; `foot` is the last row, with the sums."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Any]
    foot: Any = None

    def cells(self) -> list[list[dict[str, Any]]]:
        """The cells of each row: column, value, address."""
        return [self._cells(row) for row in self.rows]

    def feet(self) -> list[dict[str, Any]]:
        return self._cells(self.foot) if self.foot is not None else []

    def _cells(self, row: Any) -> list[dict[str, Any]]:
        return [{"column": each, "value": each.of(row), "url": each.url(row) if each.url else ""} for each in self.columns]

    @property
    def printed(self) -> list[Any]:
        """The rows of its files: what is shown, the sums included."""
        return [*self.rows, *([self.foot] if self.foot is not None else [])]


def month_text(month: Month) -> str:
    """ "March 2026"."""
    return format_date(month.first, "MMMM y", locale=locale_of())


# The position


def position_tables(found: Position) -> list[Table]:
    """The accounts; then what is set aside, down to what is free."""
    where = [
        Column("account", gettext_lazy("Account"), "label", url=lambda row: row.url),
        Column("own", gettext_lazy("In its own currency"), "own", kind="money"),
        Column("usd", gettext_lazy("USD"), "amount", kind="money", url=lambda row: row.url),
    ]
    whose = [
        Column("what", gettext_lazy("Of this"), "label", url=lambda row: row.url),
        Column("usd", gettext_lazy("USD"), "amount", kind="money", url=lambda row: row.url),
    ]
    kept = Held(_("Set aside in all"), found.set_aside)
    return [
        Table("accounts", _("Cash at the banks"), where, found.banks, Held(_("Cash and cash equivalents"), found.cash)),
        Table("aside", _("What is set aside of it"), whose, [*found.aside, kept], Held(_("Available"), found.free)),
    ]


def bridge_table(found: Bridge) -> Table:
    """From the free cash, step by step, to what can be granted; what nothing explains has a row of its own."""
    steps = [
        Column("step", gettext_lazy("Step"), "label", url=lambda row: row.url),
        Column("usd", gettext_lazy("USD"), "amount", kind="money", url=lambda row: row.url),
    ]
    unexplained = [Held(_("Unexplained"), found.unexplained)] if found.unexplained else []
    rows = [Held(_("Free cash: available, as above"), found.free), *found.steps, *unexplained]
    windows = f"{reverse('treasury:delivery')}?{urlencode({'as_of': found.as_of.isoformat()})}"
    room = Held(_("Headroom of all windows"), found.available, None, windows)
    return Table("bridge", _("From free cash to what can be granted"), steps, rows, room)


# The forecast


def month_table(found: Forecast) -> Table:
    """A row per month; what never counts stands in the last columns."""
    counted = [_due_column(kind) for kind in KINDS if kind not in forecasting.APART]
    apart = [_due_column(kind) for kind in forecasting.APART]
    columns = [
        Column("month", gettext_lazy("Month"), month_text),
        Column("opening", gettext_lazy("Beginning, USD"), "opening", kind="money"),
        *counted,
        Column("closing", gettext_lazy("End, USD"), "closing", kind="money"),
        *apart,
    ]
    return Table("months", _("Month by month"), columns, found.months)


def _due_column(kind: str) -> Column:
    label = {each: f"{KINDS[each]}, USD" for each in KINDS}[kind]
    return Column(kind, label, lambda month: month.of(kind), kind="money", url=lambda month: _dues_url(month, kind))


def _dues_url(month: Month, kind: str) -> str:
    return f"{reverse('treasury:dues')}?{urlencode({'month': month.key, 'kind': kind})}" if month.of(kind) else ""


DUES = [
    Column("what", gettext_lazy("What"), "label", url=lambda due: due.url),
    Column("kind", gettext_lazy("Kind"), lambda due: str(KINDS[due.kind])),
    Column("on", gettext_lazy("Due on"), "on", kind="date"),
    Column("amount", gettext_lazy("Amount, USD"), "amount", kind="money"),
]


def due_table(key: str, title: str, found: Sequence[Due]) -> Table:
    """Single dues, with their sum where they may be added up."""
    summed = Due(found[0].kind, None, total(due.amount for due in found), _("Total")) if len({due.kind for due in found}) == 1 else None
    return Table(key, title, DUES, found, summed)


# Delivery and headroom


def delivery_table(key: str, title: str, head: Any, found: list[Delivered], as_of: Any, field: str) -> Table:
    """Approved, transferred, accepted and the two rates; each amount opens its lines."""

    def amount(part: str, label: Any) -> Column:
        return Column(part, label, part, kind="money", url=lambda row: _lines_url(part, as_of, field, row.key))

    columns = [
        Column(field, head, "label"),
        amount("approved", gettext_lazy("Approved, USD")),
        amount("transferred", gettext_lazy("Transferred, USD")),
        amount("accepted", gettext_lazy("Expenditure accepted, USD")),
        Column("rate", gettext_lazy("Of what was transferred"), lambda row: percent(row.of_transferred), kind="number"),
        Column("share", gettext_lazy("Of what was approved"), lambda row: percent(row.of_approved), kind="number"),
    ]
    return Table(key, title, columns, found, added(found, _("Total")))


def percent(share: Any) -> str:
    """A share with one decimal, or a dash where there is nothing to divide by."""
    return "–" if share is None else percent_text(share, digits=1)


def _lines_url(part: str, as_of: Any, field: str, key: str) -> str:
    wanted = {"part": part, "as_of": as_of.isoformat(), **({field: key} if key else {})}
    return f"{reverse('treasury:lines')}?{urlencode(wanted)}"


ROOMS = ("received", "moved_in", "psc", "reserve", "reserved", "paid", "charged", "available")


def room_table(found: list[Room], as_of: Any) -> Table:
    """Headroom by window; each row opens its contributions."""
    labels = {
        "received": gettext_lazy("Received, USD"),
        "psc": gettext_lazy("Programme support, USD"),
        "reserve": gettext_lazy("Reserve, USD"),
        "reserved": gettext_lazy("Reserved, USD"),
        "moved_in": gettext_lazy("From other windows, less to them, USD"),
        "paid": gettext_lazy("Paid, USD"),
        "charged": gettext_lazy("Costs less income, USD"),
        "available": gettext_lazy("Available, USD"),
    }

    def url(room: Room) -> str:
        return f"{reverse('ledger:headroom')}?{urlencode({'as_of': as_of.isoformat(), 'window': room.window.code})}"

    window = Column(
        "window",
        gettext_lazy("Fund window"),
        lambda room: room.window.name if room.window else _("Total"),
        url=lambda room: url(room) if room.window else "",
    )
    columns = [window, *(Column(name, labels[name], name, kind="money", url=_linked(url)) for name in ROOMS)]
    return Table("headroom", _("Headroom by window"), columns, found, _all_rooms(found))


def _linked(url: Any) -> Any:
    return lambda room: url(room) if room.window else ""


def _all_rooms(found: list[Room]) -> Any:
    sums: dict[str, Money] = {name: total(getattr(room, name) for room in found) for name in ROOMS}
    return Room(None, **sums)  # type: ignore[arg-type]  # the sum is of no window
