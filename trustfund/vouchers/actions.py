"""What is done with vouchers: the maker writes and submits, the checker approves (which posts) or returns, finance asks for reversals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _
from django_fsm import ConcurrentTransition

from trustfund import clock
from trustfund.audit.recording import record, trail_for
from trustfund.files.storing import store
from trustfund.ledger import models as books
from trustfund.ledger import periods, posting, sealing
from trustfund.ledger.checks import NEVER_NEGATIVE
from trustfund.mail import outbox
from trustfund.money import Money
from trustfund.people.models import User
from trustfund.people.roles import Role
from trustfund.vouchers import permissions, preparing, rules
from trustfund.vouchers.models import Attachment, Line, Voucher
from trustfund.vouchers.prepared.event import Event, Inputs, window_of
from trustfund.vouchers.prepared.registry import EVENTS, before_saving
from trustfund.vouchers.rules import Content, Row
from trustfund.workflow import advance, lock, require

Kind = Voucher.Kind
MOST_ATTACHMENTS = 20


@transaction.atomic
def draft(content: Content, *, by: Any, narrative: str) -> Voucher:
    """Write a voucher. It need not balance yet; `rules.Refused` (a ValidationError) says which line can't be so in any case."""
    if not permissions.can_make(by):
        raise PermissionDenied
    rules.refuse(rules.row_problems(content.rows))
    voucher = Voucher(kind=content.kind, date=content.on, window_id=content.window, narrative=narrative, maker=by)
    voucher.save()
    _write(voucher, content)
    record("voucher.draft", of=voucher, by=by, date=str(voucher.date), kind=str(voucher.kind))
    return voucher


@transaction.atomic
def change(voucher: Voucher, content: Content, *, by: Any, narrative: str) -> Voucher:
    """Write it anew, by its maker, before it is submitted or after it was returned. Raises as `draft`; 409 when it is under way."""
    lock(voucher)
    require(voucher.change, by=by)
    rules.refuse(rules.row_problems(content.rows))
    window = books.FundWindow.objects.get(pk=content.window)
    voucher = advance(voucher.change, by=by, kind=content.kind, date=content.on, window=window, narrative=narrative)
    _write(voucher, content)
    return voucher


# Prepared


@transaction.atomic
def prepare(event: Event, inputs: Inputs, *, by: Any, narrative: str) -> Voucher:
    """A voucher whose lines the system works out from the books for an event; ValidationError says why it can't be worked out."""
    if not permissions.can_make(by):
        raise PermissionDenied
    before_saving(event, inputs, by)
    worked = preparing.worked_out(event, inputs)
    head = {"kind": Kind.PREPARED, "event": event.name, "inputs": worked.inputs, "narrative": narrative, "maker": by}
    voucher = Voucher(date=inputs["date"], window_id=window_of(inputs), **head)
    voucher.save()
    _keep(voucher, worked.proposal.rows)
    record("voucher.prepare", of=voucher, by=by, date=str(voucher.date), kind=str(voucher.kind), event=event.name)
    return voucher


@transaction.atomic
def prepare_anew(voucher: Voucher, inputs: Inputs, *, by: Any, narrative: str) -> Voucher:
    """Work it out again, with other inputs or from other books, by its maker. Raises as `prepare`; 409 when it is under way."""
    lock(voucher)
    require(voucher.prepare, by=by)
    event = EVENTS[voucher.event]
    before_saving(event, inputs, by)
    worked = preparing.worked_out(event, inputs)
    window = books.FundWindow.objects.get(pk=window_of(inputs))
    voucher = advance(voucher.prepare, by=by, date=inputs["date"], window=window, narrative=narrative, inputs=worked.inputs)
    _keep(voucher, worked.proposal.rows)
    return voucher


def _write(voucher: Voucher, content: Content) -> None:
    """Its lines, with their worth in USD as far as there are rates."""
    rows, _problems = rules.worked_out(content.rows, content.on)
    _keep(voucher, rows)


def _keep(voucher: Voucher, rows: list[Row]) -> None:
    voucher.lines.all().delete()
    Line.objects.bulk_create(
        Line(
            voucher=voucher,
            position=position,
            account_id=row.account,
            subaccount=row.of,
            side=row.side,
            currency=row.amount.currency,
            amount_minor=row.amount.minor,
            usd=row.usd,
            rate=row.rate,
            memo=row.memo,
            window_id=row.window or None,
        )
        for position, row in enumerate(rows, 1)
    )


def content_of(voucher: Voucher) -> Content:
    """What a voucher says, as it is stored."""
    lines = voucher.lines.select_related("subaccount").order_by("position")
    rows = [
        Row(line.account_id, line.side, line.amount, line.subaccount, line.memo, line.usd, line.rate, line.window_id or "")
        for line in lines
    ]
    since = voucher.reverses.date if voucher.reverses else None
    return Content(voucher.kind, voucher.date, voucher.window_id, rows, since, _is_late(voucher))


def _is_late(voucher: Voucher) -> bool:
    """Whether it belongs to period 13: by what it was prepared for, or because it takes back, on its own day, what lies there."""
    if voucher.reverses is not None and voucher.reverses.entry is not None:
        return periods.is_late(voucher.reverses.entry, voucher.date)
    return voucher.event in EVENTS and EVENTS[voucher.event].late


def problems_of(voucher: Voucher) -> list[rules.Problem]:
    """What stands in the way of posting it. The lines of a reversal are those of the entry: nothing of them is wrong."""
    content = content_of(voucher)
    if voucher.is_written():
        return rules.problems_of(content)
    found = list(rules.header_problems(content))
    return found if voucher.kind == Kind.REVERSAL else found or preparing.problems_of(voucher, content.rows)


@transaction.atomic
def submit(voucher: Voucher, *, by: Any) -> Voucher:
    """Its maker says that it is complete; another person decides. `rules.Refused` says all that is wrong with it."""
    lock(voucher)
    require(voucher.submit, by=by)
    rules.refuse(problems_of(voucher))
    if voucher.is_written():
        _write(voucher, content_of(voucher))
    voucher = advance(voucher.submit, by=by, on=voucher.date, total=total_of(voucher))
    _tell(voucher, "voucher_to_approve", User.objects.holding(Role.APPROVER).exclude(pk=voucher.maker_id))
    return voucher


def _tell(voucher: Voucher, template: str, to: Any) -> None:
    key = f"{template}:{voucher.pk}:{clock.now().isoformat()}"
    outbox.queue(template, to=to, key=key, path=voucher.get_absolute_url(), voucher=voucher, total=total_of(voucher))


def total_of(voucher: Voucher) -> Money:
    """The sum of its debits."""
    return rules.sums(content_of(voucher).rows)[0]


def version_of(voucher: Voucher) -> int:
    """The number of the last act on it: whoever read it then has read what it says."""
    return trail_for(voucher).values_list("seq", flat=True).last() or 0


@transaction.atomic
def approve(voucher: Voucher, *, by: Any, seen: int | None = None) -> Voucher:
    """The second person approves, and its entry is posted, or the entry that it names is reversed.

    `ValidationError` when it is no longer in order: its period was closed, a rate was added, what it takes away was spent.
    `ConcurrentTransition` (409) when it is not the version `seen` any more.
    A prepared one is worked out again while the books are locked: unless it is the same to the cent it is returned with the reason.
    """
    _lock_with(voucher)
    require(voucher.approve, by=by)
    if seen not in (None, version_of(voucher)):
        raise ConcurrentTransition("It was returned and submitted again since it was read.")
    content = content_of(voucher)
    if voucher.is_prepared():
        rules.refuse(rules.header_problems(content))
        sealing.lock_heads()
    problems = problems_of(voucher)
    if problems and voucher.is_prepared():
        return return_(voucher, by=by, reason=" ".join(problem.text for problem in problems)[:500])
    rules.refuse(problems)
    if voucher.is_written():
        _refuse_other_rates(content)
    voucher = advance(voucher.approve, by=by, total=total_of(voucher))
    voucher.entry = _reversed(voucher, by) if voucher.kind == Kind.REVERSAL else _posted(voucher, content, by)
    _refuse_wrong_side(voucher.entry)
    voucher.save()
    if voucher.is_prepared():
        EVENTS[voucher.event].posted(voucher.entry, preparing.inputs_of(voucher), by)
    if voucher.is_prepared() and EVENTS[voucher.event].turns:
        _propose_reversal(voucher)
    return voucher


def _lock_with(voucher: Voucher) -> None:
    """Lock it together with what its event says; 409 when other inputs were entered in the same moment, which say otherwise."""
    if voucher.event not in EVENTS or not voucher.inputs:
        lock(voucher)
        return
    rows = EVENTS[voucher.event].beside(preparing.inputs_of(voucher))
    lock(voucher, *rows)
    if EVENTS[voucher.event].beside(preparing.inputs_of(voucher)) != rows:
        raise ConcurrentTransition("Other inputs were entered since it was read.")


def _propose_reversal(voucher: Voucher) -> None:
    """What is reversed on the next day anyway: a draft for its maker, who submits it when the day has come."""
    title = EVENTS[voucher.event].title
    narrative = _("Reversal of %(voucher)s: %(title)s") % {"voucher": voucher, "title": title}
    mirror = _mirror(voucher, by=voucher.maker, date=voucher.date + timedelta(days=1), narrative=narrative)
    record("voucher.draft", of=mirror, by=None, date=str(mirror.date), kind=str(mirror.kind))


def _refuse_other_rates(content: Content) -> None:
    """What is posted is what was submitted and seen, to the cent."""
    rows, _problems = rules.worked_out(content.rows, content.on)
    if rows != content.rows:
        message = _("An exchange rate was added since this was submitted. Return it: its maker submits it again at that rate.")
        raise ValidationError(message, code="rate")


def _posted(voucher: Voucher, content: Content, by: Any) -> books.Entry:
    source = f"voucher.{voucher.event or 'approve'}"
    about: dict[str, Any] = {"reference": f"voucher:{voucher.pk}", "source": source, "kind": content.entry_kind}
    return posting.post(content.legs(), on=content.on, by=by, of=voucher, window=content.window, **about)


def _reversed(voucher: Voucher, by: Any) -> books.Entry:
    assert voucher.reverses is not None
    assert voucher.reverses.entry is not None
    return posting.reverse(voucher.reverses.entry, on=voucher.date, by=by, reference=f"voucher:{voucher.pk}", reason=voucher.narrative)


def _refuse_wrong_side(entry: books.Entry) -> None:
    """Asked while the books are locked: what is owed or due never falls below nothing, for any subaccount in any window."""
    touched = entry.lines.filter(account_id__in=NEVER_NEGATIVE).values_list("account_id", "subaccount_id", "window_id").distinct()
    for account, of, window in touched:
        side, what = NEVER_NEGATIVE[account]
        lines = books.Line.objects.filter(account_id=account, subaccount_id=of, window_id=window)
        if lines.aggregate(balance=Sum(F("debit") - F("credit")))["balance"] * side < 0:
            message = _("Account %(account)s would fall below nothing: there is not so much on it for this subaccount.")
            raise ValidationError(message % {"account": account}, code="overdrawn", params={"what": what})


@transaction.atomic
def return_(voucher: Voucher, *, by: Any, reason: str) -> Voucher:
    """Not approved: back to its maker, with the reason."""
    voucher = advance(voucher.return_, by=by, reason=reason.strip())
    _tell(voucher, "voucher_returned", [voucher.maker])
    return voucher


@transaction.atomic
def cancel(voucher: Voucher, *, by: Any) -> Voucher:
    """Its maker gives it up."""
    return advance(voucher.cancel, by=by)


@transaction.atomic
def reverse(voucher: Voucher, *, by: Any, date: date, narrative: str) -> Voucher:
    """Ask for the reversal of a posted voucher: a voucher of its own, submitted at once, which another person approves."""
    lock(voucher)
    require(voucher.ask_reversal, by=by)
    if voucher.reversals.exclude(state=Voucher.State.CANCELLED).exists():
        raise ValidationError(_("This voucher is reversed already, or its reversal waits for approval."), code="reversed")
    mirror = _mirror(voucher, by=by, date=date, narrative=narrative)
    advance(voucher.ask_reversal, by=by, voucher=mirror)
    return submit(mirror, by=by)


def _mirror(voucher: Voucher, *, by: Any, date: date, narrative: str) -> Voucher:
    about = {"date": date, "window": voucher.window, "narrative": narrative}
    mirror = Voucher(kind=Kind.REVERSAL, reverses=voucher, maker=by, **about)
    mirror.save()
    Line.objects.bulk_create(_mirrored(line, mirror) for line in voucher.lines.all())
    return mirror


def _mirrored(line: Line, voucher: Voucher) -> Line:
    side = Line.Side.CREDIT if line.side == Line.Side.DEBIT else Line.Side.DEBIT
    names = ("position", "account_id", "subaccount_id", "currency", "amount_minor", "usd", "rate", "memo", "window_id")
    return Line(voucher=voucher, side=side, **{name: getattr(line, name) for name in names})


# Attachments


@transaction.atomic
def attach(voucher: Voucher, *, by: Any, upload: File[Any]) -> Attachment:
    """Keep a document with it, while it is its maker's to change; its hash is on record."""
    lock(voucher)
    require(voucher.attach, by=by)
    if voucher.attachments.count() >= MOST_ATTACHMENTS:
        raise ValidationError({"upload": _("A voucher has at most %(most)s attachments.") % {"most": MOST_ATTACHMENTS}})
    stored = store(upload, by=by)
    attachment = Attachment.objects.create(voucher=voucher, file=stored)
    record("voucher.attach", of=voucher, by=by, file=stored.pk, sha256=stored.sha256)
    return attachment


@transaction.atomic
def detach(attachment: Attachment, *, by: Any) -> None:
    """Take a document off it; the file itself is kept."""
    lock(attachment.voucher)
    require(attachment.voucher.attach, by=by)
    record("voucher.detach", of=attachment.voucher, by=by, file=attachment.file_id, sha256=attachment.file.sha256)
    attachment.delete()
