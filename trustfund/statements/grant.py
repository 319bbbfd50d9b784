"""The ledger's part of a grant's statement: what was committed, paid, accepted and refunded, entry by entry, and who funded it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db.models import BooleanField, Case, QuerySet, Sum, Value, When
from django.utils.translation import gettext as _

from trustfund.ledger.balances import ESTIMATE
from trustfund.ledger.funding import trace
from trustfund.ledger.history import TAKEN_OVER_GRANTS
from trustfund.ledger.models import Entry, Subaccount
from trustfund.money import Money, total
from trustfund.statements import plans
from trustfund.statements.books import Books
from trustfund.statements.shape import Figure, Row, Statement, Table, added

Held = dict[str, int]
"""Debits less credits in cents, by account."""

NO_CASH = ("5100", "9010", "9020")
ESTIMATED = "estimated"
"""Stands for 5010 of year-end estimates and their reversals: no report was accepted by them."""
ACCEPTED, ADVANCE, DUE = ("5010", "4900"), ("1200", "1280"), ("1210", "1290")


def grant_statement(books: Books, grant: Subaccount, *, subject: str = "", staff: bool = False) -> Statement:
    """A grant from its beginning to the day of the books. `subject` names it (default: its public label).

    `staff` shows contributions by their internal names; else they appear under their public labels.
    """
    tables = [_position(books, grant), *_plan(books, grant), _movements(books, grant, staff), _sources(books, grant, staff)]
    lines = books.lines().filter(subaccount=grant)
    title = _("Statement of a grant")
    return Statement(f"grant-{grant.code}", title, books, tables, subject=subject or grant.public_label, lines=lines,
                     extra={"number": "IX"})  # fmt: skip


def _plan(books: Books, grant: Subaccount) -> list[Table]:
    """The budget by line beside what was reported, accepted and disallowed, as far as reports are in the books."""
    found = plans.plan_of(grant, books.as_of, books.seq)
    rows = [Row(f"b:{at}", each.label, values=_planned(each)) for at, each in enumerate(found)]
    if not rows:
        return []
    parts = tuple(row.key for row in rows)
    sums = [Figure(total(row.amounts[at] for row in rows), parts=parts) for at in range(5)]
    heads = [_("Budget line"), _("Budget"), _("Reported"), _("Accepted"), _("Disallowed"), _("Balance of the budget")]
    caption = _("Budget and accepted reports")
    return [Table(heads, [*rows, Row("b:total", _("Total"), "total", tuple(sums))], caption)]


def _planned(each: plans.PlanLine) -> tuple[Figure, ...]:
    reported = Figure(each.accepted + each.disallowed, across=(3, 4))
    balance = Figure(each.budget - each.accepted, across=(1, -3))
    return Figure(each.budget), reported, Figure(each.accepted), Figure(each.disallowed), balance


def _sums(books: Books, grant: Subaccount) -> Held:
    return _by_grant(books.lines().filter(subaccount=grant))[grant.pk]


def _by_grant(lines: QuerySet[Any]) -> dict[int, Held]:
    """What each grant's accounts hold; estimates apart from what was accepted."""
    estimated = Case(When(ESTIMATE, then=Value(True)), default=Value(False), output_field=BooleanField())
    rows = lines.annotate(estimated=estimated).order_by().values_list("subaccount_id", "account_id", "estimated")
    sums: dict[int, Held] = defaultdict(dict)
    for pk, account, guess, cents in rows.annotate(held=Sum("debit") - Sum("credit")):
        if not (guess and account == "5100"):
            key = ESTIMATED if guess and account == "5010" else account
            sums[pk][key] = sums[pk].get(key, 0) + cents
    return sums


def _position(books: Books, grant: Subaccount) -> Table:
    """Where the grant stands: cash paid less refunds is what was accepted and what is still open."""
    sums = _sums(books, grant)
    cash = _cash(sums)
    rows = [
        Row("accepted", _("Expenditure accepted"), values=(Figure(_held(sums, *ACCEPTED)),)),
        *_guessed(_held(sums, ESTIMATED)),
        Row("advance", _("Advance, to be accounted for"), values=(Figure(_held(sums, *ADVANCE)),)),
        Row("payable", _("Accepted beyond the advance, still to be paid"), values=(Figure(_held(sums, "2020")),)),
        Row("due", _("Refund due"), values=(Figure(_held(sums, *DUE)),)),
        *_others(cash - _held(sums, *ACCEPTED, ESTIMATED, *ADVANCE, *DUE, "2020")),
    ]
    parts = tuple(row.key for row in rows)
    return Table(
        [_("Position"), _("Amount")],
        [
            *rows,
            Row("cash", _("Paid, less returns and refunds"), "total", (Figure(cash, parts=parts),)),
            Row("commitment", _("Committed, to be paid (not in the books' balances)"), values=(Figure(_held(sums, "9010")),)),
            Row("psc", _("Programme support cost charged on it"), values=(Figure(_held(sums, "5100")),)),
        ],
        _("Where it stands"),
    )


def _held(sums: Held, *codes: str) -> Money:
    return Money.from_minor(sum(sums.get(code, 0) for code in codes), "USD")


def _cash(sums: Held) -> Money:
    """The cash that a grant got, less what came back."""
    return _held(sums, *(code for code in sums if code not in NO_CASH))


def _guessed(amount: Money) -> list[Row]:
    """At year-end: what stands off the advance until the NGO reports it."""
    return [Row("estimated", _("Estimated spending not yet reported"), values=(Figure(amount),))] if amount else []


def _others(amount: Money) -> list[Row]:
    return [Row("other", _("Exchange differences, charges and write-offs"), values=(Figure(amount),))] if amount else []


def _movements(books: Books, grant: Subaccount, staff: bool) -> Table:
    """Each entry: what it committed, paid, accepted, and what came back; estimates are none of these."""
    lines = books.lines().filter(subaccount=grant).order_by()
    rows: Any = lines.exclude(ESTIMATE).values_list("entry_id", "account_id").annotate(held=Sum("debit") - Sum("credit"))
    by_entry: dict[int, Held] = defaultdict(dict)
    for entry, account, cents in rows:
        by_entry[entry][account] = cents
    entries = Entry.objects.in_bulk(by_entry)
    shown = [_movement(entries[pk], by_entry[pk], staff) for pk in sorted(by_entry, key=lambda pk: (entries[pk].date, pk))]
    heads = [_("Entry"), _("Date"), _("Reference"), _("Committed"), _("Paid"), _("Accepted"), _("Refunded")]
    if not shown:
        return Table(heads, [], _("Entries"))
    parts = tuple(row.key for row in shown)
    sums = [Figure(total(row.values[index].amount for row in shown), parts=parts) for index in range(2, 6)]
    return Table(heads, [*shown, Row("m:total", _("Total"), "total", ("", "", *sums))], _("Entries"))


def _movement(entry: Entry, held: Held, staff: bool) -> Row:
    cash = sum(cents for code, cents in held.items() if code not in NO_CASH)
    back = cash < 0 and set(held) - set(NO_CASH) <= {"1210", "1290"}
    cents = [held.get("9010", 0), 0 if back else cash, held.get("5010", 0) + held.get("4900", 0), -cash if back else 0]
    figures = [Figure(Money.from_minor(each, "USD")) for each in cents]
    url = entry.get_absolute_url() if staff else ""
    return Row(f"m:{entry.pk}", str(entry), values=(entry.date, entry.reference, *figures), url=url)


def _sources(books: Books, grant: Subaccount, staff: bool) -> Table:
    """The contributions that fund the grant."""
    found = trace.trace_of(grant, books.as_of, books.seq)
    rows = [Row(f"s:{each.instalment.code}", _name(each.instalment, staff), values=_use(each)) for each in found]
    heads = [_("Contribution"), _("Committed, to be paid"), _("Paid"), _("Accepted"), _("Open advance")]
    if not rows:
        return Table(heads, [], _("Funded by"))
    parts = tuple(row.key for row in rows)
    sums = tuple(Figure(total(row.values[index].amount for row in rows), parts=parts) for index in range(4))
    return Table(heads, [*rows, Row("s:total", _("Total"), "total", sums)], _("Funded by"))


def _name(instalment: Subaccount, staff: bool) -> str:
    return instalment.name if staff else instalment.public_label


def _use(row: Any) -> tuple[Figure, ...]:
    return Figure(row.reserved), Figure(row.paid), Figure(row.accepted), Figure(row.advance, across=(2, -3))


# All grants


def grants(books: Books, url: Callable[[Subaccount], str] | None = None) -> Statement:
    """All grants from the beginning: committed, paid, accepted, open advances, payables and refunds due, as Statement I has them.

    `url` gives the address of a grant's own statement.
    """
    lines = books.lines().filter(subaccount__kind=Subaccount.Kind.GRANT)
    sums = _by_grant(lines)
    known = Subaccount.objects.filter(pk__in=sums).exclude(code=TAKEN_OVER_GRANTS).order_by("code")
    rows = [Row(f"g:{each.code}", each.name, values=_columns(sums[each.pk]), url=url(each) if url else "") for each in known]
    heads = [_("Grant"), _("Committed, to be paid"), _("Paid, less returns and refunds"), _("Accepted"), _("Open advance"),
             _("Still to be paid"), _("Refund due")]  # fmt: skip
    tables = [Table(heads, [*rows, added("g:total", _("Total"), rows, "total")] if rows else [])]
    return Statement("grants", _("Grants and advances"), books, tables, lines=lines, signed=False, wide=True)


def _columns(sums: Held) -> tuple[Figure, ...]:
    spent = [_held(sums, "9010"), _cash(sums), _held(sums, *ACCEPTED)]
    still_open = [_held(sums, *ADVANCE), -_held(sums, "2020"), _held(sums, *DUE)]
    return tuple(map(Figure, [*spent, *still_open]))
