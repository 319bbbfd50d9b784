"""The auditor at work in the demo: a visit, a verification with its result, a sample with what was found, a pack that the worker makes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from trustfund import clock
from trustfund.auditor import actions, jobs
from trustfund.auditor.models import Verification


def run(auditor: Any, today: date) -> None:
    """All of it invented, but for the books."""
    with clock.frozen(today - timedelta(days=30)):
        actions.visit(by=auditor)
    row = actions.ask_verification(by=auditor)
    if jobs.claim(row, clock.now()):
        jobs.verify(Verification.objects.get(pk=row.pk))
    since = today.replace(month=1, day=1)
    sample = actions.draw(by=auditor, method="monetary", population="entries", since=since, until=today, size=8, seed="demo-1")
    items = list(sample.items.all()[:2])
    actions.note(items[0], by=auditor, verdict="agreed")
    actions.note(items[1], by=auditor, verdict="open", text="The date of the signature is not readable (invented).")
    actions.ask_pack(by=auditor, since=since, until=today)
