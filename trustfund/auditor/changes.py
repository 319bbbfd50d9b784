"""What changed since the auditor's last visit: what was posted, and which acts on the books' own settings were put on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Sum

from trustfund.audit.models import Event
from trustfund.auditor.models import Visit
from trustfund.ledger import chart
from trustfund.ledger.models import Entry, Line
from trustfund.money import Money

SETTINGS = ("ledger.period", "ledger.fiscalyear", "ledger.rate", "ledger.subaccount", "ledger.tag", "people.rolegrant", "people.user")
"""Objects whose acts an auditor looks at first: periods, rates, what lines are about, who may do what."""


@dataclass(frozen=True)
class Changes:
    """Since a visit, or since the beginning: entries with their sum in USD, by kind and by act; acts on record by what they are."""

    since: datetime | None
    head: int
    entries: int
    amount: Money
    kinds: list[tuple[str, int]]
    sources: list[dict[str, Any]]
    backdated: int
    acts: list[dict[str, Any]]


def last_visit(user: Any) -> Visit | None:
    return Visit.objects.filter(by=user).first()


def since(visit: Visit | None) -> Changes:
    """What came after a visit."""
    head, audit_head = (visit.head, visit.audit_head) if visit else (0, 0)
    entries = Entry.objects.filter(seal__gt=head)
    lines = Line.objects.filter(entry_id__gt=head, debit__gt=0).exclude(account__type=chart.MEMO).order_by()
    kinds = entries.order_by("kind").values_list("kind").annotate(many=Count("pk"))
    words = dict(Entry.Kind.choices)
    acts = Event.objects.filter(seq__gt=audit_head, object_type__in=SETTINGS).order_by("act")
    return Changes(
        since=visit.at if visit else None,
        head=head,
        entries=entries.count(),
        amount=Money.from_minor(lines.aggregate(sum=Sum("debit"))["sum"] or 0, "USD"),
        kinds=[(str(words[kind]), many) for kind, many in kinds],
        sources=[dict(row) for row in entries.order_by("source").values("source").annotate(many=Count("pk"), last=Max("date"))],
        backdated=entries.filter(date__lt=visit.at.date()).count() if visit else 0,
        acts=[dict(row) for row in acts.values("act").annotate(many=Count("pk"), last=Max("at"))],
    )
