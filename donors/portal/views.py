"""The donor's own pages."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from donors.contributions.models import Contribution
from donors.donors.models import Donor
from donors.pledges.models import Pledge


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """My pledges and contributions."""
    context = {
        "pledges": Pledge.objects.visible_to(request.user),
        "contributions": Contribution.objects.visible_to(request.user).select_related("instalment__pledge"),
    }
    return render(request, "donors/portal/index.html", context)


@login_required
def contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """One contribution followed."""
    found = get_object_or_404(Contribution.objects.visible_to(request.user), pk=pk)
    return render(request, "donors/portal/contribution.html", {"contribution": found})


@login_required
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """The statement of a donor."""
    donor = get_object_or_404(Donor.objects.visible_to(request.user), pk=pk)
    return render(request, "donors/portal/statement.html", {"donor": donor})
