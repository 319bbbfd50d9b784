"""What the lists of the books show: their columns, and queries that give amounts as Money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.db.models import ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum, Window
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from trustfund.fields import UsdField
from trustfund.ledger import chart
from trustfund.ledger.asof import Point
from trustfund.ledger.closed import kept
from trustfund.ledger.exchange import rate_use
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.models import Entry, FiscalYear, Line, Subaccount
from trustfund.lists import Column, Sums
from trustfund.money import Money


def usd_of(expression: Any) -> ExpressionWrapper[Any]:
    """Cents as Money in USD, in a query."""
    return ExpressionWrapper(expression, output_field=UsdField())


def lines_of(lines: QuerySet[Line], opening: Money) -> QuerySet[Line]:
    """An account's lines with `debit_usd`, `credit_usd` and the running `balance_usd` after each."""
    summed = Window(Sum(F("debit") - F("credit")), order_by=["date", "entry_id", "position"])
    return in_order(lines).annotate(balance_usd=usd_of(summed + opening.minor))


def in_order(lines: QuerySet[Line]) -> QuerySet[Line]:
    """An account's lines with `debit_usd` and `credit_usd`, as they stand in the general ledger."""
    amounts = {"debit_usd": usd_of(F("debit")), "credit_usd": usd_of(F("credit"))}
    return lines.select_related("entry", "subaccount").annotate(**amounts).order_by("date", "entry_id", "position")


def running(lines: QuerySet[Line], balance: Callable[[date], Money]) -> Callable[[list[Any]], None]:
    """What gives lines that stand one after the other in the general ledger their `balance_usd`, from the `balance` at the end of the day
    before the first: nobody adds up all the lines before."""

    def finish(rows: list[Any]) -> None:
        if not rows:
            return
        first = rows[0]
        before = Q(entry_id__lt=first.entry_id) | Q(entry_id=first.entry_id, position__lt=first.position)
        same_day = lines.order_by().filter(before, date=first.date).aggregate(sum=Sum(F("debit") - F("credit")))["sum"] or 0
        cents = balance(first.date - timedelta(days=1)).minor + same_day
        for row in rows:
            cents += row.debit - row.credit
            row.balance_usd = Money.from_minor(cents, "USD")

    return finish


def account_sums(code: str, start: date | None, end: date | None, of: Subaccount | None, head: int | None) -> Sums:
    """The sums at the foot of an account's lines between two days, from what was kept at closings."""

    def sums(_found: QuerySet[Any], _params: Mapping[str, str]) -> dict[str, Any] | None:
        if of is not None and of.kind != Subaccount.Kind.BANK:
            return None  # few lines, and those of what stands under it too
        narrow: dict[str, Any] = {"account_id": code} | ({"subaccount_id": of.pk} if of else {})
        before = None if start is None else start - timedelta(days=1) if end is None else min(start - timedelta(days=1), end)
        days = [end] if before is None else [end, before]
        totals = [kept.Reading.at(day, head).totals([], **narrow).get((), (0, 0, 0)) for day in days]
        cents = [totals[0][side] - sum(each[side] for each in totals[1:]) for side in (0, 1)]
        return {key: Money.from_minor(each, "USD") for key, each in zip(("debit", "credit"), cents, strict=True)}

    return sums


def entries_sum(point: Point) -> Sums:
    """The sum of the amounts of all entries, or of a year's, from what was kept at closings; of what was searched, from its lines."""

    def sums(found: QuerySet[Any], params: Mapping[str, str]) -> dict[str, Any]:
        years = {str(each) for each in FiscalYear.objects.values_list("year", flat=True)}
        year = params.get("year", "") if params.get("year", "") in years else ""
        if params.get("q") or params.get("kind"):
            lines = Line.objects.filter(entry__in=found.order_by().values("pk")).exclude(account_id__in=MEMO)
            return {"amount": Money.from_minor(lines.aggregate(sum=Sum("debit"))["sum"] or 0, "USD")}
        last = point.as_of if not year else min(date(int(year), 12, 31), point.as_of or date.max)
        cents = _debits(last, point.head) - (_debits(min(date(int(year) - 1, 12, 31), last or date.max), point.head) if year else 0)
        return {"amount": Money.from_minor(cents, "USD")}

    return sums


MEMO = [code for code, each in chart.BY_CODE.items() if each.type == chart.MEMO]
OFF_MEMO = [code for code in chart.BY_CODE if code not in MEMO]


def _debits(as_of: date | None, head: int | None) -> int:
    return sum(debits for debits, _credits, _own in kept.Reading.at(as_of, head).totals([], account_id__in=OFF_MEMO).values())


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
