"""What is done with budgets: finance writes and submits a version, somebody else approves or returns it; a change is a new version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from trustfund import clock
from trustfund.audit.recording import record, trail_for
from trustfund.budgets import lines, permissions
from trustfund.budgets.models import FIRST_YEAR, LAST_YEAR, Budget, BudgetLine
from trustfund.files.storing import store
from trustfund.ledger import versions
from trustfund.ledger.models import FundWindow
from trustfund.money import Money, total, usd
from trustfund.workflow import advance, lock, require

UNDER_WAY = (Budget.State.DRAFT, Budget.State.SUBMITTED, Budget.State.RETURNED)


@dataclass(frozen=True)
class Row:
    """What a budget has for a line, in USD, and a remark."""

    line: str
    amount: Money
    remark: str = ""


def problems_of(rows: Sequence[Row]) -> list[tuple[int, str, str]]:
    """What is wrong with rows as they were typed: (place from 0, field, text)."""
    seen: set[str] = set()
    found = []
    for place, row in enumerate(rows):
        if row.line in seen:
            text = _("The budget line “%(line)s” is there twice.") % {"line": lines.label_of(row.line)}
            found.append((place, "line", text))
        if row.amount.minor < 0 and row.line != lines.TRANSFERS:
            found.append((place, "amount", _("The amount must not be below zero.")))
        seen.add(row.line)
    return found


def _refuse(rows: Sequence[Row]) -> None:
    problems = problems_of(rows)
    if problems:
        raise ValidationError([f"{_('Row %(number)s') % {'number': place + 1}}: {text}" for place, _field, text in problems])


@transaction.atomic
def draft(window: FundWindow, year: int, rows: Sequence[Row], *, by: Any, reason: str = "") -> Budget:
    """Write the next version of a window's budget: the original, or a revision with its reason.

    ValidationError: a version is under way already, a line twice or below zero, a year that is none, a revision without a reason.
    """
    if not permissions.can_make(by):
        raise PermissionDenied
    _refuse(rows)
    lock(window)
    number = _next(window, year)
    if number > 1 and not reason.strip():
        raise ValidationError({"reason": _("Say why the approved budget is revised.")})
    budget = Budget(window=window, year=year, number=number, reason=reason.strip(), maker=by)
    budget.save()
    _write(budget, rows)
    record("budget.draft", of=budget, by=by, window=window.pk, year=year, number=number)
    return budget


def _next(window: FundWindow, year: int) -> int:
    """The number of the next version; ValidationError while one is under way."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValidationError({"year": _("Enter a year between %(first)s and %(last)s.") % {"first": FIRST_YEAR, "last": LAST_YEAR}})
    versions = Budget.objects.filter(window=window, year=year).exclude(state=Budget.State.CANCELLED)
    waiting = versions.filter(state__in=UNDER_WAY).first()
    if waiting is not None:
        message = _("The budget %(budget)s of this window is under way already. Finish or cancel it first.")
        raise ValidationError(message % {"budget": waiting}, code="under_way")
    return versions.count() + 1


def _write(budget: Budget, rows: Sequence[Row]) -> None:
    budget.lines.all().delete()
    ordered = sorted(rows, key=lambda row: lines.ORDER.index(row.line))
    BudgetLine.objects.bulk_create(BudgetLine(budget=budget, line=row.line, amount=row.amount, remark=row.remark) for row in ordered)


@transaction.atomic
def change(budget: Budget, rows: Sequence[Row], *, by: Any, reason: str = "") -> Budget:
    """Write it anew, by its maker, before it is submitted or after it was returned. Raises as `draft`; 409 when it is under way."""
    lock(budget)
    require(budget.change, by=by)
    _refuse(rows)
    if not budget.is_original and not reason.strip():
        raise ValidationError({"reason": _("Say why the approved budget is revised.")})
    budget = advance(budget.change, by=by, reason=reason.strip())
    _write(budget, rows)
    return budget


@transaction.atomic
def attach(budget: Budget, *, by: Any, upload: File[Any]) -> Budget:
    """Put the decision to it on which it rests; a new document takes the place of the one before, which is kept."""
    lock(budget)
    require(budget.attach, by=by)
    return advance(budget.attach, by=by, document=store(upload, by=by))


def rows_of(budget: Budget) -> list[Row]:
    """What it says, line by line."""
    return [Row(each.line, each.amount, each.remark) for each in budget.lines.all()]


def total_of(budget: Budget) -> Money:
    """The sum of its lines."""
    return total(each.amount for each in budget.lines.all())


def version_of(budget: Budget) -> int:
    """The number of the last act on it: whoever read it then has read what it says."""
    return trail_for(budget).values_list("seq", flat=True).last() or 0


@transaction.atomic
def submit(budget: Budget, *, by: Any) -> Budget:
    """Its maker says that it is complete. ValidationError: nothing in it, a revision without its document."""
    lock(budget)
    require(budget.submit, by=by)
    if not any(each.amount for each in budget.lines.all()):
        raise ValidationError(_("Enter an amount for at least one budget line."), code="empty")
    if not budget.is_original and budget.document is None:
        raise ValidationError(_("Attach the decision on which this revision rests."), code="document")
    return advance(budget.submit, by=by, total=total_of(budget))


@transaction.atomic
def approve(budget: Budget, *, by: Any, seen: int | None = None) -> Budget:
    """The second person approves; `seen` is the version that was read (`version_of`), and no other is approved."""
    lock(budget)
    require(budget.approve, by=by)
    if seen is not None and seen != version_of(budget):
        raise ValidationError(_("It was changed since you opened this page. Read it again."), code="changed")
    bound = {**versions.moment(), "digest": budget.digest}
    return advance(budget.approve, by=by, on=clock.today(), total=total_of(budget), **bound)


@transaction.atomic
def return_(budget: Budget, *, by: Any, remark: str) -> Budget:
    """Not approved: back to its maker, with the reason."""
    return advance(budget.return_, by=by, remark=remark.strip())


@transaction.atomic
def cancel(budget: Budget, *, by: Any) -> Budget:
    """Its maker gives it up."""
    return advance(budget.cancel, by=by)


def latest(window: FundWindow, year: int) -> list[Row]:
    """Every line with what the newest approved version says: where a revision begins."""
    found = Budget.objects.filter(window=window, year=year, state=Budget.State.APPROVED).order_by("-number").first()
    return every_line(rows_of(found) if found else [])


def every_line(rows: Sequence[Row]) -> list[Row]:
    """These rows and, with nothing, the lines that they leave out; in the order of the lines."""
    by_line = {row.line: row for row in rows}
    return [by_line.get(line, Row(line, usd(0))) for line in lines.ORDER]
