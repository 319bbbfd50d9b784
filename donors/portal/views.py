"""The donor's own pages: what I pledged and gave, and what became of it. Staff who see a donor see the same."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from donors.contributions.models import Contribution
from donors.donors import permissions
from donors.donors.models import Donor
from donors.pledges.models import Pledge
from donors.portal import flow
from donors.portal.following import Followed, follow
from trustfund import clock
from trustfund.ledger.funding.headroom import rule_on
from trustfund.ledger.funding.moving import moves_of
from trustfund.statements.books import snapshot
from trustfund.statements.contributions import donor_statement
from trustfund.statements.forms import PeriodForm
from trustfund.statements.shape import Statement
from trustfund.statements.views import FORMATS, page, respond

ABOVE = ("subaccount__parent__parent", "instalment__pledge", "receipt")


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """My pledges and contributions, with what became of each. Staff have the lists instead."""
    if permissions.sees_all(request.user):
        return redirect("contributions:index")
    contributions = list(Contribution.objects.visible_to(request.user).select_related(*ABOVE))
    followed = follow([each.account for each in contributions], clock.today())
    context = {
        "donors": Donor.objects.visible_to(request.user),
        "pledges": Pledge.objects.visible_to(request.user),
        "rows": [(each, followed[each.account.pk]) for each in contributions],
    }
    return render(request, "donors/portal/index.html", context)


@login_required
def contribution(request: HttpRequest, pk: int) -> HttpResponse:
    """One contribution followed to grants, as a picture and a table, with the rule by which it was used."""
    mine = Contribution.objects.visible_to(request.user).filter(state=Contribution.State.RECEIVED)
    found = get_object_or_404(mine.select_related("donor", *ABOVE), pk=pk)
    today = clock.today()
    followed = follow([found.account], today)[found.account.pk]
    context = {
        "contribution": found,
        "together": Contribution.objects.filter(subaccount=found.subaccount_id, state=found.state).exclude(pk=pk),
        "followed": followed,
        "moves": moves_of([found.account]),
        "picture": _picture(followed),
        "rule": rule_on(today),
        "today": today,
        "sees_all": permissions.sees_all(request.user),
    }
    return render(request, "donors/portal/contribution.html", context)


def _picture(followed: Followed) -> flow.Picture | None:
    """The flow picture of the same figures as the table has; of costs and income only what is more is drawn."""
    costs = followed.costs - followed.income
    whole = (_("Received"), followed.received) if costs.minor >= 0 else (_("Received and interest"), followed.received - costs)
    parts = [
        ("paid", _("Paid to grants"), followed.paid),
        ("reserved", _("Reserved for grants"), followed.reserved),
        ("available", _("Available"), followed.available),
        ("psc", _("Programme support"), followed.psc),
        ("reserve", _("Operating reserve"), followed.reserve),
        ("costs", _("The Fund’s own costs"), costs),
    ]
    uses = [("paid", _("Spent, accepted"), followed.accepted), ("available", _("Not yet reported"), followed.advance)]
    return flow.draw(whole, parts, uses)


@login_required
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """A donor's statement as a page: annual and cumulative, with the grants behind it."""
    donor = _donor(request, pk)
    form = PeriodForm(request.GET)
    context = {"donor": donor, "form": form, "sees_all": permissions.sees_all(request.user)}
    if not form.is_valid():
        return render(request, "donors/portal/statement.html", context, status=422)
    with snapshot():
        shown = page(request, _statement(donor, form))
    return render(request, "donors/portal/statement.html", {**context, **shown, "query": request.GET.urlencode()})


@login_required
def download(request: HttpRequest, pk: int, format: str) -> HttpResponse:
    """The same statement as a file; with a head of the ledger in the address always the same bytes."""
    donor = _donor(request, pk)
    form = PeriodForm(request.GET)
    if format not in FORMATS or not form.is_valid():
        raise Http404
    with snapshot():
        return respond(_statement(donor, form), format)


def _donor(request: HttpRequest, pk: int) -> Donor:
    return get_object_or_404(Donor.objects.visible_to(request.user).select_related("subaccount"), pk=pk)


def _statement(donor: Donor, form: PeriodForm) -> Statement:
    return donor_statement(form.books, donor.account, form.since_day, subject=donor.name)
