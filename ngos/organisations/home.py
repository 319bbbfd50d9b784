"""What of an organisation waits for its members, and where its pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from ngos.organisations import permissions
from ngos.organisations.models import Organisation, membership_of
from trustfund import clock
from trustfund.people.duties import reasons_against
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds, roles_of

SOON = timedelta(days=45)


def items(user: Any) -> Iterable[Item]:
    """An owner or editor: a profile that is not complete, documents that expire within 45 days. Who acts for nobody: the way to register.

    One query, two for a member.
    """
    if roles_of(user):
        return []
    membership = membership_of(user)
    if membership is None:
        return _newcomer(user)
    if membership.right == permissions.VIEWER:
        return []
    organisation = membership.organisation
    found = []
    if organisation.missing():
        found.append(Item(_("Complete the profile of your organisation"), reverse("organisations:edit", args=[organisation.pk])))
    return found + _expiring(organisation)


def _newcomer(user: Any) -> list[Item]:
    """Whoever made an account to apply registers first; a donor's contact, of whom another room says so, does not."""
    if reasons_against(user):
        return []
    return [Item(_("Register your organisation"), reverse("organisations:register"))]


def _expiring(organisation: Organisation) -> list[Item]:
    url = reverse("organisations:documents", args=[organisation.pk])
    soon = organisation.documents.current().filter(expires_on__lte=clock.today() + SOON)
    return [Item(_("Replace a document that expires: %(document)s") % {"document": each}, url, due=each.expires_on) for each in soon[:5]]


def destinations(user: Any) -> Iterable[Destination]:
    """Staff who look after NGOs have the list; who works nowhere for the Fund has "My organisation"."""
    if holds(user, Role.PROGRAMME, Role.MANAGER, Role.AUDITOR):
        return [Destination(_("NGOs"), reverse("organisations:list"), 40, daily=holds(user, Role.PROGRAMME, Role.AUDITOR))]
    if roles_of(user) or membership_of(user) is None:
        return []
    return [Destination(_("My organisation"), reverse("organisations:mine"), 40)]


def reason_against_a_role(user: Any) -> str | None:
    """For `people.duties`: who acts for an NGO holds no role at the Fund."""
    membership = membership_of(user)
    return _("Acts for an organisation: %(name)s.") % {"name": membership.organisation.name} if membership else None
