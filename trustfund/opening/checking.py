"""Whether a workbook can be posted: every row by itself, then that all of it adds up. What is found is a `Plan`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from trustfund.ledger import chart
from trustfund.ledger.funding.headroom import psc_rate_of
from trustfund.ledger.models import FundWindow, Subaccount
from trustfund.money import CURRENCIES, Money, TooPrecise, zero
from trustfund.opening.workbook import Book, Problem, Row

REVENUES = ("4010", "4020", "4030")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,59}")
PARENTS = {"instalment": ("agreement", "donor"), "agreement": ("donor",)}
ALONE = ("bank", "donor", "grant", "receipt")


@dataclass(frozen=True)
class NewSubaccount:
    """A subaccount that the opening opens."""

    row: Row
    code: str
    kind: str
    name: str
    public_label: str
    parent: str
    currency: str
    psc_rate: Decimal | None
    expires_on: date | None


@dataclass(frozen=True)
class Balance:
    """A balance of the last audited day, on one side, with its amount in another currency where it has one."""

    row: Row
    window: str
    account: str
    of: str
    debit: Money
    credit: Money
    original: Money | None

    @property
    def amount(self) -> Money:
        """Debit less credit."""
        return self.debit - self.credit


@dataclass(frozen=True)
class History:
    """What is known of one contribution or grant from the beginning, by column, in USD."""

    row: Row
    window: str
    of: str
    amounts: dict[str, Money]
    revenue: str = ""

    def __getitem__(self, column: str) -> Money:
        return self.amounts[column]


@dataclass(frozen=True)
class Funding:
    """What of a contribution was paid to a grant, and is still reserved for it."""

    row: Row
    grant: str
    instalment: str
    paid: Money
    reserved: Money


@dataclass
class Plan:
    """What the workbook says, row by row; `kinds` and `rates` are those of its subaccounts and of those that are there."""

    subaccounts: list[NewSubaccount] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)
    instalments: list[History] = field(default_factory=list)
    grants: list[History] = field(default_factory=list)
    funding: list[Funding] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    rates: dict[str, Decimal | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class _Reader:
    """Reads rows into a plan; a cell that can't be so is a problem, and its row is left out."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.plan = Plan()
        self.windows = set(FundWindow.objects.values_list("code", flat=True))

    def read(self) -> Plan:
        known = Subaccount.objects.filter(code__in=self._named()).select_related("parent__parent")
        self.plan.kinds = {each.code: each.kind for each in known}
        self.plan.rates = {each.code: psc_rate_of(each) for each in known}
        self._each("Subaccounts", self._subaccount, self.plan.subaccounts)
        self._each("Balances", self._balance, self.plan.balances)
        self._each("Instalments", lambda row: self._history(row, "instalment"), self.plan.instalments)
        self._each("Grants", lambda row: self._history(row, "grant"), self.plan.grants)
        self._each("Funding", self._funding, self.plan.funding)
        return self.plan

    def _named(self) -> set[str]:
        columns = ("code", "parent", "subaccount", "instalment", "grant")
        return {row.cells[column] for rows in self.book.values() for row in rows for column in columns if row.cells.get(column)}

    def _each(self, sheet: str, read: Callable[[Row], Any], into: list[Any]) -> None:
        for row in self.book[sheet]:
            before = len(self.plan.problems)
            found = read(row)
            if len(self.plan.problems) == before:
                into.append(found)

    def wrong(self, row: Row, column: str, text: str) -> None:
        self.plan.problems.append(row.problem(column, text))

    # Rows

    def _subaccount(self, row: Row) -> NewSubaccount:
        code, kind, parent = row["code"], row["kind"], row["parent"]
        if not CODE.fullmatch(code):
            self.wrong(row, "code", _("“%(code)s” is no code: letters, digits, hyphens, points, strokes.") % {"code": code[:60]})
        elif code in self.plan.kinds:
            self.wrong(row, "code", _("%(code)s is there already, or twice in this sheet.") % {"code": code})
        if kind not in (*PARENTS, *ALONE):
            self.wrong(row, "kind", _("one of %(kinds)s is expected.") % {"kinds": ", ".join((*ALONE, *PARENTS))})
        if not row["name"]:
            self.wrong(row, "name", _("it is missing."))
        if kind in PARENTS and self.plan.kinds.get(parent) not in PARENTS[kind]:
            self.wrong(row, "parent", _("it is one of %(kinds)s, named in a row above or known.") % {"kinds": ", ".join(PARENTS[kind])})
        rate = self._rate(row)
        currency = row["currency"] or ("USD" if kind == "bank" else "")
        if currency and currency not in CURRENCIES:
            self.wrong(row, "currency", _("“%(code)s” is no currency.") % {"code": currency[:10]})
        self.plan.kinds[code] = kind
        self.plan.rates[code] = rate if rate is not None else self.plan.rates.get(parent)
        label = row["public_label"] or code
        return NewSubaccount(row, code, kind, row["name"], label, parent, currency, rate, self._day(row))

    def _rate(self, row: Row) -> Decimal | None:
        if not row["psc_rate"]:
            return None
        try:
            rate = Decimal(row["psc_rate"])
        except InvalidOperation:
            rate = Decimal(-1)
        if not Decimal(0) <= rate < Decimal(1):
            self.wrong(row, "psc_rate", _("a share between 0 and 1 is expected, for example 0.13."))
            return None
        return rate

    def _day(self, row: Row) -> date | None:
        if not row["expires_on"]:
            return None
        try:
            return date.fromisoformat(row["expires_on"])
        except ValueError:
            self.wrong(row, "expires_on", _("a day like 2026-12-31 is expected."))
            return None

    def _balance(self, row: Row) -> Balance:
        account, of = chart.BY_CODE.get(row["account"]), row["subaccount"]
        self._window(row)
        debit, credit = self.amount(row, "debit"), self.amount(row, "credit")
        if bool(debit) == bool(credit):
            self.wrong(row, "debit", _("an amount above zero stands on one side, debit or credit."))
        if account is None:
            self.wrong(row, "account", _("there is no account %(code)s.") % {"code": row["account"][:10]})
        elif account.period_result:
            self.wrong(row, "account", _("revenue and expense of closed years are in 3010."))
        elif (why := _subaccount_problem(account, of, self.plan.kinds.get(of, ""))) is not None:
            self.wrong(row, "subaccount", why)
        return Balance(row, row["window"], row["account"], of, debit, credit, self._original(row))

    def _original(self, row: Row) -> Money | None:
        currency = row["currency"] or "USD"
        if currency == "USD":
            return None
        if currency not in CURRENCIES:
            self.wrong(row, "currency", _("“%(code)s” is no currency.") % {"code": currency[:10]})
            return None
        found = self.amount(row, "original", currency)
        if not found:
            self.wrong(row, "original", _("the amount in %(currency)s is missing.") % {"currency": currency})
        return found

    def _history(self, row: Row, kind: str) -> History:
        columns = {"instalment": ("received", "psc", "granted", "refunded"), "grant": ("paid", "accepted", "refunded", "psc_charged")}[kind]
        self._window(row)
        self._named_kind(row, kind)
        revenue = row.cells.get("revenue_account") or REVENUES[0]
        if revenue not in REVENUES:
            self.wrong(row, "revenue_account", _("one of %(codes)s is expected.") % {"codes": ", ".join(REVENUES)})
        return History(row, row["window"], row[kind], {column: self.amount(row, column) for column in columns}, revenue)

    def _funding(self, row: Row) -> Funding:
        self._named_kind(row, "grant")
        self._named_kind(row, "instalment")
        return Funding(row, row["grant"], row["instalment"], self.amount(row, "paid"), self.amount(row, "reserved"))

    # Cells

    def _window(self, row: Row) -> None:
        if row["window"] not in self.windows:
            self.wrong(row, "window", _("there is no fund window “%(code)s”. Open it first.") % {"code": row["window"][:20]})

    def _named_kind(self, row: Row, kind: str) -> None:
        if self.plan.kinds.get(row[kind]) != kind:
            names = {"code": row[kind][:60], "kind": kind}
            self.wrong(row, kind, _("“%(code)s” is no %(kind)s of the sheet Subaccounts or of the books.") % names)

    def amount(self, row: Row, column: str, currency: str = "USD") -> Money:
        """An amount of nothing or more; nothing where there is a problem."""
        text = row[column]
        try:
            found = Money(Decimal(text or 0), currency)
        except TooPrecise:
            self.wrong(row, column, _("%(amount)s has more digits than %(currency)s has.") % {"amount": text[:40], "currency": currency})
        except (InvalidOperation, ValueError):
            self.wrong(row, column, _("“%(text)s” is no amount. Write it like 1234.50.") % {"text": text[:40]})
        else:
            if found.amount >= 0 and found.amount < Decimal("1e15"):
                return found
            self.wrong(row, column, _("the amount is below zero or far too large."))
        return zero(currency)


def _subaccount_problem(account: chart.Definition, of: str, kind: str) -> str | None:
    """What is wrong with the subaccount of a line, if anything."""
    if not of:
        return _("account %(code)s wants one.") % {"code": account.code} if account.subaccount_rule == chart.REQUIRED else None
    if kind not in account.subaccount_kinds.split():
        names = {"of": of[:60], "code": account.code}
        return _("“%(of)s” is not known, or of a kind that account %(code)s does not take.") % names
    return None


def read_plan(book: Book) -> Plan:
    """The plan of a workbook, with everything that is wrong with single rows."""
    return _Reader(book).read()


def sums(rows: list[Any], key: Callable[[Any], Any], amount: Callable[[Any], Money]) -> dict[Any, Money]:
    """Amounts added up by a key."""
    found: dict[Any, Money] = defaultdict(zero)
    for row in rows:
        found[key(row)] += amount(row)
    return dict(found)
