"""Ageing of receivables by due date and of advances and refunds due by age, each tied to its lines of Statement I."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.ledger import chart
from trustfund.ledger.closed.marks import entry_has, marked
from trustfund.ledger.models import Line, Subaccount
from trustfund.money import Money
from trustfund.statements.ages import Aged, aged, came_back
from trustfund.statements.books import Books, Keys, Term
from trustfund.statements.cash_flow import CASH
from trustfund.statements.dues import due_dates
from trustfund.statements.shape import Columns, Figure, Row, Statement, Table, added, line
from trustfund.ui.formatting import short_day_text

Url = Callable[[Subaccount], str] | None

KEY = {
    **dict.fromkeys(("1100", "1110"), "AGE.receivable"),
    "1190": "AGE.allowance",
    "1200": "AGE.advance",
    "1280": "AGE.estimate",
    "1210": "AGE.due",
    "1290": "AGE.doubtful",
}


def key_of(code: str) -> str:
    """ "AGE.receivable" and the like; other accounts keep their code."""
    return KEY.get(code, code)


KEYS = Keys(key_of, each="subaccount_id", codes=tuple(KEY))
"""Per subaccount: "AGE.receivable:17" are the lines of the receivable on one instalment, "AGE.receivable:*" those of all."""

LABELS = {
    "AGE.receivable:*": gettext_lazy("Contributions receivable"),
    "AGE.allowance:*": gettext_lazy(chart.BY_CODE["1190"].name),
    "AGE.advance:*": gettext_lazy(chart.BY_CODE["1200"].name),
    "AGE.estimate:*": gettext_lazy(chart.BY_CODE["1280"].name),
    "AGE.due:*": gettext_lazy(chart.BY_CODE["1210"].name),
    "AGE.doubtful:*": gettext_lazy(chart.BY_CODE["1290"].name),
}

Buckets = Sequence[tuple[Callable[[date], date] | None, object]]
"""Columns: from which day on (seen from the day of the statement) an amount falls into each; the last takes the rest."""


def _days_before(days: int) -> Callable[[date], date]:
    return lambda day: day - timedelta(days=days)


def _after_a_year(day: date) -> date:
    """The first day that is more than twelve months ahead, as for what is non-current."""
    return date(day.year + 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1) + timedelta(days=1)


DUE: Buckets = [
    (_after_a_year, gettext_lazy("Due after twelve months")),
    (_days_before(0), gettext_lazy("Due within twelve months")),
    (_days_before(90), gettext_lazy("Overdue up to 90 days")),
    (_days_before(365), gettext_lazy("Overdue 91 to 365 days")),
    (None, gettext_lazy("Overdue more than a year")),
]
AGES = (90, 180, 365)
AGE: Buckets = [
    (_days_before(AGES[0]), gettext_lazy("Up to 90 days")),
    (_days_before(AGES[1]), gettext_lazy("91 to 180 days")),
    (_days_before(AGES[2]), gettext_lazy("181 to 365 days")),
    (None, gettext_lazy("More than a year")),
]
Part = tuple[date, int]
"""A day and the cents that stand from it."""


def bucket(day: date, as_of: date, buckets: Buckets) -> int:
    """The column into which what stands from or is due on a day falls."""
    return next(index for index, (first, _label) in enumerate(buckets) if first is None or day >= first(as_of))


# Receivables


def receivables(books: Books, url: Url = None) -> Statement:
    """What each instalment still owes, by its due date; without one, by the day it was booked. `url` gives an instalment's statement."""
    books = books.keyed(KEYS)
    lines = books.lines().filter(account_id__in=["1100", "1110", "1190"])
    found = receivable_ages(books, books.as_of)
    table = _table(books, "receivable", found, DUE, [_("Instalment"), _("Due on")], "", url)
    notes = [
        _("Overdue is what should have come before the day of the statement. What has no due date counts from the day it was booked."),
    ]
    tied = _tied(books, ["receivable", "allowance"], _("Contributions receivable, current and non-current (Statement I)"), "tied")
    return Statement("receivables", _("Ageing of contributions receivable"), books, [table, tied], lines=lines, notes=notes, signed=False,
                     wide=True)  # fmt: skip


def receivable_ages(books: Books, day: date) -> dict[int, Aged]:
    """Per instalment what it owes on a day, and since when it is due, or was booked."""
    open_ = _open(books, "receivable", day)
    lines = books.lines(until=day).filter(account_id__in=["1100", "1110", "1190"], subaccount_id__in=open_)
    booked = dict(lines.order_by().values_list("subaccount_id").annotate(day=Min("date")))
    days = {pk: booked[pk] for pk in open_} | due_dates(open_)
    return {pk: _aged([(days[pk], cents)], day, DUE) for pk, cents in open_.items()}


def partner_ages(books: Books, code: str) -> dict[int, Aged]:
    """Per grant what stands on an account of advances ("1200") or refunds due ("1210") on the day of the books, and since when."""
    open_ = _open(books, KEY[code].partition(".")[2], books.as_of)
    back = came_back(books, code) if code == "1200" and open_ else set()
    walked = {pk: cents for pk, cents in open_.items() if cents < 0 or pk in back}
    parts = _parts(books.lines().filter(account_id=code), walked, books.as_of, returns=code == "1200")
    by_sums = aged(books, code, {pk: cents for pk, cents in open_.items() if pk not in walked}, AGES)
    return by_sums | {pk: _aged(each, books.as_of, AGE) for pk, each in parts.items()}


def _aged(parts: list[Part], as_of: date, buckets: Buckets) -> Aged:
    cents = [0] * len(buckets)
    for day, amount in parts:
        cents[bucket(day, as_of, buckets)] += amount
    return Aged(min(day for day, _amount in parts), cents)


def _open(books: Books, name: str, day: date) -> dict[int, int]:
    """Subaccounts with a balance: debits less credits in cents."""
    held = {key.partition(":")[2]: debits - credits for key, (debits, credits) in books.sums(None, day).items()
            if key.startswith(f"AGE.{name}:")}  # fmt: skip
    return {int(pk): cents for pk, cents in held.items() if cents and pk}


def _table(books: Books, name: str, found: dict[int, Aged], buckets: Buckets, heads: list[str], caption: str, url: Url) -> Table:
    """A row per subaccount: its oldest day, a column per bucket, and the whole, which opens its lines."""
    known = Subaccount.objects.filter(pk__in=found).select_related("parent__parent").order_by("code")
    rows = [_row(books, name, each, found[each.pk], url(each) if url else "") for each in known]
    columns = [*heads, *[str(label) for _first, label in buckets], _("Total")]
    if not rows:
        return Table(columns, [], caption)
    of = tuple(row.key for row in rows)
    sums = [Figure(sum((row.amounts[at] for row in rows), Money(0, "USD")), parts=of) for at in range(len(buckets) + 1)]
    return Table(columns, [*rows, Row(f"{name}:total", _("Total"), "total", ("", *sums))], caption)


def _row(books: Books, name: str, each: Subaccount, found: Aged, url: str) -> Row:
    term = Term(f"AGE.{name}:{each.pk}", books.as_of)
    whole = Figure(books.amount(term), terms=(term,))
    figures = [Figure(Money.from_minor(amount, "USD")) for amount in found.cents]
    return Row(f"{name}:{each.pk}", each.name, values=(found.since, *figures, whole), url=url)


def _tied(books: Books, names: list[str], total: str, key: str) -> Table:
    """The balances as Statement I has them."""
    ever: Columns = [(None, books.as_of)]
    rows = [line(books, f"AGE.{name}:*", LABELS[f"AGE.{name}:*"], ever) for name in names]
    heads = [_("Balance"), short_day_text(books.as_of)]
    return Table(heads, [*rows, added(key, total, rows, "total")], _("Reconciliation with Statement I") if key == "tied" else "")


# Advances and refunds due


def advances(books: Books, url: Url = None) -> Statement:
    """Advances not accounted for and refunds due, by the age of the payments they come from. `url` gives a grant's statement."""
    books = books.keyed(KEYS)
    lines = books.lines().filter(account_id__in=["1200", "1210", "1280", "1290"])
    captions = {"advance": str(LABELS["AGE.advance:*"]), "due": str(LABELS["AGE.due:*"])}
    books.read([books.as_of])
    given, due = (partner_ages(books, code) for code in ("1200", "1210"))
    tables = [
        _table(books, name, found, AGE, [_("Grant"), _("Since")], captions[name], url) for name, found in (("advance", given), ("due", due))
    ]
    refunds = _("Refunds due from partners, less allowance (within other receivables, Statement I)")
    tables += [
        _tied(books, ["advance", "estimate"], _("Advances to implementing partners (Statement I)"), "tied"),
        _tied(books, ["due", "doubtful"], refunds, "tied_due"),
    ]
    notes = [_("Reports and refunds clear the oldest payment first; a payment that the bank returned clears the latest.")]
    return Statement("advances", _("Ageing of advances and refunds due"), books, tables, lines=lines, notes=notes, signed=False, wide=True)


SPANS = (366, 2 * 366, 4 * 366)
"""Days that are looked at, from the newest on; what stands is seldom older, and then everything is."""


def _parts(lines: QuerySet[Line], open_: dict[int, int], as_of: date, *, returns: bool) -> dict[int, list[Part]]:
    """Per grant with a balance, what stands and since when; `returns`: cash that came back is the latest payment, returned by the bank."""
    walks = {pk: Walk(cents) for pk, cents in open_.items()}
    back = entry_has(*CASH) & Q(credit__gt=0) if returns else Q(pk__in=[])
    owing = [pk for pk, cents in open_.items() if cents < 0]
    moved = marked(lines, [("back", back)]).filter(Q(debit__gt=0) | Q(back=True) | Q(subaccount_id__in=owing))
    ends = [as_of, *(as_of - timedelta(days=days) for days in SPANS), None]
    for end, start in pairwise(ends):
        left = [pk for pk, walk in walks.items() if walk.left]
        within = moved.filter(subaccount_id__in=left, date__lte=end) if left else moved.none()
        within = within if start is None else within.filter(date__gt=start)
        rows = within.order_by("-date", "-entry_id", "-position").values_list("subaccount_id", "date", "debit", "credit", "back")
        for grant, day, debit, credit, latest in rows:
            walks[grant].step(day, debit - credit, latest=latest)
    return {pk: walk.parts for pk, walk in walks.items()}


class Walk:
    """From the newest movement of a grant back to the oldest part of what stands: nothing before that is looked at.

    Reports and refunds clear the oldest payments first, so what stands are the newest ones, up to the balance; a payment that the bank
    returned is none of them.
    """

    def __init__(self, balance: int) -> None:
        self.left, self.parts = balance, list[Part]()
        self._returned = 0

    def step(self, day: date, cents: int, *, latest: bool) -> None:
        """The movement before the last one; `latest` for one that clears the latest payment."""
        if not self.left or (cents > 0) != (self.left > 0):
            self._returned -= cents if latest and self.left > 0 else 0
            return
        skipped = min(self._returned, cents) if self.left > 0 else 0
        self._returned -= skipped
        taken = min(cents - skipped, self.left, key=abs)
        self.left -= taken
        if taken:
            self.parts.insert(0, (day, taken))
