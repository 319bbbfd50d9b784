"""Statement V (IPSAS 24): the approved budget beside what was used of it on the budget's own basis, and the way to Statement IV.

On the budget's basis grants count when they are paid, less what comes back, and costs when they are incurred; contributions in kind,
exchange differences and impairment are not budgeted. Every line of the books is the budget's, or a difference with a name, so that
actual amounts and differences are the cash flows of Statement IV to the cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.budgets import lines
from trustfund.budgets.found import Amounts, Approved, approved
from trustfund.ledger.closed.marks import entry_has
from trustfund.ledger.models import FundWindow
from trustfund.money import Money, total, zero
from trustfund.statements import cash_flow, texts
from trustfund.statements.books import CODE, Books, Keys, Term, year_before
from trustfund.statements.cash_flow import CASH, MEMO
from trustfund.statements.shape import Figure, Row, Statement, Table, column_head, ratio

PARTNERS = ("1200", "1280", "1210", "1290", "2020", "5010")
"""What stands between the Fund and its partners: on the budget's basis only cash on these counts."""

RECEIPTS = ("1100", "1110", "1190", "1300", "2100", "2200", "2300", "4010", "4020", "4030", "4090", "4900")
"""What comes in, which the budget of uses does not have."""

DIRECT = {account: line for account, line in lines.OF_ACCOUNT.items() if line != lines.GRANTS}


def key_of(code: str, opening: bool, impairing: bool, revaluing: bool, paying: bool, in_kind: bool) -> str:
    """What a line is: "V.budget.staff", "V.presented.receipts", "V.basis.2010", "V.cash.flow", "V.memo.9010" ..."""
    if code in MEMO:
        return f"V.memo.{code}"
    flow = cash_flow.key_of(code, opening, impairing, revaluing)
    if flow.startswith("IV.cash."):
        return f"V.cash.{flow.rsplit('.', 1)[1]}"
    if flow in ("IV.result.investment", "IV.investments"):
        return "V.presented.investing"
    if flow in ("IV.direct", "IV.opening"):
        return f"V.presented.{'financing' if flow == 'IV.direct' else 'opening'}"
    return f"V.basis.{code}" if opening or in_kind or flow in ("IV.impaired", "IV.revalued") else _operating(code, paying)


def _operating(code: str, paying: bool) -> str:
    """A line of operations: used of the budget, received, or a difference of basis."""
    if code in PARTNERS:
        return f"V.budget.{lines.GRANTS}" if paying else f"V.basis.{code}"
    if code in RECEIPTS:
        return "V.presented.receipts"
    return f"V.budget.{DIRECT[code]}" if code in DIRECT else f"V.basis.{code}"


MARKS = (*cash_flow.KEYS.marks, ("moving_cash", entry_has(*CASH)), ("in_kind", entry_has("4040")))
KEYS = Keys(key_of, MARKS, each="window_id", one=CODE)
"""As in Statement IV; and whether the entry moves cash, and whether it is a contribution in kind. Per window."""

LABELS = {
    **{f"V.budget.{line}:*": label for line, (label, _accounts) in lines.LINES.items()},
    "V.presented.receipts:*": gettext_lazy("Receipts, which the budget does not have"),
    "V.presented.investing:*": gettext_lazy("Cash flows from investing activities"),
    "V.presented.financing:*": gettext_lazy("Cash flows from financing activities"),
    "V.basis.*:*": gettext_lazy("Basis differences"),
    "V.cash.exchange:*": gettext_lazy("Effect of exchange rate changes on cash and cash equivalents"),
    "V.memo.9010:*": gettext_lazy("Commitments to grantees, not yet paid"),
}

COMMITTED, ACTUAL, FINAL, VARIANCE = 3, 4, 2, 5
"""Numbers of columns."""


def budget_and_actual(books: Books, since: date | None = None) -> Statement:
    """Statement V from `since` (default: 1 January) to the day of the books, window by window and in total.

    Budgets are those of the years that the period touches, approved up to the head of the books.
    """
    books = books.keyed(KEYS)
    start = since or books.new_year
    period = Period(books, start, books.as_of, texts.passages(books.as_of.year, books.seq, books.act))
    before = Period(books, year_before(start), year_before(books.as_of), {})
    tables = [*period.tables(), *before.comparison(), reconciliation(period)]
    about = [] if period.found else [_("No budget was approved for this period.")]
    notes = [*about, *_notes(period)]
    found = books.lines().filter(Q(date__gte=before.since) | Q(account_id="9010")).exclude(account_id__in=[c for c in MEMO if c != "9010"])
    return Statement("budget", _("Statement of comparison of budget and actual amounts"), books, tables, since=start,
                     lines=found, notes=notes, wide=True, extra={"number": "V"})  # fmt: skip


@dataclass
class Period:
    """One period of the comparison: its budgets by window, and the explanations of its variances."""

    books: Books
    since: date
    until: date
    passages: dict[str, str]

    def __post_init__(self) -> None:
        years = range(self.since.year, self.until.year + 1)
        self.found: dict[str, Approved] = approved(years, self.books.seq, self.books.act)
        known = FundWindow.objects.in_bulk(list(self.found))
        self.windows = sorted(self.found, key=lambda code: (code != "general", code))
        self.names = {code: known[code].label for code in self.windows}

    @property
    def whole(self) -> bool:
        """Whether it is of whole years, as its budgets are."""
        return (self.since, self.until) == (date(self.since.year, 1, 1), date(self.until.year, 12, 31))

    def tables(self) -> list[Table]:
        """A table per window, and the total where there are several."""
        each = [self._window(code) for code in self.windows]
        return [*each, self._total()] if len(each) > 1 else each

    def comparison(self) -> list[Table]:
        """The total of this period, for a comparison with another one."""
        caption = _("For comparison: %(period)s") % {"period": column_head(self.since, self.until)}
        return [self._total(caption)] if self.windows else []

    def _window(self, code: str) -> Table:
        budget = self.found[code]
        rows = [self._row(code, line, budget.original, budget.final) for line in lines.ORDER]
        rows = [row for row in rows if any(row.amounts)] or rows[:1]
        caption = _("Fund window: %(window)s") % {"window": self.names[code]}
        return Table(_heads(), [*rows, _added(f"{code}:total", _("Total"), rows)], caption)

    def _row(self, window: str, line: str, original: Amounts, final: Amounts) -> Row:
        used = Term(f"V.budget.{line}:{window}", self.until, self.since)
        committed = (Term(f"V.memo.9010:{window}", self.until),) if line == lines.GRANTS else ()
        figures = [
            *(Figure(amounts[line]) for amounts in (original, final)),
            Figure(self.books.amount(*committed), terms=committed),
            Figure(self.books.amount(used), terms=(used,)),
        ]
        values = _completed(figures)
        return Row(f"{window}:{line}", lines.label_of(line), values=(*values, self._explained(window, line, values)), indent=1)

    def _explained(self, window: str, line: str, values: Sequence[object]) -> str:
        """The text on a variance; that there is none yet where it is material, once the year is whole."""
        text = self.passages.get(texts.variance(window, line), "")
        amounts = [value.amount for value in values if isinstance(value, Figure)]
        return text or (_("To be explained") if self.whole and is_material(amounts[VARIANCE - 1], amounts[FINAL - 1]) else "")

    def _total(self, caption: str = "") -> Table:
        """All windows: what one gives to another is left out, for over the Fund it comes to nothing."""
        rows = [self._line(line) for line in lines.ORDER if line != lines.TRANSFERS]
        rows = [row for row in rows if any(row.amounts)] or rows[:1]
        key = "total" if not caption else "before:total"
        whole = _added(key, _("Total, transfers between windows eliminated"), rows)
        return Table(_heads(explained=False), [*rows, Row(whole.key, whole.label, "total", whole.values[:-1])], caption or _("All windows"))

    def _line(self, line: str) -> Row:
        used = tuple(Term(f"V.budget.{line}:{window}", self.until, self.since) for window in self.windows)
        committed = tuple(Term(f"V.memo.9010:{window}", self.until) for window in self.windows) if line == lines.GRANTS else ()
        original = total(self.found[window].original[line] for window in self.windows)
        final = total(self.found[window].final[line] for window in self.windows)
        figures = [Figure(original), Figure(final)]
        figures += [Figure(self.books.amount(*terms), terms=terms) for terms in (committed, used)]
        prefix = f"all:{self.until.year}"
        return Row(f"{prefix}:{line}", lines.label_of(line), values=tuple(_completed(figures)), indent=1)

    def used(self) -> list[Term]:
        """What was used of the budgets, transfers between windows left out."""
        kept = [line for line in lines.ORDER if line != lines.TRANSFERS]
        return [Term(f"V.budget.{line}:{window}", self.until, self.since, -1) for window in self.windows for line in kept]


def is_material(variance: Money, final: Money) -> bool:
    """Whether a variance is to be explained: it is at least the share of the final budget that is the setting, or nothing was budgeted."""
    return bool(variance) and abs(variance.amount) >= final.amount * settings.BUDGET_VARIANCE_SHARE


def _heads(*, explained: bool = True) -> list[str]:
    heads = [
        _("Budget line"),
        _("Original budget"),
        _("Final budget"),
        _("Commitments"),
        _("Actual on the budget’s basis"),
        _("Variance (final less actual)"),
        _("Variance, %"),
    ]
    return [*heads, _("Explanation of material variances")] if explained else heads


def _completed(figures: list[Figure]) -> list[object]:
    """With the variance and its share of the final budget."""
    variance = Figure(figures[FINAL - 1].amount - figures[ACTUAL - 1].amount, across=(FINAL, -ACTUAL))
    whole = [*figures, variance]
    return [*whole, ratio(VARIANCE, FINAL, [each.amount for each in whole])]


def _added(key: str, label: str, rows: list[Row]) -> Row:
    """The sums of the columns; the variance and its share follow from them."""
    parts = tuple(row.key for row in rows)
    sums = [Figure(total(row.amounts[at] for row in rows), parts=parts) for at in range(ACTUAL)]
    return Row(key, label, "total", (*_completed(sums), ""))


# The way to Statement IV


def reconciliation(period: Period) -> Table:
    """From actual amounts on the budget's basis to the cash flows of Statement IV (IPSAS 24.47)."""
    books, span = period.books, (period.until, period.since)
    out = [Term(key, *span, -1) for key in ("V.basis.*:*", "V.cash.exchange:*")]
    every = [Term("V.budget.*:*", *span, -1)]
    used = period.used()
    presented = {name: (Term(f"V.presented.{name}:*", *span, -1),) for name in ("receipts", "investing", "financing")}
    others = _without(every, used)
    rows = [
        _flows(books, "actual", _("Actual amounts on the budget’s basis, all windows"), used),
        _flows(books, "basis", _("Basis differences"), out),
        _flows(books, "timing", _("Timing differences"), []),
        _flows(books, "entity", _("Entity differences: windows without a budget, and transfers between windows"), others),
        _flows(books, "presentation", _("Presentation differences: receipts"), *presented.values()),
    ]
    parts = tuple(row.key for row in rows)
    sums = [Figure(total(row.amounts[at] for row in rows), parts=parts) for at in range(3)]
    whole = Figure(total(each.amount for each in sums), across=(1, 2, 3))
    last = Row("flows", _("Actual amounts in the statement of cash flows (Statement IV)"), "total", (*sums, whole))
    heads = [_("Reconciliation"), _("Operating"), _("Investing"), _("Financing"), _("Total")]
    return Table(heads, [*rows, last], _("Reconciliation with the statement of cash flows"))


def _without(every: list[Term], used: list[Term]) -> list[Term]:
    """What the first terms have beyond the second."""
    return [*every, *(Term(each.key, each.until, each.since, -each.sign) for each in used)]


def _flows(books: Books, key: str, label: str, *kinds: Sequence[Term]) -> Row:
    """A row of operating, investing and financing cash flows; kinds that are not given have none."""
    figures = [Figure(books.amount(*terms) if terms else zero(), terms=tuple(terms)) for terms in [*kinds, (), ()][:3]]
    return Row(key, label, values=(*figures, Figure(total(each.amount for each in figures), across=(1, 2, 3))), indent=1)


def _notes(period: Period) -> list[str]:
    share = f"{settings.BUDGET_VARIANCE_SHARE * 100:f}".rstrip("0").rstrip(".")
    notes = [
        _("The budget is approved for each fund window and calendar year, on a modified cash basis: grants count when they are paid, less "
          "what comes back, costs when they are incurred."),
        _("Commitments are what is signed with grantees and not yet paid; they are shown beside actual amounts and are no part of them."),
        _("A variance of %(share)s per cent of the final budget or more is material and is explained.") % {"share": share},
        _("Contributions in kind, exchange differences, impairment and the timing of payments of costs are basis differences."),
        _("Budget and statement are of the same period and the same Fund."),
    ]  # fmt: skip
    revisions = sum(each.revisions for each in period.found.values())
    if revisions:
        notes.append(_("Revisions of the original budgets, each approved by a second person: %(count)s.") % {"count": revisions})
    if not period.whole:
        notes.append(_("The period is not a whole year: budgets are those of the whole year."))
    return notes


