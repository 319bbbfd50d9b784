"""What is done with an opening: finance brings a workbook, another person has it posted, and it is undone while nothing followed."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from trustfund import clock
from trustfund.audit.recording import lock_head, record
from trustfund.files.kinds import Kind
from trustfund.files.models import StoredFile
from trustfund.files.storing import store_read
from trustfund.ledger import periods, posting, sealing, subaccounts
from trustfund.ledger.funding import allocations
from trustfund.ledger.history import TAKEN_OVER_GIFTS, TAKEN_OVER_GRANTS
from trustfund.ledger.legs import Leg
from trustfund.ledger.models import Entry, Seal, Subaccount
from trustfund.opening import checking, permissions, planning, workbook
from trustfund.opening.checking import Plan
from trustfund.opening.models import Opening, State
from trustfund.ui.formatting import moment_text
from trustfund.workflow import advance, lock, require


def stage(name: str, content: bytes, *, audited_on: date, by: Any) -> Opening:
    """Take a workbook in, checked whole. ValidationError with a sentence for everything that is wrong, by sheet, row and column."""
    if not permissions.can_stage(by):
        raise PermissionDenied
    _refuse_known(hashlib.sha256(content).hexdigest())
    if audited_on >= clock.today():
        raise ValidationError({"audited_on": _("The last audited day is in the past.")})
    periods.period_for(audited_on, Entry.Kind.OPENING)
    plan = checking.read_plan(workbook.read(content))
    _refuse(plan)
    return _staged(name, content, audited_on, by)


@transaction.atomic
def _staged(name: str, content: bytes, audited_on: date, by: Any) -> Opening:
    lock_head()
    digest = hashlib.sha256(content).hexdigest()
    _refuse_known(digest)
    stored = store_read(content, name, Kind.XLSX, by=by)
    opening = Opening.objects.create(audited_on=audited_on, file=stored, sha256=digest, staged_by=by)
    record("opening.stage", of=opening, by=by, sha256=digest, audited_on=str(audited_on))
    return opening


def _refuse_known(digest: str) -> None:
    first = Opening.objects.filter(sha256=digest, state__in=[State.STAGED, State.POSTED]).select_related("staged_by").first()
    if first is not None:
        names = {"opening": first, "name": first.staged_by.name, "day": moment_text(first.staged_at)}
        raise ValidationError(_("This workbook is here already: %(opening)s, brought by %(name)s on %(day)s.") % names, code="known")


def _refuse(plan: Plan) -> None:
    found = planning.problems(plan)
    workbook.refuse(found)
    if not plan.balances:
        raise ValidationError(_("There is no balance in the workbook."), code="empty")
    for window in planning.windows(plan):
        if _opened(window):
            raise ValidationError(_("The window %(window)s was opened before. Undo that first.") % {"window": window}, code="opened")


def _opened(window: str) -> bool:
    return Entry.objects.filter(kind=Entry.Kind.OPENING, reversed_by=None, lines__window_id=window).exists()


def plan_of(opening: Opening) -> Plan:
    """What its workbook says now."""
    return checking.read_plan(workbook.read(content_of(opening.file)))


def content_of(file: StoredFile) -> bytes:
    with file.content.open("rb") as stream:
        read: bytes = stream.read()
    return read


@transaction.atomic
def approve(opening: Opening, *, by: Any) -> Opening:
    """The second person approves: subaccounts are opened, each window gets its opening entry, and grants their funding.

    Everything is checked again; ValidationError when the books have changed so that it can't be posted any more.
    """
    lock(opening)
    require(opening.approve, by=by)
    plan = plan_of(opening)
    _refuse(plan)
    opening = advance(opening.approve, by=by)
    known = _subaccounts(plan, by)
    for window in planning.windows(plan):
        entry = _posted(opening, plan, window, known, by)
        _funded(entry, plan, window, known, by)
    return opening


def _subaccounts(plan: Plan, by: Any) -> dict[str, Subaccount]:
    """Those that the plan names, by code; new ones are opened in the order of the sheet."""
    known = {each.code: each for each in Subaccount.objects.filter(code__in=plan.kinds)}
    for row in plan.subaccounts:
        about: dict[str, Any] = {"name": row.name, "public_label": row.public_label, "currency": row.currency}
        more: dict[str, Any] = {"psc_rate": row.psc_rate, "expires_on": row.expires_on, "parent": known.get(row.parent)}
        known[row.code] = subaccounts.open(row.kind, row.code, **about, **more, by=by)
    for code, kind in ((TAKEN_OVER_GIFTS, "instalment"), (TAKEN_OVER_GRANTS, "grant")):
        known[code] = subaccounts.open(kind, code, name="History of years before these books", public_label=code, by=by)
    return known


def _posted(opening: Opening, plan: Plan, window: str, known: dict[str, Subaccount], by: Any) -> Entry:
    legs = [
        Leg(
            "debit" if line.amount.amount > 0 else "credit",
            line.account,
            abs(line.amount),
            known.get(line.of),
            line.original,
            planning.rate(line),
            window,
        )
        for line in planning.lines(plan, window)
    ]
    about: dict[str, Any] = {"source": "opening.approve", "of": opening, "window": window, "kind": Entry.Kind.OPENING}
    return posting.post(legs, reference=f"opening:{opening.pk}:{window}", on=opening.audited_on, by=by, **about)


def _funded(entry: Entry, plan: Plan, window: str, known: dict[str, Subaccount], by: Any) -> None:
    """The trace of each grant, as it was."""
    by_grant: dict[str, list[Any]] = {}
    for pair in planning.pairs(plan, window):
        by_grant.setdefault(pair.grant, []).append(pair)
    for code, found in by_grant.items():
        paid = [(known[each.instalment].pk, each.paid.minor) for each in found if each.paid]
        still = [(known[each.instalment].pk, each.reserved.minor) for each in found if each.reserved]
        if paid or still:
            allocations.take_over(known[code], entry, paid, still, window=window, by=by)


@transaction.atomic
def refuse(opening: Opening, *, by: Any, reason: str) -> Opening:
    """The second person does not approve."""
    refused: Opening = advance(opening.refuse, by=by, reason=reason)
    return refused


@transaction.atomic
def undo(opening: Opening, *, by: Any, reason: str) -> Opening:
    """Its funding is handed back and its entries are reversed, as long as nothing followed; ValidationError says what did."""
    lock(opening)
    require(opening.undo, by=by)
    lock_head()
    sealing.lock_heads()
    entries = list(opening.entries())
    _refuse_followed(entries)
    opening = advance(opening.undo, by=by, reason=reason)
    for entry in entries:
        allocations.hand_back(entry, by=by, on=opening.audited_on)
        posting.reverse(entry, on=opening.audited_on, by=by, reference=f"{entry.reference}:undone", reason=reason)
    return opening


def _refuse_followed(entries: list[Entry]) -> None:
    """ValidationError when anything but their own funding was sealed after them."""
    own = [f"{entry.reference}:" for entry in entries]
    for seal in Seal.objects.filter(seq__gt=entries[0].pk).select_related("entry", "funding").order_by("seq"):
        act: Any = getattr(seal, "entry", None) or getattr(seal, "funding", None)
        mine = act in entries or any(act.reference.startswith(each) for each in own)
        if not mine:
            raise ValidationError(
                _("%(reference)s was posted since. What followed stands on it.") % {"reference": act.reference}, code="followed"
            )
