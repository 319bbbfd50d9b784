"""Counter-allocations: what a contribution funded although its money was taken away is replaced from the others. Only added to.

A card payment charged back after use, a receipt that never was: the grants keep what they got, other contributions take it over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from dataclasses import replace as changed
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from trustfund.ledger.funding.acting import begin, seal
from trustfund.ledger.funding.costs import Pot
from trustfund.ledger.funding.headroom import Headroom, brought, headroom, rule_on, short_of
from trustfund.ledger.funding.models import Allocation, Funding
from trustfund.ledger.funding.splitting import Parts, by_rank
from trustfund.ledger.models import Entry, Line, Subaccount
from trustfund.money import Money


@dataclass(frozen=True)
class Piece:
    """One thing that a contribution funds in a window: cents of a `column` (reserved, allocated, charged, moved), and what they are for.

    `target` is the window to which they were moved.
    """

    column: str
    cents: int
    window: str
    grant: int | None = None
    about: tuple[tuple[str, Any], ...] = ()
    target: str = ""


def replace(entry: Entry, instalments: Iterable[int], *, by: Any, everything: bool) -> list[Funding]:
    """Have others fund what these instalments lack since `entry` was posted; call under the heads' lock, in the entry's transaction.

    What was only reserved first, then what moved to other windows, then costs, then what was paid, the newest first; without `everything`
    costs alone. What others moved instead may be used in the other window already: there it is replaced next. One that brought nothing
    after all hands on its income too. ValidationError when the others have not enough.
    """
    wanted = list(instalments)
    acts = _nothing_of_nothing(wanted, entry, by)
    before = -1
    while before < len(acts):
        before = len(acts)
        for row, window in short_of(wanted):
            acts += _relieved(row, window, entry, by, len(acts) + 1, everything=everything)
    return acts


def _relieved(row: Headroom, window: str | None, entry: Entry, by: Any, number: int, *, everything: bool) -> list[Funding]:
    """What one contribution lacks is taken over by others, piece by piece."""
    missing, acts = -row.available.minor, list[Funding]()
    for piece in _pieces(row.instalment, window, everything=everything):
        part = min(missing, piece.cents)
        acts += _move(row.instalment, piece, part, entry, by, number + len(acts)) if part > 0 else []
        missing -= part
    return acts


def _pieces(instalment: Subaccount, window: str | None, *, everything: bool) -> Iterator[Piece]:
    uses = Allocation.objects.filter(instalment=instalment).order_by()
    uses = uses if window is None else uses.filter(funding__window_id=window)
    where = window or _window(instalment)
    if everything:
        held = uses.filter(reservation__isnull=False).values_list("grant_id", "reservation_id").annotate(cents=Sum("reserved"))
        for grant, pk, cents in held.order_by("-reservation_id"):
            yield Piece("reserved", cents, where, grant, (("reservation_id", pk),))
        yield from _pieces_moved(instalment, uses, where)
    charged = uses.filter(account__isnull=False).values_list("account_id").annotate(cents=Sum("charged")).order_by("account_id")
    yield from (Piece("charged", cents, where, None, (("account_id", code),)) for code, cents in charged if cents > 0)
    if everything:
        paid = uses.filter(payment__isnull=False, grant__isnull=False).values_list("grant_id", "payment_id")
        for grant, pk, cents in paid.annotate(cents=Sum("allocated")).order_by("-payment_id"):
            yield Piece("allocated", cents, where, grant, (("payment_id", pk),))


def _pieces_moved(instalment: Subaccount, uses: QuerySet[Allocation], window: str) -> Iterator[Piece]:
    """What left the window with transfers, and where it went."""
    away = uses.exclude(moved=0).values_list("payment_id").annotate(cents=Sum("moved")).order_by("-payment_id")
    for pk, cents in away:
        if cents > 0:
            other = Allocation.objects.filter(instalment=instalment, payment=pk, moved__lt=0).exclude(funding__window_id=window)
            target = other.values_list("funding__window_id", flat=True).first()
            yield Piece("moved", cents, window, None, (("payment_id", pk),), target or window)


def _window(instalment: Subaccount) -> str:
    found: str = Line.objects.filter(subaccount=instalment).order_by("-pk").values_list("window_id", flat=True)[0]
    return found


def _others(instalment: Subaccount, piece: Piece, entry: Entry, window: str) -> list[Headroom]:
    grant = Subaccount.objects.select_related("tag").get(pk=piece.grant) if piece.grant else None
    rows = headroom(entry.date, grant.tag if grant else None, window=window, only_eligible=piece.column != "charged")
    return [row for row in rows if row.instalment != instalment]


def _move(instalment: Subaccount, piece: Piece, cents: int, entry: Entry, by: Any, number: int) -> list[Funding]:
    """`cents` of a piece go from the instalment to others, by the rule of its day: one act, or one in each window for what moved."""
    window, rule = piece.window, rule_on(entry.date).split
    rows = _others(instalment, piece, entry, window)
    if piece.column != "charged":
        usable = [row for row in rows if row.available.minor > 0]
        parts = by_rank([[row.part for row in group] for _rank, group in groupby(usable, key=lambda row: row.earmark)], cents, rule)
    else:
        parts = Pot(rows, entry.date, window).charge(dict(piece.about)["account_id"], cents, rule)
    if sum(part for _pk, part in parts) != cents:
        names = {"code": instalment.code, "amount": Money.from_minor(cents, "USD")}
        message = _("The contribution %(code)s is spent, and the others have not enough left to take over %(amount)s of it.")
        raise ValidationError(message % names, code="overdrawn")
    acts = [_sealed(instalment, piece, parts, entry, by, number)]
    if piece.column == "moved":
        came = [(pk, -part) for pk, part in parts]
        acts.append(_sealed(instalment, changed(piece, window=piece.target), came, entry, by, number + 1))
    return acts


def _sealed(instalment: Subaccount, piece: Piece, parts: Parts, entry: Entry, by: Any, number: int) -> Funding:
    cents, about = sum(part for _pk, part in parts), dict(piece.about)
    funding = begin(
        Funding.Kind.REPLACE,
        Money.from_minor(abs(cents), "USD"),
        grant=Subaccount.objects.get(pk=piece.grant) if piece.grant else None,
        on=entry.date,
        by=by or entry.by,
        reference=f"{entry.reference}:replaced:{number}",
        window=piece.window,
        entry=entry,
    )
    return seal(funding, [{"instalment_id": pk, piece.column: part, **about} for pk, part in [(instalment.pk, -cents), *parts]])


def _nothing_of_nothing(instalments: list[int], entry: Entry, by: Any) -> list[Funding]:
    """A contribution that brought nothing after all bears no costs and has no income; income that nobody can take stays."""
    found: list[Funding] = []
    for instalment in _emptied(instalments):
        sums = Allocation.objects.filter(instalment=instalment, account__isnull=False).order_by("funding__window_id", "account_id")
        for window, code, cents in sums.values_list("funding__window_id", "account_id").annotate(cents=Sum("charged")):
            piece = Piece("charged", cents, window, None, (("account_id", code),))
            found += _let_go(instalment, piece, entry, by, len(found) + 1)
    return found


def _let_go(instalment: Subaccount, piece: Piece, entry: Entry, by: Any, number: int) -> list[Funding]:
    """All of a cost, or of an income (below zero), that one bears goes to others; income only as far as they take it."""
    if piece.cents > 0:
        return _move(instalment, piece, piece.cents, entry, by, number)
    pot = Pot(_others(instalment, piece, entry, piece.window), entry.date, piece.window) if piece.cents else None
    parts = pot.charge(dict(piece.about)["account_id"], piece.cents, "") if pot else []
    return [_sealed(instalment, piece, parts, entry, by, number)] if parts else []


def _emptied(instalments: list[int]) -> list[Subaccount]:
    """Those of the instalments that bring nothing any more."""
    cash = brought(instalments)
    return [instalment for instalment in Subaccount.objects.filter(pk__in=instalments).order_by("pk") if not cash.get(instalment.pk)]
