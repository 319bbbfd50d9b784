"""What of tranches waits for a person, and where their pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from grants.agreements.models import Grant
from grants.agreements.models import State as GrantState
from grants.agreements.tabs import Tab
from grants.tranches.models import OPEN_STATES, State, Tranche
from ngos.organisations.models import Organisation
from ngos.screening.models import lacking
from trustfund import clock
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds, roles_of

SOON = timedelta(days=30)
MOST = 20


def items(user: Any) -> Iterable[Item]:
    """For the programme: requests to judge. For an NGO's owners and editors: tranches to request, to complete, to confirm."""
    if holds(user, Role.PROGRAMME):
        return [*_requested(user), *_to_screen()]
    if roles_of(user) or not getattr(user, "is_authenticated", False):
        return []
    return _of_ngo(user)


def _requested(user: Any) -> list[Item]:
    waiting = Tranche.objects.visible_to(user).filter(state=State.REQUESTED).select_related("grant").order_by("requested_at")[:MOST]
    title = _("Tranche request to judge: %(grant)s, tranche %(number)s")
    return [Item(title % {"grant": t.grant.reference, "number": t.number}, t.get_absolute_url(), due=t.due_on) for t in waiting]


def _to_screen() -> list[Item]:
    """NGOs whose tranche could be paid, but for a screening that is missing or too old."""
    waiting = Tranche.objects.filter(state__in=[State.REQUESTED, State.READY], grant__state=GrantState.ACTIVE)
    near = Organisation.objects.filter(grants__tranches__in=waiting).distinct()
    title = _("Sanctions screening before the payment: %(organisation)s")
    found = lacking(near, clock.today()).order_by("name")[:MOST]
    return [Item(title % {"organisation": each.name}, reverse("screening:of", args=[each.pk]), tone="blocked") for each in found]


def _of_ngo(user: Any) -> list[Item]:
    earlier = Tranche.objects.filter(grant=OuterRef("grant"), number__lt=OuterRef("number"), state__in=OPEN_STATES)
    soon = Q(state=State.PLANNED, due_on__lte=clock.today() + SOON, grant__state=GrantState.ACTIVE) & ~Exists(earlier)
    mine = Tranche.objects.filter(
        soon | Q(state__in=[State.RETURNED, State.PAID]),
        grant__organisation__memberships__user=user,
        grant__organisation__memberships__active=True,
        grant__organisation__memberships__right__in=["owner", "editor"],
    )
    return [_item(tranche) for tranche in mine.select_related("grant").order_by("due_on", "pk")[:MOST]]


def _item(tranche: Tranche) -> Item:
    titles = {
        State.PLANNED: _("Tranche to request: %(grant)s, tranche %(number)s"),
        State.RETURNED: _("Tranche request to complete: %(grant)s, tranche %(number)s"),
        State.PAID: _("Receipt to confirm: %(grant)s, tranche %(number)s"),
    }
    title = titles[State(tranche.state)] % {"grant": tranche.grant.title, "number": tranche.number}
    tone = {"planned": "waiting", "returned": "blocked", "paid": "money"}[tranche.state]
    ahead = tranche.state == State.PLANNED and tranche.due_on >= clock.today()  # a tranche is asked for when its gates allow: never overdue
    return Item(title, tranche.get_absolute_url(), due=tranche.due_on if ahead else None, tone=tone)


def destinations(user: Any) -> Iterable[Destination]:
    """None: tranches are reached from their grant and from the home page."""
    return []


def tab(grant: Grant, user: Any) -> Iterable[Tab]:
    """The tab of tranches on a grant's page."""
    return [Tab("tranches", _("Tranches"), reverse("tranches:of_grant", args=[grant.pk]), 20)] if grant.is_in_force else []
