"""Our books against the ERP's extract for a span of days: by the ERP's codes, and below each difference the lines behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import QuerySet, Sum

from trustfund.erp import mapping
from trustfund.erp.models import Extract, ExtractLine, Mapping
from trustfund.ledger import chart
from trustfund.ledger.models import Line
from trustfund.money import Money, zero

NEAR = timedelta(days=5)
"""How far apart the days of the same amount may be on both sides."""

MOST_LINES = 2_000
"""So many lines a side are compared one by one for a code; beyond them only the sums are."""

Key = tuple[str, str]
"""The ERP's GL account and fund."""


@dataclass(frozen=True)
class Item:
    """One line of either side: its day, reference, text, amount (debit less credit), where it is shown, and of ours the number of
    the entry."""

    day: date
    reference: str
    text: str
    amount: Money
    url: str = ""
    entry: str = ""


@dataclass(frozen=True)
class Code:
    """One of the ERP's codes: our movement, theirs; where they differ, what fits together and what is on one side only;
    `accounts` are those of ours behind it, with their names."""

    gl: str
    fund: str
    ours: Money
    theirs: Money
    matched: list[tuple[Item, Item]] = field(default_factory=list)
    only_ours: list[Item] = field(default_factory=list)
    only_theirs: list[Item] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)

    @property
    def difference(self) -> Money:
        return self.ours - self.theirs


@dataclass(frozen=True)
class Report:
    """The whole comparison; codes that nobody mapped are named first: (what kind, code, amount)."""

    start: date
    end: date
    codes: list[Code]
    unmapped_ours: list[tuple[str, str, Money]]
    unmapped_theirs: list[tuple[str, str, Money]]
    days_without: bool

    @property
    def ours(self) -> Money:
        return sum((code.ours for code in self.codes), zero())

    @property
    def theirs(self) -> Money:
        return sum((code.theirs for code in self.codes), zero())

    @property
    def difference(self) -> Money:
        return self.ours - self.theirs

    @property
    def agrees(self) -> bool:
        return not (self.unmapped_ours or self.unmapped_theirs or any(code.difference for code in self.codes))


def reconcile(start: date, end: date) -> Report:
    """The movements from `start` to `end` by the mapping in force on the last day; memo accounts are not compared."""
    known = mapping.in_force(end)
    ours, unmapped_ours = _ours(start, end, known)
    theirs, unmapped_theirs = _theirs(start, end, known)
    sums = {key: (ours.get(key, zero()), theirs.get(key, zero())) for key in sorted(ours.keys() | theirs.keys())}
    apart = {key for key, (own, their) in sums.items() if own != their}
    items = _items(start, end, known, apart) if apart else {}
    names = _names(known)
    codes = [_code(key, own, their, items.get(key, ([], [])), names[key[0]]) for key, (own, their) in sums.items()]
    return Report(start, end, codes, unmapped_ours, unmapped_theirs, not _covered(start, end))


def _covered(start: date, end: date) -> bool:
    """Whether extracts are there for every day."""
    day = start
    for extract in Extract.objects.filter(state=Extract.State.IN_USE).order_by("starts_on"):
        if extract.starts_on <= day <= extract.ends_on:
            day = extract.ends_on + timedelta(days=1)
    return day > end


def _lines(start: date, end: date) -> QuerySet[Line]:
    return Line.objects.filter(date__gte=start, date__lte=end).exclude(account__type=chart.MEMO)


def _ours(start: date, end: date, known: dict[tuple[str, str], Mapping]) -> tuple[dict[Key, Money], list[tuple[str, str, Money]]]:
    rows = _lines(start, end).order_by().values_list("account_id", "window_id").annotate(moved=Sum("debit") - Sum("credit"))
    found: dict[Key, Money] = defaultdict(zero)
    missing: dict[tuple[str, str], Money] = defaultdict(zero)
    for account, window, cents in rows:
        gl, fund = known.get((mapping.Kind.ACCOUNT, account)), known.get((mapping.Kind.WINDOW, window))
        amount = Money.from_minor(cents, "USD")
        if gl is not None and fund is not None:
            found[gl.target, fund.target] += amount
        for kind, code, row in ((mapping.Kind.ACCOUNT, account, gl), (mapping.Kind.WINDOW, window, fund)):
            if row is None:
                missing[kind.value, code] += amount
    return found, [(kind, code, amount) for (kind, code), amount in sorted(missing.items())]


def _theirs(start: date, end: date, known: dict[tuple[str, str], Mapping]) -> tuple[dict[Key, Money], list[tuple[str, str, Money]]]:
    rows = _extract_lines(start, end).order_by().values_list("gl", "fund").annotate(moved=Sum("amount"))
    targets = {kind: {row.target for (of, _code), row in known.items() if of == kind} for kind in ("account", "window")}
    found: dict[Key, Money] = defaultdict(zero)
    missing: dict[tuple[str, str], Money] = defaultdict(zero)
    for gl, fund, amount in rows:
        found[gl, fund] += amount
        for kind, code in (("account", gl), ("window", fund)):
            if code not in targets[kind]:
                missing[kind, code] += amount
    return found, [(kind, code, amount) for (kind, code), amount in sorted(missing.items())]


def _extract_lines(start: date, end: date) -> QuerySet[ExtractLine]:
    return ExtractLine.objects.filter(extract__state=Extract.State.IN_USE, posted_on__gte=start, posted_on__lte=end)


# Line by line


def _items(start: date, end: date, known: dict[tuple[str, str], Mapping], apart: set[Key]) -> dict[Key, tuple[list[Item], list[Item]]]:
    found: dict[Key, tuple[list[Item], list[Item]]] = {key: ([], []) for key in apart}
    gls = {row.code: row.target for (kind, _code), row in known.items() if kind == mapping.Kind.ACCOUNT}
    funds = {row.code: row.target for (kind, _code), row in known.items() if kind == mapping.Kind.WINDOW}
    for line in _lines(start, end).select_related("entry", "subaccount").order_by("date", "pk"):
        key = (gls.get(line.account_id, ""), funds.get(line.window_id, ""))
        if key in apart and len(found[key][0]) < MOST_LINES:
            text = line.subaccount.code if line.subaccount else ""
            found[key][0].append(Item(line.date, line.entry.reference, text, line.amount, line.entry.get_absolute_url(), str(line.entry)))
    for each in _extract_lines(start, end).select_related("extract").order_by("posted_on", "pk"):
        key = (each.gl, each.fund)
        if key in apart and len(found[key][1]) < MOST_LINES:
            found[key][1].append(Item(each.posted_on, each.document, each.text, each.amount, each.extract.get_absolute_url()))
    return found


def _code(key: Key, ours: Money, theirs: Money, items: tuple[list[Item], list[Item]], accounts: list[str]) -> Code:
    matched, left, right = match(*items)
    return Code(*key, ours, theirs, matched, left, right, accounts)


def _names(known: dict[tuple[str, str], Mapping]) -> dict[str, list[str]]:
    """Our accounts behind each of the ERP's, with their names."""
    found: dict[str, list[str]] = defaultdict(list)
    for (kind, code), row in sorted(known.items()):
        if kind == mapping.Kind.ACCOUNT and code in chart.BY_CODE:
            found[row.target].append(f"{code} {chart.BY_CODE[code].label}")
    return found


def match(ours: list[Item], theirs: list[Item]) -> tuple[list[tuple[Item, Item]], list[Item], list[Item]]:
    """Lines of the same amount, paired by reference, then by day, then by days that are near; each is in one pair at the most."""
    pairs: list[tuple[Item, Item]] = []
    for fits in (_same_reference, _same_day, _near):
        by_amount: dict[Money, list[Item]] = defaultdict(list)
        for each in theirs:
            by_amount[each.amount].append(each)
        ours, found = _paired(ours, by_amount, fits)
        pairs += found
        taken = {id(their) for _own, their in found}
        theirs = [each for each in theirs if id(each) not in taken]
    return sorted(pairs, key=lambda pair: (pair[0].day, pair[0].reference)), ours, theirs


def _paired(
    ours: Iterable[Item], by_amount: dict[Money, list[Item]], fits: Callable[[Item, Item], bool]
) -> tuple[list[Item], list[tuple[Item, Item]]]:
    left, found = [], []
    for own in ours:
        candidates = by_amount.get(own.amount, [])
        place = next((number for number, each in enumerate(candidates) if fits(own, each)), None)
        if place is None:
            left.append(own)
        else:
            found.append((own, candidates.pop(place)))
    return left, found


def _same_reference(own: Item, their: Item) -> bool:
    """The ERP's document is in our reference, or our reference in its text."""
    return bool(their.reference and their.reference in own.reference) or bool(own.reference and own.reference in their.text)


def _same_day(own: Item, their: Item) -> bool:
    return own.day == their.day


def _near(own: Item, their: Item) -> bool:
    return abs(own.day - their.day) <= NEAR
