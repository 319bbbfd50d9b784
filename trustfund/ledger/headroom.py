"""What each contribution can still fund: cash received, less its programme support cost, the reserve's share, and what is used.

The cash that an instalment brought is what its lines lack to balance: credits less debits of every line that names it (receivable,
revenue, conditional liability, exchange difference). A promise alone balances and brings nothing. What must go back to the donor (2300)
is gone from the day it is due; year-end closing and memo accounts do not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Min, QuerySet, Sum
from django.utils.translation import gettext as _

from trustfund.ledger import tags
from trustfund.ledger.balances import YEAR_END
from trustfund.ledger.history import TAKEN_OVER_GIFTS
from trustfund.ledger.models import GENERAL, Allocation, FundingRule, Line, Subaccount, Tag
from trustfund.money import Money

NOT_FUNDING = ("2300", "9030", "9040")
GENERAL_POOL = 99
"""How far the general pool is from any earmark."""


@dataclass(frozen=True)
class Headroom:
    """One instalment's money in USD: `available` = received - psc - reserve - reserved - allocated.

    `received` is net of what must go back to the donor; `earmark` says how near the earmark is to what was asked for: 0 is exactly it,
    1 and more are wider ones, GENERAL_POOL is none.
    """

    instalment: Subaccount
    received: Money
    psc: Money
    reserve: Money
    reserved: Money
    allocated: Money
    earmark: int = GENERAL_POOL
    first_received_on: date | None = None

    @property
    def available(self) -> Money:
        return self.received - self.psc - self.reserve - self.reserved - self.allocated

    @property
    def tag(self) -> Tag | None:
        """The earmark: the instalment's own or its agreement's."""
        found: Tag | None = _inherited(self.instalment, "tag")
        return found

    @property
    def expires_on(self) -> date | None:
        found: date | None = _inherited(self.instalment, "expires_on")
        return found


def rule_on(on: date) -> FundingRule:
    """The funding rule in force on a day."""
    rule = FundingRule.objects.filter(effective_on__lte=on).order_by("-effective_on").first()
    if rule is None:
        raise ValidationError(_("No funding rule is in force on %(date)s.") % {"date": on.isoformat()}, code="no_rule")
    return rule


def _inherited(subaccount: Subaccount | None, name: str) -> Any:
    """A setting of the instalment, or of its agreement, or of its donor."""
    while subaccount is not None:
        value = getattr(subaccount, name)
        if value is not None:
            return value
        subaccount = subaccount.parent
    return None


def funding_lines(window: str = GENERAL) -> QuerySet[Line]:
    """The lines that say which cash an instalment brought."""
    lines = Line.objects.filter(subaccount__kind=Subaccount.Kind.INSTALMENT, window_id=window)
    return lines.exclude(account_id__in=NOT_FUNDING).exclude(YEAR_END)


def _cash(lines: QuerySet[Line]) -> dict[int, int]:
    rows = lines.order_by().values("subaccount_id").annotate(brought=Sum("credit") - Sum("debit"))
    return {row["subaccount_id"]: row["brought"] for row in rows}


def _used(instalments: Iterable[int] | None = None, window: str | None = None) -> dict[int, tuple[int, int]]:
    found = Allocation.objects.order_by()
    if window is not None:
        found = found.filter(funding__window_id=window)
    if instalments is not None:
        found = found.filter(instalment_id__in=list(instalments))
    rows = found.values("instalment_id").annotate(held=Sum("reserved"), given=Sum("allocated"))
    return {row["instalment_id"]: (row["held"], row["given"]) for row in rows}


def set_aside(received: Money, psc_rate: Decimal | None) -> Money:
    """The programme support cost that is in `received`: at 13 %, received - received / 1.13 (the cent left over is PSC)."""
    if not psc_rate or received.amount <= 0:
        return Money(0, received.currency)
    grantable = (received.amount / (1 + psc_rate)).quantize(Decimal("0.01"), rounding=ROUND_DOWN)
    return received - Money(grantable, received.currency)


def _row(
    instalment: Subaccount, cents: int, used: tuple[int, int], share: Decimal, earmark: int = GENERAL_POOL, first: date | None = None
) -> Headroom:
    received = Money.from_minor(cents, "USD")
    psc = set_aside(received, _inherited(instalment, "psc_rate"))
    reserve = (received - psc).times(share) if cents > 0 else Money(0, "USD")
    return Headroom(
        instalment=instalment,
        received=received,
        psc=psc,
        reserve=reserve,
        reserved=Money.from_minor(used[0], "USD"),
        allocated=Money.from_minor(used[1], "USD"),
        earmark=earmark,
        first_received_on=first,
    )


def headroom(on: date, tag: Tag | None = None, *, window: str = GENERAL, only_eligible: bool | None = None) -> list[Headroom]:
    """What each instalment can fund on a day: of all (`tag` None), or of those that may fund what `tag` stands for.

    Eligible are instalments earmarked for the tag or for a wider one it stands under, the narrowest first, then the general pool;
    expired ones are not. `only_eligible=True` with no tag gives the general pool alone. Received counts what is dated not after `on`
    and never more than what is there by now.
    """
    narrow = tag is not None if only_eligible is None else only_eligible
    lines = funding_lines(window)
    by_day, by_now = _cash(lines.filter(date__lte=on)), _cash(lines)
    cents = {pk: min(value, by_now[pk]) for pk, value in by_day.items()}
    firsts = dict(lines.order_by().values("subaccount_id").annotate(first=Min("date")).values_list("subaccount_id", "first"))
    used, share = _used(window=window), rule_on(on).reserve_share
    found = Subaccount.objects.filter(pk__in=cents.keys() | used.keys()).exclude(code=TAKEN_OVER_GIFTS)
    found = found.select_related("tag", "parent__tag", "parent__parent__tag")
    distances = {pk: distance for distance, pk in reversed(list(enumerate(tags.upwards(tag))))}
    rows = [
        _row(each, cents.get(each.pk, 0), used.get(each.pk, (0, 0)), share, _earmark(each, distances), firsts.get(each.pk))
        for each in found
    ]
    if narrow:
        rows = [row for row in rows if row.earmark >= 0 and not (row.expires_on and row.expires_on < on)]
    return sorted(rows, key=lambda row: (abs(row.earmark), row.first_received_on or on, row.instalment.pk))


def _earmark(instalment: Subaccount, distances: Mapping[int, int]) -> int:
    """How near the instalment's earmark is; -1 for an earmark that excludes the use."""
    tag = _inherited(instalment, "tag")
    return GENERAL_POOL if tag is None else distances.get(tag.pk, -1)


def refuse_overdrawn(instalments: list[int]) -> None:
    """ValidationError when one of these instalments has less than what is reserved and spent of it, or than what was refunded."""
    if not instalments:
        return
    cash = _cash(funding_lines().filter(subaccount_id__in=instalments))
    used = _used(instalments)
    found = Subaccount.objects.filter(pk__in=instalments).exclude(code=TAKEN_OVER_GIFTS).select_related("parent__parent")
    for instalment in found:
        held, given = used.get(instalment.pk, (0, 0))
        row = _row(instalment, cash.get(instalment.pk, 0), (held, given), Decimal(0))
        if row.available.amount < 0 and (held + given or row.received.amount < 0):
            message = _("The contribution %(code)s is reserved, spent or refunded: %(missing)s of it can't be taken away.")
            raise ValidationError(message % {"code": instalment.code, "missing": -row.available}, code="overdrawn")


def totals(rows: Iterable[Headroom]) -> dict[str, Money]:
    """The sums of a headroom list, by column."""
    sums: dict[str, Money] = defaultdict(lambda: Money(0, "USD"))
    for row in rows:
        for name in ("received", "psc", "reserve", "reserved", "allocated", "available"):
            sums[name] += getattr(row, name)
    return dict(sums)
