"""What of grants waits for a person, and where their pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from grants.agreements.models import Grant, State
from grants.agreements.tabs import Tab
from grants.applications.models import Application
from ngos.due_diligence.standing import lacking
from ngos.organisations.models import Organisation
from trustfund import clock
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds, roles_of

NGO_ITEMS = 10
MOST = 20


def items(user: Any) -> Iterable[Item]:
    """Awards to approve, funds to certify, agreements to offer and to sign."""
    if not getattr(user, "is_authenticated", False):
        return []
    if not roles_of(user):
        return _of_signatory(user)
    if holds(user, Role.MANAGER, Role.FINANCE, Role.PROGRAMME):
        return _of_staff(user)
    return []


def _of_staff(user: Any) -> list[Item]:
    counted = Grant.objects.aggregate(
        certify=Count("pk", filter=Q(state=State.APPROVED) & ~Q(approved_by=user)),
        offer=Count("pk", filter=Q(state=State.CERTIFIED)),
        countersign=Count("pk", filter=Q(state=State.SIGNED)),
    )
    rows = [
        (Role.FINANCE, counted["certify"], _("Grants whose funds are to be certified"), _list(State.APPROVED), "money"),
        (Role.PROGRAMME, counted["offer"], _("Agreements to offer"), _list(State.CERTIFIED), "waiting"),
        (Role.MANAGER, counted["countersign"], _("Agreements to countersign"), _list(State.SIGNED), "waiting"),
    ]
    if holds(user, Role.MANAGER):
        waiting = Application.objects.filter(state="recommended").count()
        rows.append((Role.MANAGER, waiting, _("Awards to approve"), reverse("agreements:awards"), "waiting"))
    vetting = _to_vet() if holds(user, Role.PROGRAMME) else []
    return vetting + [Item(title, url, count=count, tone=tone) for role, count, title, url, tone in rows if count and holds(user, role)]


def _to_vet() -> list[Item]:
    """NGOs that the Board recommended or that were awarded a grant, and whose due diligence is in the way of it."""
    chosen = Q(applications__state="recommended") | Q(grants__state=State.APPROVED)
    found = lacking(Organisation.objects.filter(chosen).distinct(), clock.today()).order_by("name")[:MOST]
    title = _("Due diligence before the award: %(organisation)s")
    return [Item(title % {"organisation": each.name}, reverse("due_diligence:of", args=[each.pk])) for each in found]


def _of_signatory(user: Any) -> list[Item]:
    offered = Grant.objects.visible_to(user).filter(
        state=State.OFFERED, organisation__memberships__user=user, organisation__memberships__active=True,
        organisation__memberships__signatory=True,
    )  # fmt: skip
    title = _("Agreement to sign: %(grant)s")
    return [
        Item(title % {"grant": grant.title}, grant.get_absolute_url(), due=grant.offer_valid_until)
        for grant in offered.order_by("offer_valid_until")[:NGO_ITEMS]
    ]


def _list(state: str) -> str:
    return f"{reverse('agreements:index')}?state={state}"


def destinations(user: Any) -> Iterable[Destination]:
    """Grants: for the staff who live with them, for trustees and auditors, and for the members of an NGO that has one."""
    if holds(user, Role.PROGRAMME, Role.MANAGER, Role.FINANCE, Role.APPROVER, Role.AUDITOR, Role.TRUSTEE):
        return [Destination(_("Grants"), reverse("agreements:index"), 40)]
    if roles_of(user) or not Grant.objects.visible_to(user).exists():
        return []
    return [Destination(_("Grants"), reverse("agreements:index"), 40)]


def tab(grant: Grant, user: Any) -> Iterable[Tab]:
    """The first tab of a grant's page."""
    return [Tab("agreement", _("Agreement"), grant.get_absolute_url(), 10)]
