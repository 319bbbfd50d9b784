"""Prepared vouchers against the books: worked out, worked out again, and what changed in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from trustfund.ui.formatting import day_text, money_text
from trustfund.vouchers.models import Voucher
from trustfund.vouchers.prepared import inputs as entered
from trustfund.vouchers.prepared.event import Event, Inputs, Proposal, Workings, same
from trustfund.vouchers.prepared.registry import EVENTS
from trustfund.vouchers.rules import Problem, Row


@dataclass(frozen=True)
class Worked:
    """A proposal, and what is kept so that it can be worked out again: the inputs and the rates that it used."""

    proposal: Proposal
    inputs: dict[str, Any]


def worked_out(event: Event, inputs: Inputs) -> Worked:
    """The event from the books as they are; ValidationError when it can't be worked out."""
    moment = event.moment(inputs)
    found = event.work_out(moment, inputs)
    return Worked(found, {"of": entered.kept(inputs), "rates": moment.used})


def inputs_of(voucher: Voucher) -> Inputs:
    """What was entered for it."""
    return entered.read(voucher.inputs["of"])


def again(voucher: Voucher) -> Proposal:
    """What it says, worked out again: a posted one from the books before its entry and with its rates, another from those of now."""
    event, inputs = EVENTS[voucher.event], inputs_of(voucher)
    if voucher.entry_id is None:
        return event.work_out(event.moment(inputs), inputs)
    return event.work_out(event.moment(inputs, voucher.entry_id - 1, voucher.inputs["rates"]), inputs)


def workings_of(voucher: Voucher) -> Workings | None:
    """How its lines came about; None where it can't be worked out any more."""
    try:
        return again(voucher).workings
    except ValidationError:
        return None


def problems_of(voucher: Voucher, stored: list[Row]) -> list[Problem]:
    """What stands in the way of posting it: another of its day, books that moved, limits."""
    event, inputs = EVENTS[voucher.event], inputs_of(voucher)
    found = _out_of_turn(event, voucher)
    if found:
        return found
    try:
        moment = event.moment(inputs)
        now = event.work_out(moment, inputs)
    except ValidationError as error:
        return [Problem(" ".join(error.messages))]
    return _moved(stored, now.rows) or list(event.limits(moment, inputs))


def limits_of(event: Event, inputs: Inputs) -> list[Problem]:
    """What stands against posting what was entered."""
    return list(event.limits(event.moment(inputs), inputs))


def _out_of_turn(event: Event, voucher: Voucher) -> list[Problem]:
    """One for a day, and none before a later one, unless that was reversed on its own day: then the books of that day are without it."""
    standing = Voucher.objects.filter(event=event.name, state__in=[Voucher.State.SUBMITTED, Voucher.State.APPROVED])
    taken_back = Voucher.objects.filter(reverses=OuterRef("pk"), state=Voucher.State.APPROVED, date=OuterRef("date"))
    standing = standing.exclude(pk=voucher.pk).exclude(Exists(taken_back))
    other = standing.filter(date=voucher.date).first() if event.once else None
    later = standing.filter(date__gt=voucher.date).order_by("date").first() if event.in_order else None
    if other is not None:
        text = _("It was made for this day already, by %(other)s: reverse that one on its own day first.")
        return [Problem(text % {"other": other}, field="date")]
    if later is not None:
        names = {"other": later, "day": day_text(later.date)}
        return [Problem(_("A later one, %(other)s of %(day)s, stands: reverse that one on its own day first.") % names, field="date")]
    return []


def _moved(stored: list[Row], now: list[Row]) -> list[Problem]:
    """The first line that would be another now."""
    for number, (before, after) in enumerate(zip(stored, now, strict=False), 1):
        if not same(before, after):
            names = {"row": number, "before": _said(before), "after": _said(after)}
            text = _("The books have moved since: line %(row)s was %(before)s and would be %(after)s. Work it out again.")
            return [Problem(text % names)]
    if len(stored) != len(now):
        names = {"before": len(stored), "after": len(now)}
        return [Problem(_("The books have moved since: there were %(before)s lines and would be %(after)s. Work it out again.") % names)]
    return []


def _said(row: Row) -> str:
    of = f" {row.of.code}" if row.of else ""
    amount = money_text(row.usd) if row.usd is not None else ""
    return f"{row.account}{of} {amount}"
