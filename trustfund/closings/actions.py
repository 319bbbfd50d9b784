"""Closing a period and a year: what is open is looked at again by every act, and two people agree."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from trustfund.audit.recording import record
from trustfund.chain import canonical
from trustfund.closings import checks, permissions
from trustfund.closings.models import Checklist, Reopening, Review, YearEnd
from trustfund.ledger import balances, periods
from trustfund.ledger.closed import closing
from trustfund.ledger.models import FiscalYear, Period, Subaccount
from trustfund.money import Money, total
from trustfund.workflow import advance, lock

ADJUSTMENT = periods.ADJUSTMENT


@transaction.atomic
def review(period: Period, key: str, *, by: Any, note: str) -> Review:
    """A person has looked at `key` of an open period ("ageing", "statements"), and says what there was."""
    if not permissions.can_review(by):
        raise PermissionDenied
    lock(period)
    if period.state not in (Period.State.OPEN, Period.State.CLOSING):
        raise ValidationError(_("The period %(period)s is closed.") % {"period": period}, code="closed")
    if not note.strip():
        raise ValidationError({"note": _("Say what you looked at, and what you found.")})
    made = Review.objects.create(period=period, key=key, note=note.strip(), by=by)
    record("review.make", of=made, by=by, period=str(period), key=key)
    return made


@transaction.atomic
def propose(period: Period, *, by: Any, reasons: Mapping[str, str] | None = None) -> Checklist:
    """Finance confirms the list and proposes to close. `reasons` say, by the item's key, why what is open may stand.

    ValidationError names every item that blocks, and (under "reason_" and its key) every reason that is missing.
    """
    periods.propose_closing(period, by=by)
    statuses = checks.statuses(period)
    given = {key: reason.strip() for key, reason in (reasons or {}).items()}
    _refuse_blocked(statuses)
    missing = {
        f"reason_{each.key}": _("Say why this may stand, or mend it.")
        for each in statuses
        if each.state == "open" and not given.get(each.key)
    }
    if missing:
        raise ValidationError(missing)
    made = Checklist.objects.create(period=period, by=by, items=[_kept(each, given) for each in statuses])
    record("checklist.confirm", of=made, by=by, period=str(period), stands=sum(each.state == "open" for each in statuses))
    return made


def _refuse_blocked(statuses: list[checks.Status]) -> None:
    blocked = [each for each in statuses if each.state == "blocked"]
    if blocked:
        raise ValidationError([_said(each) for each in blocked], code="blocked")


def _said(status: checks.Status) -> str:
    text = status.found.text if status.found else ""
    return _("Not done yet: %(item)s (%(open)s).") % {"item": status.check.label, "open": text}


def _kept(status: checks.Status, reasons: Mapping[str, str]) -> dict[str, Any]:
    """An item as it was when the list was confirmed."""
    found = status.found
    note = status.review.note if status.review else ""
    reason = reasons.get(status.key, "") if status.state == "open" else ""
    return {"key": status.key, "state": status.state, "open": found.open if found else 0, "text": (found.text if found else "") or note,
            "reason": reason}  # fmt: skip


@transaction.atomic
def close(period: Period, *, by: Any) -> Period:
    """The approving officer closes what was proposed, if the list holds now too: it is computed again when nothing can come in any more.

    ValidationError names what blocks and what is open now that had no reason then.
    """
    done = periods.close(period, by=by)
    statuses = checks.statuses(done)
    _refuse_blocked(statuses)
    told = Checklist.objects.filter(period=done).first()
    known = {each["key"] for each in told.items if each["reason"]} if told else set()
    news = [each for each in statuses if each.state == "open" and each.key not in known]
    if news:
        message = _("This is open now and was not when closing was proposed: refuse, and have it proposed again.")
        raise ValidationError([message, *(_said(each) for each in news)], code="changed")
    return done


@transaction.atomic
def propose_reopening(period: Period, *, by: Any, reason: str) -> Period:
    """Finance asks for a closed period to be reopened, and says why."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it must be reopened.")})
    done = periods.propose_reopening(period, by=by)
    made = Reopening.objects.create(period=done, reason=reason.strip(), by=by)
    record("reopening.ask", of=made, by=by, period=str(done))
    return done


# The year-end


Left = list[tuple[str, str, Subaccount | None, Money]]


def digest(year: int) -> tuple[int, Any, str]:
    """Of the lines that year-end closing would post now: how many, the surplus (USD), and a hash of them all."""
    return digest_of(balances.unclosed_results(year))


def digest_of(left: Left) -> tuple[int, Any, str]:
    """The same of what is left to be closed, where that was read already."""
    text = canonical({"lines": [[code, window, of.code if of else "", amount.minor] for code, window, of, amount in left]})
    return len(left), -total([amount for _code, _window, _of, amount in left], "USD"), hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def propose_year_end(year: FiscalYear, *, by: Any) -> YearEnd:
    """Finance proposes the entry that takes revenue and expense of a year to the accumulated surplus. All twelve months are closed."""
    if not permissions.can_propose_year_end(by):
        raise PermissionDenied
    _months_closed(year)
    if YearEnd.objects.filter(year=year, state=YearEnd.State.PROPOSED).exists():
        raise ValidationError(_("It is proposed already, and waits for the approving officer."), code="twice")
    lines, surplus, text = digest(year.year)
    if not lines:
        raise ValidationError(_("The year %(year)s has no revenue or expense left to close.") % {"year": year}, code="nothing")
    made = YearEnd.objects.create(year=year, lines=lines, surplus=surplus, digest=text, proposed_by=by)
    record("yearend.propose", of=made, by=by, year=year.year, lines=lines, surplus=str(surplus))
    return made


def _months_closed(year: FiscalYear) -> None:
    found = list(Period.objects.select_for_update(no_key=True).filter(year=year).order_by("pk"))
    open_ = ", ".join(str(each) for each in found if each.number != ADJUSTMENT and each.state != Period.State.CLOSED)
    if open_:
        raise ValidationError(_("Close these months first: %(periods)s.") % {"periods": open_}, code="order")


@transaction.atomic
def approve_year_end(year_end: YearEnd, *, by: Any) -> YearEnd:
    """The approving officer agrees: the entry is posted, if its lines are still those that were proposed."""
    done: YearEnd = advance(year_end.approve, by=by, surplus=year_end.surplus)
    entry = closing.close_year(done.year_id, by=by)
    if done.digest != _posted(entry):
        raise ValidationError(_("The lines have changed since it was proposed: refuse it, and have it proposed again."), code="changed")
    done.entry = entry
    done.save()
    return done


def _posted(entry: Any) -> str:
    """The digest of what an entry closed, from its lines."""
    lines = entry.lines.exclude(account_id="3010").select_related("subaccount").order_by("account_id", "window_id", "subaccount_id")
    rows = sorted(lines, key=lambda line: (line.account_id, line.window_id, line.subaccount_id or 0))
    content = [[line.account_id, line.window_id, line.subaccount.code if line.subaccount else "", -line.amount.minor] for line in rows]
    return hashlib.sha256(canonical({"lines": content}).encode()).hexdigest()


@transaction.atomic
def refuse_year_end(year_end: YearEnd, *, by: Any) -> YearEnd:
    """The approving officer does not agree; nothing was posted, and it may be proposed again."""
    done: YearEnd = advance(year_end.refuse, by=by)
    return done
