"""Pages about pledges: the lists, one pledge, and each act on it. A donor's contact reads their own."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donors.pledges import actions, permissions
from donors.pledges.forms import AnnounceForm, DayForm, KeepForm, ReduceForm, SignForm
from donors.pledges.models import SOON, Amendment, Consent, Instalment, Pledge
from trustfund import acting, clock, pages
from trustfund.audit.recording import trail_for
from trustfund.files.serving import serve
from trustfund.files.storing import store
from trustfund.ledger.models import Entry
from trustfund.lists import Column, Filter, listing
from trustfund.workflow import possible

COLUMNS = [
    Column("reference", gettext_lazy("Reference"), "reference", sort="pk", url=Pledge.get_absolute_url),
    Column("donor", gettext_lazy("Donor"), "donor.name", sort="donor__name"),
    Column("announced", gettext_lazy("Announced"), "announced_on", kind="date", sort="announced_on"),
    Column("signed", gettext_lazy("Signed"), "signed_on", kind="date", sort="signed_on"),
    Column("currency", gettext_lazy("Currency"), "currency", sort="currency"),
    Column("amount", gettext_lazy("Amount"), "amount", kind="money", sort="amount_minor"),
    Column("earmark", gettext_lazy("Earmarked for"), "earmark.name"),
    Column("state", gettext_lazy("State"), lambda pledge: pledge, kind="state", sort="state"),
]
DUE_COLUMNS = [
    Column("due", gettext_lazy("Due on"), "due_on", kind="date", sort="due_on", url=lambda row: row.pledge.get_absolute_url()),
    Column("pledge", gettext_lazy("Agreement"), "pledge.reference", sort="pledge__reference"),
    Column("number", gettext_lazy("Instalment"), "number", kind="number"),
    Column("donor", gettext_lazy("Donor"), "pledge.donor.name", sort="pledge__donor__name"),
    Column("currency", gettext_lazy("Currency"), "pledge.currency", sort="pledge__currency"),
    Column("amount", gettext_lazy("Amount"), "amount", kind="money", sort="amount_minor"),
    Column("outstanding", gettext_lazy("Outstanding"), "outstanding", kind="money"),
    Column("state", gettext_lazy("State"), lambda row: row, kind="state", sort="state"),
]


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """All pledges and agreements."""
    return listing(
        request,
        Pledge.objects.visible_to(request.user).select_related("donor", "earmark"),
        title=_("Pledges and agreements"),
        columns=COLUMNS,
        search=["reference", "donor__name"],
        filters=[Filter("state", _("State"), Pledge.State.choices, "state")],
        sort="-announced",
        empty={"text": _("No pledge is recorded here yet.")},
        template="donors/pledges/index.html",
        context={"can_announce": permissions.can_announce(None, request.user)},
    )


@login_required
def instalments(request: HttpRequest) -> HttpResponse:
    """Every instalment by its due date: what is expected, what is overdue."""
    return listing(
        request,
        Instalment.objects.visible_to(request.user).with_received().select_related("pledge__donor"),
        title=_("Instalments"),
        columns=DUE_COLUMNS,
        search=["pledge__reference", "pledge__donor__name"],
        filters=[
            Filter("due", _("Due"), [("overdue", _("Overdue")), ("soon", _("Overdue or within 30 days"))], _due),
            Filter("state", _("State"), Instalment.State.choices, "state"),
        ],
        sort="due",
        empty={"text": _("No instalment is expected.")},
        template="donors/pledges/instalments.html",
        context={"can_close": permissions.can_book_closing(request.user)},
    )


def _due(queryset: Any, value: str) -> Any:
    """Instalments in the books that are overdue, or due soon as well."""
    return queryset.due(clock.today() - timedelta(days=1) if value == "overdue" else clock.today() + SOON)


@login_required
def bring_current(request: HttpRequest) -> HttpResponse:
    """At a closing: receivables that have come within twelve months become current."""
    if not permissions.can_book_closing(request.user):
        raise PermissionDenied
    return pages.confirm(
        request,
        title=_("Make receivables current"),
        facts=[(_("Entry"), _("Dr 1100 / Cr 1110, for each instalment due within twelve months of the day"))],
        form=DayForm(request.POST or None, label=_("Day of the closing")),
        button=_("Post the entries"),
        do=lambda data: actions.bring_current(by=request.user, on=data["on"]),
        back=reverse("pledges:instalments"),
        done=_("What has come within twelve months is current."),
    )


@login_required
def announce(request: HttpRequest) -> HttpResponse:
    """Record an announced pledge."""
    if not permissions.can_announce(None, request.user):
        raise PermissionDenied
    form = AnnounceForm(request.POST or None, initial={"donor": request.GET.get("donor")})
    made: list[Pledge] = []
    if form.is_valid() and pages.attempt(
        form, lambda: made.append(actions.announce(form.cleaned_data["donor"], by=request.user, **form.terms()))
    ):
        return pages.done(request, _("The pledge is recorded."), made[0])
    return render(request, "donors/pledges/announce.html", {"form": form}, status=422 if form.is_bound else 200)


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One pledge: its terms, its instalments, what waits and for whom, and what happened."""
    pledge = _pledge(request, pk)
    rows = list(pledge.instalments.with_received().select_related("subaccount").prefetch_related("contributions"))
    for row in rows:
        row.pledge = pledge
    context = {
        "pledge": pledge,
        "instalments": rows,
        "amendments": Amendment.objects.filter(instalment__pledge=pledge).select_related("instalment__pledge", "document"),
        "events": trail_for(pledge) if permissions.sees_all(request.user) else None,
        "entries": Entry.objects.visible_to(request.user).filter(object_type=pledge._meta.label_lower, object_id=str(pk)).order_by("pk"),
        "can": _acts(pledge, request.user),
    }
    return render(request, "donors/pledges/detail.html", context)


def _acts(pledge: Pledge, user: Any) -> dict[str, bool]:
    """Which acts are open to the reader now."""
    owed = pledge.state in (Pledge.State.BOOKED, Pledge.State.PARTLY_PAID)
    return {
        "sign": possible(pledge.sign, by=user),
        "book": possible(pledge.book, by=user),
        "lapse": possible(pledge.lapse, by=user),
        "meet_condition": pledge.waits_for_condition and possible(pledge.meet_condition, by=user),
        "keep": possible(pledge.keep, by=user),
        "reduce": owed and permissions.can_reduce(pledge, user),
        "receive": owed and permissions.can_receive(pledge, user),
    }


@login_required
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the signed agreement with its document."""
    pledge = _pledge(request, pk)
    return acting.page(
        request,
        pledge.sign,
        _sign,
        title=_("Record the signed agreement"),
        facts=_facts(pledge),
        form=SignForm(request.POST or None, request.FILES or None),
        warning=_("Finance then books it. Its terms can't change afterwards: if they differ from what was signed, let this pledge lapse."),
        button=_("Record it as signed"),
        done=_("The agreement is recorded. Finance books it now."),
    )


def _sign(pledge: Pledge, *, by: Any, on: date, document: Any) -> None:
    actions.sign(pledge, by=by, on=on, document=store(document, by=by))


@login_required
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a signed agreement into the books."""
    pledge = _pledge(request, pk)
    return acting.page(
        request,
        pledge.book,
        actions.book,
        title=_("Book the agreement"),
        facts=_facts(pledge),
        form=DayForm(request.POST or None, day=pledge.signed_on, label=_("Date of the entries")),
        warning=_("A receivable and revenue for each instalment, at the rate of this day; a conditional one stays in the memo accounts."),
        button=_("Book it"),
        done=_("The agreement is in the books."),
    )


@login_required
def meet_condition(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the condition is met."""
    pledge = _pledge(request, pk)
    return acting.page(
        request,
        pledge.meet_condition,
        actions.meet_condition,
        title=_("The condition is met"),
        facts=_facts(pledge),
        form=DayForm(request.POST or None, label=_("Met on")),
        warning=_("What was received becomes revenue, what is still to come a receivable. This can't be undone."),
        button=_("The condition is met"),
        done=_("The condition is met; the books follow."),
    )


@login_required
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the donor's consent that money left after the end is kept."""
    pledge = _pledge(request, pk)
    return acting.page(
        request,
        pledge.keep,
        _keep,
        title=_("The donor lets the Fund keep what is left"),
        facts=[*_facts(pledge), (_("To be spent by"), pledge.expires_on)],
        form=KeepForm(request.POST or None, request.FILES or None),
        warning=_("It can be used after its end from now on; what was due to the donor because it came back is the Fund’s again."),
        button=_("Record the consent"),
        done=_("The consent is recorded."),
    )


def _keep(pledge: Pledge, *, by: Any, document: Any, **consented: Any) -> None:
    actions.keep(pledge, by=by, document=store(document, by=by), **consented)


@login_required
def consent_document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The document of a consent."""
    pledges = Pledge.objects.visible_to(request.user)
    return serve(get_object_or_404(Consent.objects.filter(pledge__in=pledges).select_related("document"), pledge=pk).document)


@login_required
def lapse(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up a pledge that is not in the books."""
    pledge = _pledge(request, pk)
    return acting.page(
        request,
        pledge.lapse,
        actions.lapse,
        title=_("Let the pledge lapse"),
        facts=_facts(pledge),
        form=DayForm(request.POST or None),
        warning=_("The pledge is no longer expected. This can't be undone; what is pledged anew is recorded anew."),
        button=_("Let it lapse"),
        done=_("The pledge has lapsed."),
        tone="blocked",
    )


@login_required
def reduce(request: HttpRequest, pk: int) -> HttpResponse:
    """Reduce what is owed on an instalment."""
    instalment = get_object_or_404(Instalment.objects.visible_to(request.user).select_related("pledge__donor", "subaccount"), pk=pk)
    return acting.page(
        request,
        instalment.reduce,
        _reduce,
        title=_("Reduce what is owed"),
        facts=[*_facts(instalment.pledge), (_("Instalment"), str(instalment)), (_("Outstanding"), instalment.outstanding)],
        form=ReduceForm(request.POST or None, request.FILES or None, instalment=instalment),
        warning=_("The receivable becomes less, and so does the year's revenue. This can't be undone."),
        button=_("Reduce it"),
        back=instalment.pledge.get_absolute_url(),
        done=_("The agreement is reduced."),
        tone="blocked",
    )


def _reduce(instalment: Instalment, *, by: Any, document: Any, **agreed: Any) -> None:
    actions.reduce(instalment, by=by, document=store(document, by=by), **agreed)


@login_required
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The signed agreement."""
    pledge = _pledge(request, pk)
    if pledge.document is None:
        raise Http404
    return serve(pledge.document)


@login_required
def amendment_document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The document of a reduction."""
    pledges = Pledge.objects.visible_to(request.user)
    amendment = get_object_or_404(Amendment.objects.filter(instalment__pledge__in=pledges).select_related("document"), pk=pk)
    return serve(amendment.document)


def _pledge(request: HttpRequest, pk: int) -> Pledge:
    found = Pledge.objects.visible_to(request.user).select_related("donor", "earmark", "document", "subaccount", "consent")
    return get_object_or_404(found, pk=pk)


def _facts(pledge: Pledge) -> list[tuple[str, Any]]:
    return [(_("Donor"), pledge.donor.name), (_("Agreement"), pledge.reference), (_("Amount"), pledge.amount)]
