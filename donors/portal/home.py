"""What of this room waits for a person, and where its pages are reached from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from donors.contributions.models import Contribution
from donors.donors.models import acts_for_a_donor
from trustfund import clock
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import roles_of

NEW = timedelta(days=30)
MOST = 10


def items(user: Any) -> Iterable[Item]:
    """A donor's contact: the receipts of the last thirty days."""
    if roles_of(user) or not acts_for_a_donor(user):
        return []
    fresh = Contribution.objects.visible_to(user).filter(entered_at__gte=clock.now() - NEW)
    return [_item(contribution) for contribution in fresh.order_by("-pk")[:MOST]]


def _item(contribution: Contribution) -> Item:
    title = _("New receipt %(number)s: see what becomes of your contribution") % {"number": contribution.receipt_number}
    return Item(title, reverse("portal:contribution", args=[contribution.pk]), tone="money")


def destinations(user: Any) -> Iterable[Destination]:
    """A donor's contact has one place of their own."""
    if roles_of(user) or not acts_for_a_donor(user):
        return []
    return [Destination(_("My contributions"), reverse("portal:index"), 10)]
