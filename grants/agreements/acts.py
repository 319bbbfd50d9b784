"""What can be done with a grant now, and what happens next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from grants.agreements import permissions
from grants.agreements.labels import UNNAMED
from trustfund.ui.formatting import day_text
from trustfund.workflow import possible

if TYPE_CHECKING:
    from grants.agreements.models import Grant


@dataclass(frozen=True)
class Act:
    """One button: its label, where it leads, and how loud it is ("", "secondary", "danger")."""

    label: str
    url: str
    kind: str = ""


Offered = tuple[Callable[..., Any], str, str, str]
"""A transition, the name of its page in the room's addresses, its label, and how loud it is."""


def possible_acts(of: Any, room: str, offered: Iterable[Offered], user: Any) -> list[Act]:
    """Those that the user can do with the object in its state; `room` is the name before the colon of its addresses."""
    return [
        Act(label, reverse(f"{room}:{name}", args=[of.pk]), kind)
        for transition, name, label, kind in offered
        if possible(transition, by=user)
    ]


def acts_of(grant: Grant, user: Any) -> list[Act]:
    """The acts that the user can do with the grant in its state, the next one first."""
    offered = [
        (grant.certify, "certify", _("Certify funds"), ""),
        (grant.offer, "offer", _("Offer the agreement"), ""),
        (grant.sign, "sign", _("Read and sign"), ""),
        (grant.countersign, "countersign", _("Countersign"), ""),
        (grant.decline, "decline", _("Decline the offer"), "secondary"),
        (grant.resume, "resume", _("Resume"), ""),
        (grant.suspend, "suspend", _("Suspend"), "secondary"),
        (grant.terminate, "terminate", _("Terminate"), "danger"),
        (grant.lapse, "lapse", _("Take the award back"), "danger"),
    ]
    return possible_acts(grant, "agreements", offered, user) + _others(grant, user)


def _act(grant: Grant, name: str, label: str, kind: str) -> Act:
    return Act(label, reverse(f"agreements:{name}", args=[grant.pk]), kind)


def _others(grant: Grant, user: Any) -> list[Act]:
    found = []
    if grant.state == "terminated" and possible(grant.close_reporting, by=user):
        found.append(_act(grant, "close_reporting", _("Close without a final report"), "secondary"))
    ended = grant.state in ("declined", "lapsed")
    if not ended and grant.publication != UNNAMED and permissions.can_restrict_publication(grant, user):
        found.append(_act(grant, "publication", _("Publish less"), "secondary"))
    return found


def next_step(grant: Grant) -> str:
    """What happens next, and who does it: one sentence."""
    until = day_text(grant.offer_valid_until) if grant.offer_valid_until else ""
    steps = {
        "approved": _("Finance certifies the funds."),
        "certified": _("A programme officer offers the agreement to the NGO."),
        "offered": _("A signatory of the NGO signs by %(day)s.") % {"day": until},
        "signed": _("The fund manager countersigns."),
        "active": _("The NGO requests its tranches and reports."),
        "suspended": _("Nothing is paid until the fund manager resumes it."),
        "terminated": _("The NGO owes a final report; then finance closes the books."),
        "reporting_closed": _("Finance closes the books: what is unspent is paid back."),
    }
    return steps.get(grant.state, _("Nothing: it is over."))
