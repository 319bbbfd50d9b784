"""Which texts a year's statements have beside figures, and what they say as of a head of the ledger."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.budgets import lines
from trustfund.ledger.models import FundWindow
from trustfund.ledger.versions import upto
from trustfund.statements.models import Disclosure, Passage

EVENTS, RELATED = "events", "related_parties"
SUBJECTS = {
    EVENTS: gettext_lazy("Events after the reporting date"),
    RELATED: gettext_lazy("Related parties"),
}
VARIANCE = "variance:"


def variance(window: str, line: str) -> str:
    """The subject of the explanation of a window's variance on a budget line."""
    return f"{VARIANCE}{window}:{line}"


def label_of(subject: str) -> str:
    """The words for a subject."""
    if not subject.startswith(VARIANCE):
        return str(SUBJECTS[subject])
    _variance, window, line = subject.split(":")
    named = FundWindow.objects.filter(pk=window).first()
    return _("Variance on “%(line)s”, %(window)s") % {"line": lines.label_of(line), "window": named.name if named else window}


def passages(year: int, head: int, act: int | None = None) -> dict[str, str]:
    """The texts of a year by subject, as they were approved up to a head of the ledger and an act on record; nothing while none is."""
    approved = upto(Disclosure.objects.filter(year=year), head, act).order_by("-number").first()
    return dict(Passage.objects.filter(disclosure=approved).values_list("subject", "text")) if approved else {}
