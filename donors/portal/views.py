"""The donor's own pages: what I pledged and gave, and what became of it. Staff who see a donor see the same."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from donors.contributions.models import Contribution
from donors.donors import permissions
from donors.donors.models import Donor
from donors.pledges.models import Pledge
from donors.portal import flow
from donors.portal.following import Followed, follow, rule_in_force
from trustfund import clock

ABOVE = ("subaccount__parent__parent", "instalment__pledge", "receipt")


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """My pledges and contributions, with what became of each. Staff have the lists instead."""
    if permissions.sees_all(request.user):
        return redirect("contributions:index")
    contributions = list(Contribution.objects.visible_to(request.user).select_related(*ABOVE))
    followed = follow([each.subaccount for each in contributions], clock.today())
    context = {
        "donors": Donor.objects.visible_to(request.user),
        "pledges": Pledge.objects.visible_to(request.user),
        "rows": [(each, followed[each.subaccount_id]) for each in contributions],
    }
    return render(request, "donors/portal/index.html", context)


@login_required
def contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """One contribution followed to grants, as a picture and a table, with the rule by which it was used."""
    mine = Contribution.objects.visible_to(request.user).filter(donor__isnull=False)
    found = get_object_or_404(mine.select_related("donor", *ABOVE), pk=pk)
    today = clock.today()
    followed = follow([found.subaccount], today)[found.subaccount_id]
    context = {
        "contribution": found,
        "together": Contribution.objects.filter(subaccount=found.subaccount_id).exclude(pk=pk).select_related("instalment__pledge"),
        "followed": followed,
        "picture": _picture(followed),
        "rule": rule_in_force(today),
        "today": today,
        "sees_all": permissions.sees_all(request.user),
    }
    return render(request, "donors/portal/contribution.html", context)


def _picture(followed: Followed) -> flow.Picture | None:
    """The flow picture of the same figures as the table has."""
    parts = [
        ("paid", _("Paid to grants"), followed.paid),
        ("reserved", _("Reserved for grants"), followed.reserved),
        ("available", _("Available"), followed.available),
        ("psc", _("Programme support"), followed.psc),
        ("reserve", _("Operating reserve"), followed.reserve),
    ]
    uses = [("paid", _("Spent, accepted"), followed.accepted), ("available", _("Not yet reported"), followed.advance)]
    return flow.draw((_("Received"), followed.received), parts, uses)


@login_required
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """A donor's statement on the screen: each contribution and its use, and the sums."""
    donor = get_object_or_404(Donor.objects.visible_to(request.user), pk=pk)
    contributions = donor.contributions.select_related(*ABOVE).order_by("received_on", "pk")
    accounts: dict[int, Any] = {each.subaccount_id: each.subaccount for each in contributions}
    followed = follow(accounts.values(), clock.today())
    rows = [(accounts[key], followed[key]) for key in accounts]
    context = {"donor": donor, "rows": rows, "sums": _sums([each for _account, each in rows]), "today": clock.today()}
    return render(request, "donors/portal/statement.html", {**context, "sees_all": permissions.sees_all(request.user)})


def _sums(rows: list[Followed]) -> Followed:
    """All contributions of the donor together."""
    together = Followed()
    for row in rows:
        together = Followed(
            together.received + row.received,
            together.psc + row.psc,
            together.reserve + row.reserve,
            together.available + row.available,
            together.reserved + row.reserved,
            together.grants + row.grants,
        )
    return together
