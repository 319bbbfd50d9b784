"""The forecast of cash by month: what is there and promised by binding agreements, against what is due to be paid.

What donors announced without binding themselves, and what hangs on a condition, is shown beside it and never counted. What is overdue,
and debts without a day, count in the first month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund import clock
from trustfund.ledger import chart
from trustfund.ledger.closed.kept import Reading
from trustfund.ledger.models import Subaccount
from trustfund.money import Money, total, zero
from trustfund.statements.dues import due_dates
from trustfund.treasury import dues
from trustfund.treasury.dues import Due
from trustfund.treasury.position import account_url, cash

MONTHS = 12
RECEIVABLE, PLEDGE, CONDITIONAL = "receivable", "pledge", "conditional"
TRANCHE, DONOR, PAYABLE = "tranche", "donor", "payable"
KINDS = {
    RECEIVABLE: gettext_lazy("Receivables due"),
    TRANCHE: gettext_lazy("Tranches due"),
    DONOR: gettext_lazy("Back to donors"),
    PAYABLE: gettext_lazy("Payables"),
    PLEDGE: gettext_lazy("Pledges, not binding"),
    CONDITIONAL: gettext_lazy("On a condition"),
}
PAID = (TRANCHE, DONOR, PAYABLE)
APART = (PLEDGE, CONDITIONAL)
"""Kinds that are never counted."""

DEBTS = ("2010", "2400", "2410")
OF_DONORS = ("1100", "1110", "1190", "9030")
FIRST, LATER, NO_DAY = 0, MONTHS, MONTHS + 1
"""Places of dues: months 0 to 11, then what is due later, and what has no day."""


@dataclass(frozen=True)
class Month:
    """A month of the forecast: the cash at its beginning, what comes and goes by kind, the cash at its end."""

    first: date
    opening: Money
    sums: dict[str, Money]

    @property
    def closing(self) -> Money:
        return self.opening + self.of(RECEIVABLE) - total(self.of(kind) for kind in PAID)

    def of(self, kind: str) -> Money:
        return self.sums.get(kind, zero())

    @property
    def key(self) -> str:
        """How addresses name it: "2026-03"."""
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Forecast:
    """Twelve months from the month of `day`, and every due by its place (see FIRST, LATER, NO_DAY)."""

    day: date
    months: list[Month]
    placed: dict[int, list[Due]]

    @property
    def lowest(self) -> Month:
        """The month at whose end there is least; the first of several."""
        return min(self.months, key=lambda month: (month.closing.amount, month.first))

    def dues(self, place: int, kind: str = "") -> list[Due]:
        """The dues of a place, of one kind or of all."""
        return [due for due in self.placed.get(place, []) if kind in ("", due.kind)]


def forecast(day: date | None = None) -> Forecast:
    """The forecast from today's books. The days of tranches and agreements are those of today, so it looks forward only."""
    day = day or clock.today()
    placed: dict[int, list[Due]] = defaultdict(list)
    for due in all_dues(day):
        placed[place_of(due, day)].append(due)
    months: list[Month] = []
    opening = cash(day)
    for number in range(MONTHS):
        month = Month(month_after(day, number), opening, _sums(placed[number]))
        months.append(month)
        opening = month.closing
    return Forecast(day, months, placed)


def month_after(day: date, number: int) -> date:
    """The first day of the month `number` months after that of a day."""
    months = day.year * 12 + day.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)


def place_of(due: Due, day: date) -> int:
    """The month in which a due falls; what has no day is a debt of today, or money of which nobody knows when it comes."""
    if due.on is None:
        return FIRST if due.kind in PAID else NO_DAY
    number = (due.on.year - day.year) * 12 + due.on.month - day.month
    return min(max(number, FIRST), LATER)


def _sums(found: Iterable[Due]) -> dict[str, Money]:
    sums: dict[str, Money] = defaultdict(zero)
    for due in found:
        sums[due.kind] += due.amount
    return dict(sums)


# What is due


def all_dues(day: date) -> list[Due]:
    """Everything that is to come or to be paid, by kind and day; a day unknown stands last."""
    found = [*_of_donors(day), *dues.payments(), *_debts(day)]
    order = list(KINDS)
    return sorted(found, key=lambda due: (order.index(due.kind), due.on is None, due.on or day, due.label))


def _debts(day: date) -> list[Due]:
    """Payables and support cost payable: owed now."""
    sums = Reading.at(day).totals(["account_id"], account_id__in=DEBTS)
    return [
        Due(PAYABLE, None, Money.from_minor(credits - debits, "USD"), f"{code} {chart.BY_CODE[code].label}", account_url(code, day))
        for (code,), (debits, credits, _own) in sorted(sums.items())
        if debits != credits
    ]


def _of_donors(day: date) -> list[Due]:
    """What each instalment still brings, and what goes back to its donor, by the ledger."""
    sums = _by_instalment(day)
    known = Subaccount.objects.filter(pk__in=sums).order_by("code")
    days, hung = due_dates(sums), dues.conditional(sums)
    return [due for each in known for due in _of_instalment(each, sums[each.pk], days.get(each.pk), each.pk in hung, day)]


def _by_instalment(day: date) -> dict[int, dict[str, int]]:
    sums: dict[int, dict[str, int]] = defaultdict(dict)
    found = Reading.at(day).totals(["subaccount_id", "account_id"], account_id__in=[*OF_DONORS, "2300"], subaccount_id__isnull=False)
    for (pk, account), (debits, credits, _own) in found.items():
        sums[pk][account] = debits - credits
    return {pk: held for pk, held in sums.items() if any(held.values())}


def _of_instalment(instalment: Subaccount, held: dict[str, int], on: date | None, hung: bool, day: date) -> list[Due]:
    """The receivable net of its allowance; what is promised beyond it; what is payable to the donor."""
    receivable = sum(held.get(code, 0) for code in OF_DONORS[:3])
    promised = held.get("9030", 0)
    parts = [
        (RECEIVABLE, receivable, on, "1100"),
        (CONDITIONAL if hung else PLEDGE, promised, on, "9030"),
        (DONOR, -held.get("2300", 0), None, "2300"),
    ]
    name = f"{instalment.code} {instalment.name}"
    return [
        Due(kind, when, Money.from_minor(cents, "USD"), name, account_url(code, day, instalment.code))
        for kind, cents, when, code in parts
        if cents > 0
    ]


def lowest_text(found: Forecast, month: str, amount: str) -> str:
    """One sentence about the lowest point."""
    names = {"month": month, "amount": amount}
    if found.lowest.closing < zero():
        return _("The cash falls short: at the end of %(month)s it would be %(amount)s.") % names
    return _("The lowest point is the end of %(month)s, with %(amount)s.") % names
