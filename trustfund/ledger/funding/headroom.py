"""What each contribution can still fund: cash received, less its programme support cost, the reserve's share, and what is used.

The cash that an instalment brought is what its lines lack to balance: credits less debits of every line that names it (receivable,
revenue, conditional liability, exchange difference). A promise alone balances and brings nothing. What must go back to the donor (2300)
is gone from the day it is due; what is given in kind (4040) is no cash; year-end closing and memo accounts do not count.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Min, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from trustfund.ledger import tags
from trustfund.ledger.chart import BY_CODE
from trustfund.ledger.closed import days
from trustfund.ledger.closed.kept import Totals, year_end_entries
from trustfund.ledger.closed.marks import YEAR_END
from trustfund.ledger.funding.models import Allocation, FundingRule
from trustfund.ledger.funding.splitting import Part
from trustfund.ledger.history import TAKEN_OVER_GIFTS
from trustfund.ledger.models import GENERAL, FundWindow, Line, Subaccount, Tag
from trustfund.money import Money

NOT_FUNDING = ("2300", "4040", "9030", "9040")
FUNDING = [code for code, each in BY_CODE.items() if "instalment" in each.subaccount_kinds.split() and code not in NOT_FUNDING]
"""The accounts on which lines name contributions, but for those."""
FEW = 500
"""So many contributions are asked for by name; more are found quicker among all."""
GENERAL_POOL = 99
"""How far the general pool is from any earmark."""


@dataclass(frozen=True)
class Headroom:
    """One instalment's money in a window, in USD: `available` = received - psc - reserve - reserved - allocated - charged - moved.

    `received` is net of what must go back to the donor; `charged` are the fund's own costs that it bears, less income; `moved` is what
    went to other windows, less what came from them (net of programme support, which stays where it was received).
    `earmark` says how near the earmark is to what was asked for: 0 is exactly it,
    1 and more are wider ones, GENERAL_POOL is none.
    """

    instalment: Subaccount
    received: Money
    psc: Money
    reserve: Money
    reserved: Money
    allocated: Money
    charged: Money
    moved: Money
    earmark: int = GENERAL_POOL
    first_received_on: date | None = None

    @property
    def available(self) -> Money:
        return self.received - self.psc - self.reserve - self.reserved - self.allocated - self.charged - self.moved

    @property
    def unspent(self) -> Money:
        """The cash that is still there to be granted, what is reserved for grants included."""
        return self.received - self.psc - self.allocated - self.charged - self.moved

    @property
    def pool(self) -> str:
        """Gifts without an agreement are split together, by the month in which they came; the others stand for themselves."""
        above = self.instalment.parent
        alone = self.first_received_on is None or (above is not None and above.kind == Subaccount.Kind.AGREEMENT)
        return "" if alone or self.first_received_on is None else f"{self.first_received_on:%Y-%m}"

    @property
    def part(self) -> Part:
        """What it can give, as a part of a split."""
        return Part(self.instalment.pk, self.available.minor, self.pool)

    @property
    def tag(self) -> Tag | None:
        """The earmark: the instalment's own, else its agreement's, else its donor's."""
        found: Tag | None = _inherited(self.instalment, "tag")
        return found

    @property
    def expires_on(self) -> date | None:
        return expiry_of(self.instalment)


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


def expiry_of(subaccount: Subaccount) -> date | None:
    """The day until which a contribution is to be spent, its own, else its agreement's, else its donor's."""
    found: date | None = _inherited(subaccount, "expires_on")
    return found


def psc_rate_of(subaccount: Subaccount) -> Decimal | None:
    """The programme support rate of a contribution: its own, else its agreement's, else its donor's."""
    found: Decimal | None = _inherited(subaccount, "psc_rate")
    return found


def funding_lines(window: str | None = GENERAL) -> QuerySet[Line]:
    """The lines that say which cash an instalment brought, to a window or (None) to any."""
    lines = Line.objects.filter(subaccount__kind=Subaccount.Kind.INSTALMENT)
    if window is not None:
        lines = lines.filter(window_id=window)
    return lines.exclude(account_id__in=NOT_FUNDING).exclude(YEAR_END)


def _cash(lines: QuerySet[Line]) -> dict[int, int]:
    rows = lines.order_by().values("subaccount_id").annotate(brought=Sum("credit") - Sum("debit"))
    return {row["subaccount_id"]: row["brought"] for row in rows}


Brought = dict[str, dict[tuple[int, str], int]]
"""Cents of cash by window, then by instalment and account."""


def _brought(windows: Sequence[str], on: date, head: int | None, apart: list[int]) -> tuple[Brought, Brought]:
    """The cash that came to these windows by a day and by now, from what was kept at closings: what `funding_lines` add up to; `apart`
    are the year-end entries."""
    narrow: dict[str, Any] = {"account_id__in": FUNDING, "window_id__in": windows, "subaccount__kind": Subaccount.Kind.INSTALMENT}
    columns = ["window_id", "subaccount_id", "account_id"]
    by_day, by_now = (_by_window(windows, each) for each in days.totals([on, date.max], columns, head=head, without=apart, **narrow))
    return by_day, by_now


def _by_window(windows: Sequence[str], totals: Totals) -> Brought:
    found: Brought = {window: {} for window in windows}
    for (window, instalment, account), (debits, credits, _own) in totals.items():
        found[window][instalment, account] = credits - debits
    return found


def _added(brought: Mapping[tuple[int, str], int]) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for (pk, _account), cents in brought.items():
        sums[pk] += cents
    return dict(sums)


def _firsts(pairs: Iterable[tuple[int, str]], window: str, head: int | None, apart: list[int]) -> dict[int, date]:
    """The day of the first line of each instalment, which the index of subaccounts and accounts gives for each account that there is."""
    found = list(pairs)
    lines = Line.objects.filter(window_id=window, subaccount_id=OuterRef("pk")).exclude(entry_id__in=apart)
    dated = (lines if head is None else lines.filter(entry_id__lte=head)).order_by("date").values("date")
    first = {f"of_{code}": Subquery(dated.filter(account_id=code)[:1]) for code in sorted({code for _pk, code in found})}
    rows = Subaccount.objects.filter(pk__in={pk for pk, _code in found}).order_by().annotate(**first).values_list("pk", *first)
    return {pk: min(day for day in each if day) for pk, *each in rows}


class Used(NamedTuple):
    """Cents reserved for grants, paid to them, charged with the fund's own costs, and moved to other windows."""

    reserved: int = 0
    allocated: int = 0
    charged: int = 0
    moved: int = 0


UsedIn = Mapping[str, Mapping[int, Used]]
"""What is used of each instalment, by window."""


def _used(instalments: Iterable[int] | None = None, window: str | None = None) -> dict[int, Used]:
    """What is used of each of these instalments, in a window or (None) in all."""
    found: dict[int, Used] = {}
    for here in _used_by_window(instalments, window).values():
        for pk, sums in here.items():
            found[pk] = Used(*(one + other for one, other in zip(found.get(pk, Used()), sums, strict=True)))
    return found


def _used_by_window(instalments: Iterable[int] | None = None, window: str | None = None, head: int | None = None) -> UsedIn:
    rows = Allocation.objects.order_by()
    if head is not None:
        rows = rows.filter(funding_id__lte=head)
    if instalments is not None:
        rows = rows.filter(instalment_id__in=list(instalments))
    if window is not None:
        rows = rows.filter(funding__window_id=window)
    sums = (Sum("reserved"), Sum("allocated"), Sum("charged"), Sum("moved"))
    found: dict[str, dict[int, Used]] = defaultdict(dict)
    for where, instalment, *columns in rows.values_list("funding__window_id", "instalment_id").annotate(*sums):
        found[where][instalment] = Used(*columns)
    return found


def set_aside(received: Money, psc_rate: Decimal | None) -> Money:
    """The programme support cost that is in `received`: at 13 %, received - received / 1.13 (the cent left over is PSC)."""
    if not psc_rate or received.amount <= 0:
        return Money(0, received.currency)
    grantable = (received.amount / (1 + psc_rate)).quantize(Decimal("0.01"), rounding=ROUND_DOWN)
    return received - Money(grantable, received.currency)


def _row(
    instalment: Subaccount, cents: int, used: Used, share: Decimal, earmark: int = GENERAL_POOL, first: date | None = None
) -> Headroom:
    received = Money.from_minor(cents, "USD")
    psc = set_aside(received, psc_rate_of(instalment))
    reserve = (received - psc).times(share) if cents > 0 else Money(0, "USD")
    return Headroom(
        instalment=instalment,
        received=received,
        psc=psc,
        reserve=reserve,
        reserved=Money.from_minor(used.reserved, "USD"),
        allocated=Money.from_minor(used.allocated, "USD"),
        charged=Money.from_minor(used.charged, "USD"),
        moved=Money.from_minor(used.moved, "USD"),
        earmark=earmark,
        first_received_on=first,
    )


def headroom(
    on: date, tag: Tag | None = None, *, window: str = GENERAL, only_eligible: bool | None = None, head: int | None = None
) -> list[Headroom]:
    """What each instalment can fund on a day: of all (`tag` None), or of those that may fund what `tag` stands for.

    Eligible are instalments earmarked for the tag or for a wider one it stands under, the narrowest first, then the general pool;
    expired ones are not. `only_eligible=True` with no tag gives the general pool alone. Received counts what is dated not after `on`
    and never more than what is there by now; `head` is the number of the last seal that counts.
    """
    narrow = tag is not None if only_eligible is None else only_eligible
    rows = _rows([window], on, tag, head)[window]
    if narrow:
        rows = [row for row in rows if row.earmark >= 0 and not (row.expires_on and row.expires_on < on)]
    return sorted(rows, key=lambda row: (abs(row.earmark), row.first_received_on or on, row.instalment.pk))


def room_by_window(on: date) -> dict[str, list[Headroom]]:
    """What each instalment can fund on a day, window by window: as `headroom` of each, with as few questions as of one, but for the day on
    which its money came first, which sums do not want."""
    return _rows(_windows(), on, first_days=False)


def gone_since(on: date) -> Money:
    """What contributions had on a day and have no more by now, in USD: what `_lower` leaves out of what they received."""
    if not Line.objects.filter(account_id__in=FUNDING, date__gt=on).exists():
        return Money(0, "USD")
    by_day, by_now = _brought(_windows(), on, None, year_end_entries())
    others = set(Subaccount.objects.filter(code=TAKEN_OVER_GIFTS).values_list("pk", flat=True))
    cents = 0
    for window, brought_to in by_day.items():
        there, now = _added(brought_to), _added(by_now[window])
        cents += sum(each - min(each, now[pk]) for pk, each in there.items() if pk not in others)
    return Money.from_minor(cents, "USD")


def over_windows(on: date) -> dict[int, Headroom]:
    """What each instalment can fund on a day in all windows together."""
    found: dict[int, Headroom] = {}
    for row in itertools.chain.from_iterable(room_by_window(on).values()):
        other = found.get(row.instalment.pk)
        found[row.instalment.pk] = row if other is None else _both(other, row)
    return found


def _rows(
    windows: Sequence[str], on: date, tag: Tag | None = None, head: int | None = None, *, first_days: bool = True
) -> dict[str, list[Headroom]]:
    """Every instalment with cash or use in each window, in no order."""
    apart, share = year_end_entries(), rule_on(on).reserve_share
    by_day, by_now = _brought(windows, on, head, apart)
    used = _used_by_window(window=windows[0] if len(windows) == 1 else None, head=head)
    earmarks = _earmarks(windows, by_day, used, tag)
    days_of = _days_of(windows, by_now, used, head, apart) if first_days else {}
    rows = {}
    for window in windows:
        cents, here, firsts = _lower(_added(by_day[window]), _added(by_now[window])), used[window], days_of.get(window, {})
        known = [earmarks[pk] for pk in cents.keys() | here.keys() if pk in earmarks]
        rows[window] = [
            _row(each, cents.get(each.pk, 0), here.get(each.pk, Used()), share, earmark, firsts.get(each.pk)) for each, earmark in known
        ]
    return rows


def _days_of(
    windows: Sequence[str], brought_to: Brought, used: UsedIn, head: int | None, apart: list[int]
) -> dict[str, dict[int, date]]:
    """The day on which the money of each instalment came to each window, or where it came from another one, to the fund."""
    ever = _first_days(pk for each in used.values() for pk, sums in each.items() if sums.moved < 0)
    return {
        window: _firsts(brought_to[window], window, head, apart)
        | {pk: ever[pk] for pk, sums in used[window].items() if sums.moved < 0 and pk in ever}
        for window in windows
    }


def _lower(by_day: Mapping[int, int], by_now: Mapping[int, int]) -> dict[int, int]:
    """What was there on the day, and never more than what is there by now."""
    return {pk: min(cents, by_now[pk]) for pk, cents in by_day.items()}


def _earmarks(windows: Sequence[str], brought_to: Brought, used: UsedIn, tag: Tag | None) -> dict[int, tuple[Subaccount, int]]:
    """The instalments of these windows, and how near the earmark of each is; without what was taken over of gifts unknown."""
    wanted = {pk for window in windows for pk, _account in brought_to[window]} | {pk for window in windows for pk in used[window]}
    named: dict[str, Any] = {"pk__in": wanted} if len(wanted) <= FEW else {"kind": Subaccount.Kind.INSTALMENT}
    found = Subaccount.objects.filter(**named).exclude(code=TAKEN_OVER_GIFTS)
    distances = {pk: distance for distance, pk in reversed(list(enumerate(tags.upwards(tag))))}
    rows = found.order_by().select_related("tag", "parent__tag", "parent__parent__tag")
    return {each.pk: (each, _earmark(each, distances)) for each in rows if each.pk in wanted}


SUMS = ("received", "psc", "reserve", "reserved", "allocated", "charged", "moved")


def _both(one: Headroom, other: Headroom) -> Headroom:
    return replace(one, **{name: getattr(one, name) + getattr(other, name) for name in SUMS})


def _first_days(instalments: Iterable[int]) -> dict[int, date]:
    """The day of each instalment's first cash in any window: what came from another window has that on which it came to the fund."""
    lines = funding_lines(None).filter(subaccount_id__in=list(instalments))
    return dict(lines.order_by().values("subaccount_id").annotate(first=Min("date")).values_list("subaccount_id", "first"))


def _earmark(instalment: Subaccount, distances: Mapping[int, int]) -> int:
    """How near the instalment's earmark is; -1 for an earmark that excludes the use."""
    tag = _inherited(instalment, "tag")
    return GENERAL_POOL if tag is None else distances.get(tag.pk, -1)


def brought(instalments: Iterable[int]) -> dict[int, int]:
    """Cents of cash that each of these instalments brought, by now, to whatever window."""
    return _cash(funding_lines(None).filter(subaccount_id__in=list(instalments)))


class Short(NamedTuple):
    """A contribution that has less than what is used of it: in a window, or (None) as a whole."""

    row: Headroom
    window: str | None


def short_of(instalments: Iterable[int]) -> list[Short]:
    """Those of the instalments that have less than what is reserved, spent and moved of them, or than what was refunded; the reserve apart.

    One whose money moved between windows is looked at window by window; the others as a whole.
    """
    wanted = list(instalments)
    if not wanted:
        return []
    found = {each.pk: each for each in _named(wanted)}
    moved = set(Allocation.objects.filter(instalment_id__in=wanted).exclude(moved=0).order_by().values_list("instalment_id", flat=True))
    parts = [(None, brought(wanted), _used(wanted))] + [_in_window(window, moved) for window in (_windows() if moved else [])]
    shorts = []
    for window, cash, used in parts:
        whose = [pk for pk in found if (pk in moved) == (window is not None)]
        rows = [_row(found[pk], cash.get(pk, 0), used.get(pk, Used()), Decimal(0)) for pk in whose]
        shorts += [Short(row, window) for row in rows if _is_short(row)]
    return shorts


def _named(instalments: list[int]) -> QuerySet[Subaccount]:
    return Subaccount.objects.filter(pk__in=instalments).exclude(code=TAKEN_OVER_GIFTS).select_related("parent__parent").order_by("pk")


def _windows() -> list[str]:
    return list(FundWindow.objects.order_by("pk").values_list("pk", flat=True))


def _in_window(window: str, instalments: Iterable[int]) -> tuple[str | None, dict[int, int], dict[int, Used]]:
    return window, _cash(funding_lines(window).filter(subaccount_id__in=list(instalments))), _used(instalments, window)


def _is_short(row: Headroom) -> bool:
    nothing = Money(0, "USD")
    return row.available < nothing and bool(row.reserved + row.allocated or row.charged or row.moved or row.received < nothing)


def refuse_overdrawn(instalments: Iterable[int]) -> None:
    """ValidationError when one of these instalments has less than what is reserved, spent and moved of it, or than what was refunded."""
    for row, window in short_of(instalments):
        names = {"code": row.instalment.code, "missing": -row.available, "window": window}
        if window is None:
            message = _("The contribution %(code)s is reserved, spent or refunded: %(missing)s of it can't be taken away.")
        else:
            message = _("The contribution %(code)s is reserved, spent or moved in the window %(window)s: %(missing)s can't be taken away.")
        raise ValidationError(message % names, code="overdrawn")


def totals(rows: Iterable[Headroom]) -> dict[str, Money]:
    """The sums of a headroom list, by column."""
    sums: dict[str, Money] = defaultdict(lambda: Money(0, "USD"))
    for row in rows:
        for name in (*SUMS, "available"):
            sums[name] += getattr(row, name)
    return dict(sums)
