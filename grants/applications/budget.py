"""The arithmetic of a budget: lines, totals by category, caps. Pure; Decimal and Money only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from trustfund.fields import LARGEST
from trustfund.money import Money, total, zero
from trustfund.ui.formatting import money_text


def amount(quantity: Decimal, unit_cost: Money) -> Money:
    """quantity x unit cost, rounded half to even to the cent."""
    return unit_cost.times(quantity)


def is_too_large(money: Money) -> bool:
    """Larger than the books can hold, let alone the Fund give."""
    return money.minor > LARGEST


def is_rounded(quantity: Decimal, unit_cost: Money) -> bool:
    """Whether the product had fractions of a cent, so that the page can say so."""
    return quantity * unit_cost.amount != amount(quantity, unit_cost).amount


@dataclass(frozen=True)
class CategoryTotal:
    """What one category holds: amount and requested in USD, the most that may be requested in it (None for no cap)."""

    category: Any
    amount: Money
    requested: Money
    cap: Money | None

    @property
    def over(self) -> bool:
        return self.cap is not None and self.requested > self.cap


@dataclass(frozen=True)
class Budget:
    """All lines of an application taken together."""

    totals: Sequence[CategoryTotal]
    amount: Money
    requested: Money
    problems: Sequence[str]

    @property
    def own(self) -> Money:
        """What comes from elsewhere."""
        return self.amount - self.requested


def share(percent: Decimal, of: Money) -> Money:
    """The most that a cap allows: percent of an amount, cut down to the cent so that the cap is never passed."""
    return Money.from_minor(int(of.minor * percent / 100), of.currency)


def of(lines: Sequence[Any], categories: Sequence[Any], call: Any) -> Budget:
    """The budget that `lines` (category_id, amount, requested) make under the call's ceiling, floor and caps."""
    requested = total(line.requested for line in lines)
    totals = [_category(category, lines, requested) for category in categories]
    problems = [*_limits(requested, call), *_caps(totals), *_overhead(totals, requested, call.overhead_cap_percent)]
    return Budget(totals, total(line.amount for line in lines), requested, problems)


def _category(category: Any, lines: Sequence[Any], requested: Money) -> CategoryTotal:
    own = [line for line in lines if line.category_id == category.pk]
    cap = None if category.cap_percent is None else share(category.cap_percent, requested)
    return CategoryTotal(category, total(line.amount for line in own), total(line.requested for line in own), cap)


def _limits(requested: Money, call: Any) -> list[str]:
    if not requested:
        return [_("Nothing is requested from the Fund yet.")]
    if call.ceiling is not None and requested > call.ceiling:
        message = _("%(requested)s is requested; one grant may have %(ceiling)s at most. That is %(over)s too much.")
        return [message % _texts(requested=requested, ceiling=call.ceiling, over=requested - call.ceiling)]
    if call.floor is not None and requested < call.floor:
        return [_("%(requested)s is requested; one grant has %(floor)s at least.") % _texts(requested=requested, floor=call.floor)]
    return []


def _caps(totals: Sequence[CategoryTotal]) -> list[str]:
    message = _("%(category)s: %(requested)s is requested, %(cap)s is the most (%(percent)s percent of what is requested).")
    return [
        message
        % {
            "category": each.category.name,
            "percent": f"{each.category.cap_percent.normalize():f}",
            **_texts(requested=each.requested, cap=each.cap or zero()),
        }
        for each in totals
        if each.over
    ]


def _overhead(totals: Sequence[CategoryTotal], requested: Money, percent: Decimal | None) -> list[str]:
    if percent is None:
        return []
    overhead = total(each.requested for each in totals if each.category.overhead)
    most = share(percent, requested)
    if overhead <= most:
        return []
    return [_("Overhead takes %(overhead)s; %(most)s is the most.") % _texts(overhead=overhead, most=most)]


def _texts(**amounts: Money) -> dict[str, str]:
    return {name: money_text(money) for name, money in amounts.items()}
