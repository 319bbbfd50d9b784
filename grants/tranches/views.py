"""The pages of tranches: the calendar of a grant with each gate, and one page per act."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from grants.agreements import permissions as agreements
from grants.agreements.models import Grant
from grants.tranches import actions, acts, forms, gates
from grants.tranches.models import State, Tranche
from trustfund import acting, clock, pages
from trustfund.audit.recording import trail_for
from trustfund.lists import Column, Filter, listing
from trustfund.ui.formatting import day_text

COLUMNS = [
    Column("grant", gettext_lazy("Grant"), "grant.reference", sort="grant__reference", url=Tranche.get_absolute_url),
    Column("number", gettext_lazy("Tranche"), "number", kind="number", sort="number"),
    Column("organisation", gettext_lazy("NGO"), "grant.organisation.name", sort="grant__organisation__name"),
    Column("due", gettext_lazy("From"), "due_on", kind="date", sort="due_on"),
    Column("amount", gettext_lazy("Amount (USD)"), "amount", kind="money", sort="amount", total="amount"),
    Column("state", gettext_lazy("State"), lambda tranche: tranche, kind="state", sort="state"),
]


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The tranches of every grant one may see."""
    found = Tranche.objects.visible_to(request.user).select_related("grant__organisation")
    return listing(
        request,
        found,
        title=_("Tranches"),
        columns=COLUMNS,
        search=["grant__reference", "grant__title", "grant__organisation__name"],
        filters=[Filter("state", _("State"), State.choices, "state")],
        sort="due",
        empty={"text": _("No tranches yet. They are laid out when an agreement comes into force.")},
    )


@login_required
@require_GET
def of_grant(request: HttpRequest, grant_pk: int) -> HttpResponse:
    """A grant's calendar of tranches, each unpaid one with its gates."""
    found = Grant.objects.visible_to(request.user).select_related("organisation", "reservation")
    grant = get_object_or_404(found, pk=grant_pk)
    facts = gates.facts_of(grant, clock.today())
    rows = [(tranche, _gates(tranche, facts)) for tranche in grant.tranches.order_by("number")]
    context = {"grant": grant, "rows": rows, "position": facts.position, "reserved": facts.reserved}
    return render(request, "grants/tranches/of_grant.html", context)


def _gates(tranche: Tranche, facts: gates.Facts) -> list[gates.Gate]:
    return [] if tranche.is_paid or tranche.state == State.CANCELLED else gates.gates_from(tranche, facts)


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One tranche: its gates, what can be done, what happened."""
    tranche = _tranche(request, pk)
    shown = _gates(tranche, gates.facts_of(tranche.grant, clock.today()))
    context = {
        "tranche": tranche,
        "grant": tranche.grant,
        "tab_of": reverse("tranches:of_grant", args=[tranche.grant_id]),
        "gates": shown,
        "acts": acts.acts_of(tranche, request.user),
        "sees_staff": agreements.sees_all(request.user),
        "events": trail_for(tranche) if agreements.sees_all(request.user) else [],
    }
    return render(request, "grants/tranches/detail.html", context)


@login_required
def request_(request: HttpRequest, pk: int) -> HttpResponse:
    """The NGO asks for it."""
    tranche = _tranche(request, pk)
    return acting.page(
        request,
        tranche.request,
        actions.request,
        title=_("Request tranche %(number)s") % {"number": tranche.number},
        facts=_about(tranche),
        form=forms.RequestForm(request.POST or None, initial={"needs": tranche.needs}),
        button=_("Request the tranche"),
        done=_("The tranche is requested. You are told when it is paid."),
    )


@login_required
def ready(request: HttpRequest, pk: int) -> HttpResponse:
    """A programme officer accepts the request."""
    tranche = _tranche(request, pk)
    return acting.page(
        request,
        tranche.make_ready,
        actions.make_ready,
        title=_("Accept the request for tranche %(number)s") % {"number": tranche.number},
        facts=[*_about(tranche), (_("Needed for"), tranche.needs)],
        button=_("Accept the request"),
        done=_("The tranche is ready: finance can certify its payment."),
    )


@login_required
def return_(request: HttpRequest, pk: int) -> HttpResponse:
    """A programme officer says what is missing."""
    tranche = _tranche(request, pk)
    return acting.page(
        request,
        tranche.send_back,
        actions.send_back,
        title=_("Return the request for tranche %(number)s") % {"number": tranche.number},
        facts=[*_about(tranche), (_("Needed for"), tranche.needs)],
        form=forms.ReturnForm(request.POST or None),
        button=_("Return to the NGO"),
        done=_("The request is returned. The NGO has been told."),
    )


@login_required
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The NGO confirms that the money arrived."""
    tranche = _tranche(request, pk)
    return acting.page(
        request,
        tranche.confirm_receipt,
        actions.confirm_receipt,
        title=_("Confirm that tranche %(number)s arrived") % {"number": tranche.number},
        facts=_about(tranche),
        form=forms.ReceiptForm(request.POST or None),
        button=_("Confirm the receipt"),
        done=_("Thank you: the receipt is confirmed."),
    )


def _tranche(request: HttpRequest, pk: int) -> Tranche:
    related = ("grant__organisation", "grant__reservation", "requested_by", "accepted_by", "confirmed_by")
    return get_object_or_404(Tranche.objects.visible_to(request.user).select_related(*related), pk=pk)


def _about(tranche: Tranche) -> pages.Facts:
    """For whom, how much and from when: what stands first on the page of every act."""
    grant = tranche.grant
    return [
        (_("Grant"), f"{grant.reference} {grant.title}"),
        (_("NGO"), grant.organisation.name),
        (_("Amount"), tranche.amount),
        (_("From"), day_text(tranche.due_on)),
    ]
