"""Pages about sanctions screening, for staff only."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ngos.organisations.models import Organisation
from ngos.screening import actions, permissions
from ngos.screening.forms import ScreeningForm
from ngos.screening.models import Outcome, Screening, latest, latest_clear
from trustfund import clock
from trustfund.lists import Column, Filter, listing
from trustfund.pages import attempt, done

COLUMNS = [
    Column("organisation", gettext_lazy("Organisation"), "organisation.name", sort="organisation__name", url=Screening.get_absolute_url),
    Column("performed", gettext_lazy("Checked on"), "performed_on", kind="date", sort="performed_on"),
    Column("list", gettext_lazy("List"), "list_name", sort="list_name"),
    Column("date", gettext_lazy("Date of the list"), "list_date", kind="date", sort="list_date"),
    Column("by", gettext_lazy("Checked by"), "by.name", sort="by__name"),
    Column("outcome", gettext_lazy("Outcome"), lambda screening: screening, kind="state", sort="outcome"),
]


@login_required
def index(request: HttpRequest) -> HttpResponseBase:
    if not permissions.sees_all(request.user):
        raise Http404
    return listing(
        request,
        Screening.objects.visible_to(request.user).select_related("organisation", "by"),
        title=_("Sanctions screenings"),
        columns=COLUMNS,
        search=["organisation__name", "list_name"],
        filters=[Filter("outcome", _("Outcome"), Outcome.choices, "outcome")],
        sort="-performed",
        empty={"text": _("Nothing has been screened yet.")},
    )


def _organisation(request: HttpRequest, pk: int) -> Organisation:
    """Staff only: for a member even their own organisation's page does not exist here."""
    if not permissions.sees_all(request.user):
        raise Http404
    return get_object_or_404(Organisation, pk=pk)


@login_required
def of(request: HttpRequest, organisation_pk: int) -> HttpResponse:
    organisation = _organisation(request, organisation_pk)
    context = {
        "organisation": organisation,
        "screenings": organisation.screenings.select_related("by"),
        "latest": latest(organisation, clock.today()),
        "clear": latest_clear(organisation, clock.today()),
        "can_screen": permissions.can_screen(organisation, request.user),
        "sees_all": True,
        "tab": "screening",
    }
    return render(request, "ngos/screening/of.html", context)


@login_required
def screen(request: HttpRequest, organisation_pk: int) -> HttpResponse:
    organisation = _organisation(request, organisation_pk)
    if not permissions.can_screen(organisation, request.user):
        raise PermissionDenied
    form = ScreeningForm(request.POST or None)
    if form.is_valid() and attempt(form, lambda: actions.screen(organisation, by=request.user, **form.cleaned_data)):
        return done(request, _("The screening is recorded."), reverse("screening:of", args=[organisation_pk]))
    context = {"form": form, "organisation": organisation}
    return render(request, "ngos/screening/screen.html", context, status=422 if form.is_bound else 200)
