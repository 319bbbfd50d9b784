"""The books as they stood: everything dated not after a day and sealed not after a head of the chain.

What is sealed never changes and is numbered in the order in which it was committed, so a day and a head are a snapshot: figures read
one after the other, or made again years later, are the same whatever was posted in between. An act on record does the same for the
words beside the figures (acts.py).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import product
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from trustfund.audit.models import Event
from trustfund.ledger import chart, sealing, snapshots
from trustfund.ledger.closed import days as at_once
from trustfund.ledger.closed import kept, marks
from trustfund.ledger.closed.models import Certification
from trustfund.ledger.funding.models import Allocation, FundingRule
from trustfund.ledger.models import Line, Seal
from trustfund.money import Money, zero
from trustfund.statements import acts

WINDOWS = {"1900": "I.windows", "2900": "I.windows", "3900": "I.transfers"}
"""Balances between windows are shown net: over the fund they come to nothing."""

Sums = dict[str, tuple[int, int]]


def snapshot() -> AbstractContextManager[None]:
    """On PostgreSQL one REPEATABLE READ transaction for all that is read inside: names and labels may change, figures can't.

    SQLite needs none, and one would keep writers out.
    """
    return snapshots.snapshot() if connection.vendor == "postgresql" else nullcontext()


def line_of(code: str) -> str:
    """The line of Statement I or II that an account belongs to ("I.cash", "II.grants"); a memo account's is its code."""
    definition = chart.BY_CODE[code]
    return code if definition.type == chart.MEMO else WINDOWS.get(code, definition.statement)


NUMBER, CODE = r"[0-9]{1,18}", r"[A-Za-z0-9._-]{1,20}"
"""What one thing behind the colon of a key is named by: the primary key of a subaccount, the code of a window."""


@dataclass(frozen=True, eq=False)
class Keys:
    """Under which key a statement adds up a line: `of` gives it from the account's code and the `marks`, truths about the line.

    A mark is a name and its condition ("impairing", Q(...)); `closing` keeps the year-end closing entries in; with `each`, a field or
    an expression, every value of it has a key of its own, behind a colon ("*" for all); `one` is what such a value looks like. An
    expression of a line's subaccount alone gives its values by subaccount (`by_subaccount`), so that what was kept at closings serves.
    `codes` are the accounts that it looks at: lines of others have no key.
    """

    of: Callable[..., str]
    marks: tuple[tuple[str, Q], ...] = ()
    closing: bool = False
    each: Any = None
    one: str = NUMBER
    by_subaccount: Callable[[], dict[int, Any]] | None = None
    codes: tuple[str, ...] = tuple(chart.BY_CODE)

    @property
    def columns(self) -> list[str]:
        """Which columns of a line its key depends on, beside its marks."""
        return ["account_id", *([self.each] if isinstance(self.each, str) else [])]

    @property
    def fields(self) -> list[str]:
        """All that its key depends on, of lines that are `marked`, as `key` takes it."""
        return ["account_id", *([] if self.each is None else ["one"]), *self.names]

    @property
    def worked_out(self) -> bool:
        """Whether each of its things is an expression: no column that is kept at the closings."""
        return self.each is not None and not isinstance(self.each, str)

    def marked(self, lines: QuerySet[Line]) -> QuerySet[Any]:
        """The lines, each with its marks, and with what stands behind the colon of its key."""
        found = marks.marked(lines, self.marks)
        return found if self.each is None else found.annotate(one=self.each if self.worked_out else F(self.each))

    def key(self, code: str, *values: Any) -> str:
        """The key of lines with these values of the columns and the marks."""
        return self.of(code, *values) if self.each is None else f"{self.of(code, *values[1:])}:{values[0] or ''}"

    @property
    def names(self) -> list[str]:
        """The marks, in the order in which `of` takes them."""
        return [name for name, _condition in self.marks]

    def behind(self, lines: QuerySet[Line], key: str) -> QuerySet[Line] | None:
        """Those of the lines that a figure with this key adds up; None for a key that no line has."""
        key, colon, one = key.partition(":")
        if colon and (self.each is None or not re.fullmatch(rf"\*|{self.one}", one)):
            return None
        codes: dict[Any, list[str]] = defaultdict(list)
        for code in self.codes:
            codes[self._fitting(code, key)].append(code)
        wanted = Q()
        for combinations, fitting in codes.items():
            for combination in combinations:
                wanted |= Q(account_id__in=fitting, **dict(combination))
        found = self.marked(lines).filter(wanted) if wanted else None
        return found.filter(one=one) if found is not None and one not in ("", "*") else found

    def _fitting(self, code: str, key: str) -> frozenset[tuple[tuple[str, bool], ...]]:
        """With which marks lines of an account have a key; marks that make no difference are left out."""
        every = product((False, True), repeat=len(self.marks))
        fits = {flags for flags in every if fnmatchcase(self.of(code, *flags), key)}
        telling = [at for at in range(len(self.marks)) if any(_flipped(flags, at) not in fits for flags in fits)]
        return frozenset(tuple((self.names[at], flags[at]) for at in telling) for flags in fits)


def _flipped(flags: tuple[bool, ...], at: int) -> tuple[bool, ...]:
    return (*flags[:at], not flags[at], *flags[at + 1 :])


BY_LINE = Keys(line_of)
"""By the lines of Statements I and II."""

BY_ACCOUNT = Keys(lambda code: code, closing=True)
"""By account, year-end closing included: the books as they are."""


@dataclass(frozen=True)
class Term:
    """What a figure adds up: lines of a statement line or account (`key`, a last "*" stands for anything) between two days.

    `side` is "amount" (debit less credit), "debit" or "credit"; `sign` -1 turns it.
    """

    key: str
    until: date
    since: date | None = None
    sign: int = 1
    side: str = "amount"


def _less(sums: tuple[int, int], before: tuple[int, int]) -> tuple[int, int]:
    return sums[0] - before[0], sums[1] - before[1]


@dataclass(frozen=True)
class Books:
    """The books as of a day, up to the seal `seq` with its `hash`; `keys` say under which key each line is added up.

    Budgets, texts and certifications are those that were on record up to the act `act` (None: the newest).
    """

    as_of: date
    seq: int
    hash: str
    keys: Keys = BY_LINE
    act: int | None = None
    _sums: dict[Any, Sums] = field(default_factory=dict, compare=False, repr=False)
    _found: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """What is the same whatever the keys are: the kept books for each day, the year-end closing entries."""

    def keyed(self, keys: Keys) -> Books:
        """The same books, added up under other keys."""
        return Books(self.as_of, self.seq, self.hash, keys, self.act, _found=self._found)

    @property
    def new_year(self) -> date:
        """The first day of their year, from which a statement is made when it is not told from when."""
        return self.as_of.replace(month=1, day=1)

    @property
    def last_act(self) -> int:
        """The last act that says something beside the figures of these books: printed, it makes a statement again as it was."""
        if "last_act" not in self._found:
            self._found["last_act"] = acts.last_act(self.seq, self.act)
        found: int = self._found["last_act"]
        return found

    @property
    def act_hash(self) -> str:
        """The hash of that act, which holds the whole audit trail up to it; nothing where there is none."""
        if "act_hash" not in self._found:
            self._found["act_hash"] = Event.objects.filter(pk=self.last_act).values_list("hash", flat=True).first() or ""
        found: str = self._found["act_hash"]
        return found

    def certified(self, year: int) -> Certification | None:
        """Who prepared, certified and approved the statements of a year, as it stood then; None where nobody did."""
        if ("certified", year) not in self._found:
            self._found["certified", year] = acts.certified(year, self.seq, self.act)
        found: Certification | None = self._found["certified", year]
        return found

    @property
    def _closings(self) -> list[int]:
        if "closings" not in self._found:
            self._found["closings"] = kept.year_end_entries()
        found: list[int] = self._found["closings"]
        return found

    def lines(self, since: date | None = None, until: date | None = None) -> QuerySet[Line]:
        """The lines from `since` to `until` (default: the day of the books)."""
        found = Line.objects.filter(date__lte=min(until or self.as_of, self.as_of), entry_id__lte=self.seq)
        if since is not None:
            found = found.filter(date__gte=since)
        return found if self.keys.closing or not self._closings else found.exclude(entry_id__in=self._closings)

    def allocations(self, since: date | None = None, until: date | None = None) -> QuerySet[Allocation]:
        """What was reserved and paid for grants, of which contributions."""
        found = Allocation.objects.filter(date__lte=min(until or self.as_of, self.as_of), funding_id__lte=self.seq)
        return found if since is None else found.filter(date__gte=since)

    def read(self, days: Iterable[date]) -> None:
        """Read the sums as of several days at once, for whoever asks for them afterwards, or for what lies between two."""
        wanted = sorted({min(day, self.as_of) for day in days})
        columns = ["account_id", "subaccount_id"] if self.keys.by_subaccount else self.keys.columns
        without = None if self.keys.closing else self._closings
        narrow: dict[str, Any] = {"account_id__in": self.keys.codes}
        found = at_once.totals(wanted, columns, self.keys.marks, head=self.seq, without=without, shelf=self.shelf, **narrow)
        for day, totals in zip(wanted, found, strict=True):
            self._sums[None, day] = self._by_key(self._mapped(totals) if self.keys.by_subaccount else totals)

    @property
    def shelf(self) -> at_once.Shelf:
        """What was kept up to the head of these books."""
        if "shelf" not in self._found:
            self._found["shelf"] = at_once.Shelf.up_to(self.seq)
        found: at_once.Shelf = self._found["shelf"]
        return found

    def sums(self, since: date | None, until: date | None) -> Sums:
        """Debits and credits in cents per key, of the lines between two days; read once."""
        until = min(until or self.as_of, self.as_of)
        if (since, until) not in self._sums:
            self._sums[since, until] = self._read(since, until)
        return self._sums[since, until]

    def _read(self, since: date | None, until: date) -> Sums:
        """From what was kept at the closings: what stood at the end less what stood before; or from the lines of the days alone."""
        if since is not None and since > until:
            return {}
        if since is None or {(None, until), (None, day_before(since))} - self._sums.keys():
            reading = self._reading(until)
            if since is None:
                return self._added(reading)
            if reading.kept is None or reading.kept.as_of < day_before(since):
                return self._added(kept.Reading(until, self.seq, None), date__gte=since)
        before = self.sums(None, day_before(since))
        moved = {key: _less(sums, before.get(key, (0, 0))) for key, sums in self.sums(None, until).items()}
        return {key: sums for key, sums in moved.items() if any(sums)}

    def _reading(self, until: date) -> kept.Reading:
        """With the newest kept books that know every mark, which all statements share; where there are none, with those that know its own
        (books that were kept before a mark of another statement was known)."""
        shared = self._newest(until, (*marks.KNOWN, *(name for name in self.keys.names if name not in marks.KNOWN)))
        return shared if shared.kept else self._newest(until, tuple(self.keys.names))

    def _newest(self, until: date, names: tuple[str, ...]) -> kept.Reading:
        if (until, names) not in self._found:
            self._found[until, names] = kept.Reading.at(until, self.seq, names)
        reading: kept.Reading = self._found[until, names]
        return reading

    def _added(self, reading: kept.Reading, **narrow: Any) -> Sums:
        without = None if self.keys.closing else self._closings
        narrow |= {"account_id__in": self.keys.codes} if len(self.keys.codes) < len(chart.BY_CODE) else {}
        if self.keys.by_subaccount:
            totals = self._mapped(reading.totals(["account_id", "subaccount_id"], self.keys.marks, without=without, **narrow))
        elif self.keys.worked_out:
            totals = self._walked(reading, **narrow)
        else:
            totals = reading.totals(self.keys.columns, self.keys.marks, without=without, **narrow)
        return self._by_key(totals)

    def _by_key(self, totals: kept.Totals) -> Sums:
        found: Sums = {}
        for values, (debits, credits, _own) in totals.items():
            key = self.keys.key(*values)
            sums = found.get(key, (0, 0))
            found[key] = (sums[0] + debits, sums[1] + credits)
        return found

    def _mapped(self, totals: kept.Totals) -> kept.Totals:
        """Sums by subaccount, each under its value of the keys' expression."""
        values = self.keys.by_subaccount
        assert values is not None
        one, found = self._found.get(values) or self._found.setdefault(values, values()), kept.Totals()
        for (account, subaccount, *flags), sums in totals.items():
            before = found.get(key := (account, one.get(subaccount), *flags), (0, 0, 0))
            found[key] = (before[0] + sums[0], before[1] + sums[1], before[2] + sums[2])
        return found

    def _walked(self, reading: kept.Reading, **narrow: Any) -> kept.Totals:
        """From the lines alone, for keys that are worked out line by line."""
        names = self.keys.fields
        lines = self.keys.marked(self.lines(until=reading.as_of).filter(**narrow)).order_by().values(*names)
        rows = lines.annotate(debits=Sum("debit"), credits=Sum("credit"))
        return {tuple(row[name] for name in names): (row["debits"], row["credits"], 0) for row in rows}

    def amount(self, *terms: Term) -> Money:
        """The sum of terms."""
        return sum((self._term(term) for term in terms), zero())

    def _term(self, term: Term) -> Money:
        sums = self.sums(term.since, term.until)
        matching = [value for key, value in sums.items() if fnmatchcase(key, term.key)] if "*" in term.key else [sums.get(term.key, (0, 0))]
        debits, credits = sum(value[0] for value in matching), sum(value[1] for value in matching)
        cents = {"amount": debits - credits, "debit": debits, "credit": credits}[term.side]
        return Money.from_minor(term.sign * cents, "USD")

    @cached_property
    def rule(self) -> FundingRule | None:
        """The rule by which contributions fund grants, in force on the day."""
        return FundingRule.objects.filter(effective_on__lte=self.as_of).order_by("-effective_on").first()


def books_at(as_of: date, head: int | None = None, *, keys: Keys = BY_LINE, act: int | None = None) -> Books:
    """The books as of a day, up to the seal numbered `head` and the act numbered `act` (default: the newest).

    ValidationError (code "head" or "act") for a number that no seal or no act has.
    """
    newest = sealing.head()
    if act and not Event.objects.filter(pk=act).exists():
        raise ValidationError(_("There is no act number %(number)s on record.") % {"number": act}, code="act")
    if head is None or head == newest.seq:
        return Books(as_of, newest.seq, newest.hash, keys, act)
    seal = Seal.objects.filter(seq=head).first()
    if seal is None:
        raise ValidationError(_("The books have no seal number %(number)s.") % {"number": head}, code="head")
    return Books(as_of, seal.seq, seal.hash, keys, act)


def year_before(day: date) -> date:
    """The same day a year earlier (28 February for the 29th)."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def last_year_end(day: date) -> date:
    """31 December of the year before."""
    return date(day.year - 1, 12, 31)


def day_before(day: date) -> date:
    return day - timedelta(days=1)
