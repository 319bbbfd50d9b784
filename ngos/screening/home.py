"""What of screening waits for a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from ngos.organisations.models import Organisation
from ngos.screening.models import Outcome, Screening
from trustfund.people.home import Item
from trustfund.people.navigation import Destination
from trustfund.people.roles import Role, holds


def items(user: Any) -> Iterable[Item]:
    """The programme officer: organisations whose last screening had a possible match."""
    if not holds(user, Role.PROGRAMME):
        return []
    last = Screening.objects.filter(organisation=OuterRef("pk")).order_by("-performed_on", "-pk").values("outcome")[:1]
    count = Organisation.objects.annotate(last=Subquery(last)).filter(last=Outcome.POSSIBLE).count()
    url = reverse("screening:list") + "?outcome=possible"
    return [Item(_("Possible matches with a sanctions list"), url, count=count, tone="blocked")] if count else []


def destinations(user: Any) -> Iterable[Destination]:
    """None: screening is reached from the organisation."""
    return []
