"""The months as the pages show them: what each had of costs and income, what was charged of it, what is left. Queries only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.ledger import chart
from trustfund.ledger.funding import costs
from trustfund.ledger.funding.models import Allocation, Funding
from trustfund.ledger.models import Period, Subaccount
from trustfund.ledger.periods import TAKES_POSTINGS
from trustfund.money import Money, total, zero


@dataclass(frozen=True)
class Account:
    """One account of a month, in USD: posted and charged, costs above zero, income below."""

    code: str
    posted: Money
    charged: Money

    @property
    def label(self) -> str:
        return chart.BY_CODE[self.code].label

    @property
    def left(self) -> Money:
        return self.posted - self.charged


@dataclass(frozen=True)
class Month:
    """A period with what it had of the fund's own costs and income, by account."""

    period: Period
    accounts: list[Account] = field(default_factory=list)
    acts: int = 0

    @property
    def costs(self) -> Money:
        return total(each.posted for each in self.accounts if each.code in costs.EXPENSES)

    @property
    def income(self) -> Money:
        return -total(each.posted for each in self.accounts if each.code in costs.INCOME)

    @property
    def posted(self) -> Money:
        return total(each.posted for each in self.accounts)

    @property
    def charged(self) -> Money:
        return total(each.charged for each in self.accounts)

    @property
    def left(self) -> Money:
        return self.posted - self.charged

    @property
    def is_over(self) -> bool:
        return self.period.ends_on <= clock.today()

    @property
    def is_done(self) -> bool:
        """Whether nothing is left of any account."""
        return not any(each.left for each in self.accounts)

    @property
    def waits(self) -> bool:
        """Whether finance has something to do: it is over and open, and nothing was charged of it yet."""
        return self.is_over and not self.is_done and not self.acts and self.period.state in TAKES_POSTINGS

    @property
    def state_tone(self) -> str:
        return "money" if self.is_done else "neutral" if not self.is_over else "waiting"

    def get_state_display(self) -> Any:
        """The word for how far it is."""
        if self.is_done:
            return _("Allocated")
        if not self.is_over:
            return _("Not over yet")
        return _("A part is left") if self.acts else _("To be allocated")


def _sums(rows: Iterable[tuple[int, str, int]]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for period, account, cents in rows:
        found[period][account] = found[period].get(account, 0) + cents
    return found


def months(periods: QuerySet[Period] | None = None) -> list[Month]:
    """The periods with costs or income of the fund's own, the newest first; always as many queries."""
    wanted = list((Period.objects.all() if periods is None else periods).order_by("-year", "-number"))
    posted = _sums((period, account, cents) for (period, _window, account), cents in costs.posted(wanted).items())
    done = costs.charges().filter(funding__period__in=wanted).values_list("funding__period_id", "account_id")
    charged = _sums(done.annotate(cents=Sum("charged")))
    acts: dict[int, int] = defaultdict(int)
    for period in Funding.objects.filter(kind=Funding.Kind.COSTS, period__in=wanted).values_list("period_id", flat=True):
        acts[period] += 1
    there = [each for each in wanted if each.pk in posted or each.pk in charged]
    return [Month(each, _accounts(posted[each.pk], charged[each.pk]), acts[each.pk]) for each in there]


def month(period: Period) -> Month:
    """One period, also when it has nothing."""
    found = months(Period.objects.filter(pk=period.pk))
    return found[0] if found else Month(period)


def _accounts(posted: dict[str, int], charged: dict[str, int]) -> list[Account]:
    codes = sorted(posted.keys() | charged.keys())
    sums = [(code, posted.get(code, 0), charged.get(code, 0)) for code in codes]
    return [Account(code, Money.from_minor(there, "USD"), Money.from_minor(done, "USD")) for code, there, done in sums if there or done]


@dataclass(frozen=True)
class Share:
    """What one contribution would bear and be credited, in USD."""

    instalment: Subaccount
    costs: Money
    income: Money

    @property
    def net(self) -> Money:
        return self.costs - self.income


def shares(items: Iterable[costs.Item]) -> list[Share]:
    """A plan by contribution, the largest share first."""
    bears: dict[int, Money] = defaultdict(zero)
    gets: dict[int, Money] = defaultdict(zero)
    for item in items:
        for pk, cents in item.parts:
            if item.account in costs.EXPENSES:
                bears[pk] += Money.from_minor(cents, "USD")
            else:
                gets[pk] -= Money.from_minor(cents, "USD")
    found = Subaccount.objects.filter(pk__in=bears.keys() | gets.keys())
    rows = [Share(each, bears[each.pk], gets[each.pk]) for each in found]
    return sorted(rows, key=lambda row: (-abs(row.net.minor), row.instalment.code))


def results(period: Period) -> QuerySet[Allocation]:
    """What was charged for a period, to whom."""
    return costs.charges().filter(funding__period=period).select_related("instalment", "account", "funding__by")
