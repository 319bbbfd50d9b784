"""What a voucher may say: which accounts are finance's own to post, what a line needs, and what would break the trace.

Pure but for exchange rates, periods and the windows of grants, which it asks of the ledger. Whatever is wrong is a `Problem`, with its
line and field.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund import clock
from trustfund.ledger import chart, periods
from trustfund.ledger.exchange import rates
from trustfund.ledger.funding import allocations
from trustfund.ledger.history import TAKEN_OVER_GIFTS, TAKEN_OVER_GRANTS
from trustfund.ledger.legs import Leg
from trustfund.ledger.models import Entry, Subaccount
from trustfund.ledger.postings import BANKS, bank_code
from trustfund.money import Money, total, zero

PAYABLE_TO_DONORS = "2300"
IN_KIND = "4040"

_SIGNED = gettext_lazy("commitments and announced pledges follow what was signed, and each is the other’s contra")
_AGREEMENTS = gettext_lazy("receivables follow the agreements with donors; reduce or book the agreement instead")
_RECEIPTS = gettext_lazy("receipts are entered and identified under Contributions, so that each is known with its donor")
_GRANTS = gettext_lazy("it follows the payments, reports and closing of a grant, and the contributions that funded them")
OWN_ACTS: dict[str, Promise] = {
    **dict.fromkeys(("9010", "9020", "9030", "9040"), _SIGNED),
    **dict.fromkeys(("1100", "1110"), _AGREEMENTS),
    **dict.fromkeys(("2100", "2200"), _RECEIPTS),
    "3900": gettext_lazy("prepare a transfer between windows instead, so that the contributions whose money moves are known"),
    **dict.fromkeys(("1200", "1210", "1280", "2020", "5010", "5100"), _GRANTS),
}
"""Accounts that only the acts of the workflow post to, and why: by hand they would part the books from what they stand for."""


@dataclass(frozen=True)
class Row:
    """One line as somebody wrote it, and, where a rate is there, its worth in USD; `window` where it is not the voucher's."""

    account: str
    side: str
    amount: Money
    of: Subaccount | None = None
    memo: str = ""
    usd: Money | None = None
    rate: Decimal | None = None
    window: str = ""

    def leg(self, window: str) -> Leg:
        """The line as it is posted."""
        assert self.usd is not None
        foreign = self.amount.currency != rates.FUNCTIONAL
        return Leg(self.side, self.account, self.usd, self.of, self.amount if foreign else None, self.rate if foreign else None,
                   self.window or window)  # fmt: skip


@dataclass(frozen=True)
class Content:
    """What a voucher says. `since` is the day before which it can't be dated: that of the entry which it reverses.

    `late` says of a prepared one that it belongs to the adjustments at year-end.
    """

    kind: str
    on: date
    window: str
    rows: list[Row]
    since: date | None = None
    late: bool = False

    @property
    def entry_kind(self) -> str:
        return Entry.Kind.ADJUSTMENT if self.late or self.kind == "adjustment" else Entry.Kind.NORMAL

    def legs(self) -> list[Leg]:
        return [row.leg(self.window) for row in self.rows]


@dataclass(frozen=True)
class Problem:
    """A sentence about what is wrong, and where: the line's number from 1 and its field, or the voucher's field, or neither."""

    text: str
    row: int | None = None
    field: str = ""

    def sentence(self) -> str:
        return self.text if self.row is None else _("Line %(row)s: %(text)s") % {"row": self.row, "text": self.text}


class Refused(ValidationError):
    """A voucher with problems; its messages name the lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__([problem.sentence() for problem in self.problems])


def refuse(problems: Iterable[Problem]) -> None:
    """Raise `Refused` when there is any."""
    found = list(problems)
    if found:
        raise Refused(found)


# Worth in USD


def worked_out(rows: list[Row], on: date) -> tuple[list[Row], list[Problem]]:
    """Each line with its rate and worth in USD on a day, and what stands against it: a missing rate, less than a cent.

    Lines that are all of one currency are split off the worth of their side, so that what balances in it balances in USD too.
    """
    found, problems = [], []
    known = {currency: _rate(currency, on) for currency in dict.fromkeys(row.amount.currency for row in rows)}
    worth = _of_one_currency(rows, known) or [_worth(row, known) for row in rows]
    for number, (row, usd) in enumerate(zip(rows, worth, strict=True), 1):
        rate = known[row.amount.currency]
        if isinstance(rate, str):
            problems.append(Problem(rate, number, "currency"))
            found.append(replace(row, usd=None, rate=None))
        else:
            problems += [] if usd else [Problem(_("At the rate of the day this is less than a cent of USD."), number, row.side)]
            found.append(replace(row, usd=usd, rate=rate))
    return found, problems


def _rate(currency: str, on: date) -> Decimal | str:
    """The rate of a day, or the sentence why there is none."""
    try:
        return rates.rate_for(currency, on).value
    except rates.MissingRate as error:
        return error.messages[0]


def _worth(row: Row, known: dict[str, Decimal | str]) -> Money | None:
    rate = known[row.amount.currency]
    return None if isinstance(rate, str) else rates.convert(row.amount, rate)


def _of_one_currency(rows: list[Row], known: dict[str, Decimal | str]) -> list[Money | None] | None:
    """The lines' worth when all are of one other currency, by largest remainder; None when they are not."""
    rate = next(iter(known.values()), "")
    if len(known) != 1 or isinstance(rate, str) or any(row.amount.minor <= 0 for row in rows):
        return None
    worth: dict[int, Money] = {}
    for side in ("debit", "credit"):
        places = [place for place, row in enumerate(rows) if row.side == side]
        if places:
            whole = rates.convert(total((rows[place].amount for place in places), rows[0].amount.currency), rate)
            worth |= zip(places, whole.split([rows[place].amount.minor for place in places]), strict=True)
    return [worth.get(place) for place in range(len(rows))]


# What is wrong


def problems_of(content: Content) -> list[Problem]:
    """Everything that stands in the way of posting it, the first reasons first."""
    found = [*header_problems(content), *row_problems(content.rows)]
    if len(content.rows) < 2:
        found.append(Problem(_("A voucher has at least two lines.")))
    rows, missing = worked_out(content.rows, content.on)
    found += [problem for problem in missing if problem.row not in {each.row for each in found}]
    return found or [*_balance_problems(rows), *_trace_problems(rows), *_in_kind_problems(rows), *_window_problems(content)]


def header_problems(content: Content) -> Iterator[Problem]:
    """The day: it is not to come, its period is open, an adjustment's is the last of the year."""
    if content.on > clock.today():
        yield Problem(_("The date is in the future."), field="date")
    elif content.since and content.on < content.since:
        yield Problem(_("The date is before the entry that it reverses."), field="date")
    elif content.entry_kind == Entry.Kind.ADJUSTMENT and (content.on.month, content.on.day) != (12, 31):
        yield Problem(_("A year-end adjustment is dated 31 December: it goes to period 13."), field="date")
    else:
        yield from _period_problems(content)


def _period_problems(content: Content) -> Iterator[Problem]:
    try:
        periods.period_for(content.on, content.entry_kind)
    except ValidationError as error:
        yield Problem(error.messages[0], field="date")


def row_problems(rows: list[Row]) -> Iterator[Problem]:
    """What is wrong with the lines, each for itself."""
    for number, row in enumerate(rows, 1):
        yield from (Problem(text, number, field) for text, field in _row_problems(row))


def _row_problems(row: Row) -> Iterator[tuple[str, str]]:
    definition = chart.BY_CODE.get(row.account)
    if definition is None:
        yield _("There is no account %(code)s.") % {"code": row.account}, "account"
    elif row.account in OWN_ACTS:
        names = {"code": row.account, "why": OWN_ACTS[row.account]}
        yield _("A voucher can’t post to account %(code)s: %(why)s.") % names, "account"
    else:
        yield from _subaccount_problems(definition, row)
    if row.amount.minor <= 0:
        yield _("Enter an amount above zero."), row.side


def _subaccount_problems(definition: chart.Definition, row: Row) -> Iterator[tuple[str, str]]:
    kinds, names = definition.subaccount_kinds.split(), {"code": row.account, "of": row.of and row.of.code}
    names["kind"] = _(" or ").join(str(Subaccount.Kind(kind).label) for kind in kinds)
    if sentence := _unfit(row.of, kinds, definition.subaccount_rule):
        yield sentence % names, "subaccount"
    elif row.of is not None and row.account in BANKS:
        yield from _bank_problems(row, row.of)


def _unfit(of: Subaccount | None, kinds: list[str], rule: str) -> str:
    """Why a line of an account that takes these kinds can't name this subaccount, or none; "" where it can."""
    if of is None:
        return _("Account %(code)s wants a subaccount: %(kind)s.") if rule == chart.REQUIRED else ""
    if of.code in (TAKEN_OVER_GIFTS, TAKEN_OVER_GRANTS):
        return _("%(of)s stands for the years before these books: nothing is posted to it now.")
    if not kinds:
        return _("Account %(code)s has no subaccounts: leave this empty.")
    return _("Account %(code)s can’t name %(of)s: it wants %(kind)s.") if of.kind not in kinds else ""


def _bank_problems(row: Row, bank: Subaccount) -> Iterator[tuple[str, str]]:
    names = {"of": bank.code, "currency": bank.currency or "USD", "account": bank_code(bank)}
    if row.account != bank_code(bank):
        yield _("The bank account %(of)s is in %(currency)s: it stands on %(account)s.") % names, "account"
    elif row.amount.currency != (bank.currency or "USD"):
        yield _("The bank account %(of)s is in %(currency)s: its lines are too.") % names, "currency"


def sums(rows: Iterable[Row]) -> tuple[Money, Money]:
    """Debits and credits in USD, as far as they are worked out."""
    found = {"debit": zero(), "credit": zero()}
    for row in rows:
        found[row.side] += row.usd or zero()
    return found["debit"], found["credit"]


def _balance_problems(rows: list[Row]) -> Iterator[Problem]:
    debits, credits = sums(rows)
    if debits != credits:
        names = {"debits": debits, "credits": credits, "apart": abs(debits - credits)}
        yield Problem(_("The debits are %(debits)s and the credits %(credits)s: they are %(apart)s apart.") % names)


def _trace_problems(rows: list[Row]) -> Iterator[Problem]:
    """What a contribution brought and a grant got is what their lines lack to balance, so a voucher leaves that as it is.

    Only what is owed to a donor may be paid out: it was taken from the contribution before. What is given in kind is no money.
    """
    named: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.of is not None and row.of.kind in (Subaccount.Kind.INSTALMENT, Subaccount.Kind.GRANT) and row.account != IN_KIND:
            named[row.of.code].append(row)
    for code, own in named.items():
        debits, credits = sums(own)
        paid_back = debits > credits and {row.account for row in own} == {PAYABLE_TO_DONORS}
        if debits != credits and not paid_back:
            yield Problem(_breaks_the_trace(code, abs(debits - credits)))


def _breaks_the_trace(code: str, apart: Money) -> str:
    message = _(
        "The lines that name %(code)s are %(apart)s apart. A voucher moves no money to or from a contribution or a grant, because"
        " that would break the trace from contributions to grants: enter receipts under Contributions and payments under Payments."
    )
    return message % {"code": code, "apart": apart}


def _in_kind_problems(rows: list[Row]) -> Iterator[Problem]:
    """Goods and services that are given are an expense at once, and nothing else."""
    if all(row.account != IN_KIND for row in rows):
        return
    for number, row in enumerate(rows, 1):
        if row.account != IN_KIND and chart.BY_CODE[row.account].type != chart.EXPENSE:
            text = _("What is given in kind is met by an expense and moves no money: account %(code)s does not fit.")
            yield Problem(text % {"code": row.account}, number, "account")


def _window_problems(content: Content) -> Iterator[Problem]:
    """A grant is of one fund window, and so are its lines."""
    grants = {row.of.pk for row in content.rows if row.of is not None and row.of.kind == Subaccount.Kind.GRANT}
    windows = allocations.windows_of(grants) if grants else {}
    for number, row in enumerate(content.rows, 1):
        own = windows.get(row.of.pk) if row.of is not None else None
        if row.of is not None and own and (row.window or content.window) not in own:
            names = {"of": row.of.code, "window": ", ".join(sorted(own))}
            text = _("%(of)s is a grant of the window %(window)s: write it in a voucher of that window.")
            yield Problem(text % names, number, "subaccount")
