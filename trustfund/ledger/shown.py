"""What the lists of the books show: their columns, and queries that give amounts as Money."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db.models import ExpressionWrapper, F, OuterRef, QuerySet, Subquery, Sum, Window
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from trustfund.fields import UsdField
from trustfund.ledger import rate_use
from trustfund.ledger.asof import Point
from trustfund.ledger.models import Entry, Line, Rate
from trustfund.lists import Column
from trustfund.money import Money


def usd_of(expression: Any) -> ExpressionWrapper[Any]:
    """Cents as Money in USD, in a query."""
    return ExpressionWrapper(expression, output_field=UsdField())


def lines_of(lines: QuerySet[Line], opening: Money) -> QuerySet[Line]:
    """An account's lines with `debit_usd`, `credit_usd` and the running `balance_usd` after each."""
    running = Window(Sum(F("debit") - F("credit")), order_by=["date", "entry_id", "position"])
    found = lines.select_related("entry", "subaccount")
    amounts = {"debit_usd": usd_of(F("debit")), "credit_usd": usd_of(F("credit"))}
    return found.annotate(**amounts, balance_usd=usd_of(running + opening.minor)).order_by("date", "entry_id", "position")


def with_amount(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Entries with `amount_usd`: the sum of their debits off the memo accounts."""
    lines = Line.objects.filter(entry=OuterRef("pk")).exclude(account__type="memo").order_by().values("entry")
    amount = Subquery(lines.annotate(total=Sum("debit")).values("total"))
    return entries.annotate(amount_usd=usd_of(Coalesce(amount, 0)))


def source_of(entry: Entry) -> Any:
    """The object that the entry is about, if it still has a page of its own."""
    if not entry.object_type:
        return None
    model = apps.get_model(entry.object_type)
    found = model._default_manager.filter(pk=entry.object_id).first()
    return found if hasattr(found, "get_absolute_url") else None


Act = Callable[[Entry, Any], tuple[str, str] | None]
"""What may be done with an entry, by whoever reads it: the label and the address of the page that does it, or None."""

acts: list[Act] = []
"""Filled in `AppConfig.ready()` by upper rooms: the books themselves change nothing."""


def acts_on(entry: Entry, user: Any) -> list[tuple[str, str]]:
    """The buttons of an entry's page."""
    return [found for act in acts if (found := act(entry, user))]


def lines(point: Point) -> list[Column]:
    """The columns of an account's lines; entries are opened as of the same day and head."""
    return [
        Column("date", _("Date"), "date", kind="date", sort="date", url=lambda line: point.at(line.entry.get_absolute_url())),
        Column("entry", _("Entry"), lambda line: str(line.entry), sort="entry_id"),
        Column("reference", _("Reference"), "entry.reference", sort="entry__reference"),
        Column("of", _("Subaccount"), "subaccount.code", sort="subaccount__code"),
        Column("original", _("In its currency"), lambda line: line.original if line.currency != "USD" else None, kind="money"),
        Column("debit", _("Debit, USD"), lambda line: line.debit_usd or None, kind="money", sort="debit", total="debit_usd"),
        Column("credit", _("Credit, USD"), lambda line: line.credit_usd or None, kind="money", sort="credit", total="credit_usd"),
        Column("balance", _("Balance, USD"), "balance_usd", kind="money"),
    ]


def entries(point: Point) -> list[Column]:
    """The columns of the list of entries."""
    return [
        Column("number", _("Number"), lambda entry: str(entry), sort="seal_id", url=lambda entry: point.at(entry.get_absolute_url())),
        Column("date", _("Date"), "date", kind="date", sort="date"),
        Column("kind", _("Kind"), "get_kind_display", sort="kind"),
        Column("reference", _("Reference"), "reference", sort="reference"),
        Column("source", _("Source"), "source", sort="source"),
        Column("by", _("By"), "by.name", sort="by__name"),
        Column("amount", _("Amount, USD"), "amount_usd", kind="money", sort="amount_usd", total="amount_usd"),
    ]


RATES = [
    Column("currency", _("Currency"), "currency", sort="currency", url=Rate.get_absolute_url),
    Column("effective", _("Effective on"), "effective_on", kind="date", sort="effective_on"),
    Column("value", _("Units per USD"), lambda rate: f"{rate.value:f}"),
    Column("uses", _("Used on lines"), "uses", kind="number", sort="uses"),
    Column("source", _("Source"), "source", sort="source"),
    Column("added", _("Added"), "added_at", kind="datetime", sort="added_at"),
    Column("by", _("By"), "added_by.name", sort="added_by__name"),
]


def _units(value: Any) -> str:
    return "" if value is None else f"{value:f}"


RATE_USES = [
    Column("date", _("Date"), "date", kind="date", sort="date", url=lambda line: line.entry.get_absolute_url()),
    Column("entry", _("Entry"), lambda line: str(line.entry), sort="entry_id"),
    Column("reference", _("Reference"), "entry.reference", sort="entry__reference"),
    Column("account", _("Account"), "account_id", sort="account_id"),
    Column("of", _("Subaccount"), "subaccount.code", sort="subaccount__code"),
    Column("original", _("In its currency"), "original", kind="money"),
    Column("rate", _("Rate used"), lambda line: _units(line.rate)),
    Column("usd", _("USD"), lambda line: abs(line.amount), kind="money"),
]
OTHER_RATES = [
    *RATE_USES,
    Column("wanted", _("In force that day"), lambda line: _units(line.wanted)),
    Column("wanted_on", _("Since"), "wanted_on", kind="date"),
    Column("why", _("Why another"), rate_use.reason),
]
