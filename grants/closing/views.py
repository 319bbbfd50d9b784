"""The pages of closing a grant, and the statement of a grant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from grants.agreements import permissions as agreements
from grants.agreements.models import Grant
from grants.closing import actions, forms, permissions, resources
from grants.closing.models import Closure, State
from grants.closing.statement import statement_of
from grants.reports import standing
from grants.reports.disallowances.models import Disallowance
from trustfund import acting, clock, pages
from trustfund.audit.recording import trail_for
from trustfund.files.kinds import Kind
from trustfund.files.serving import download
from trustfund.lists import Column, Filter, listing
from trustfund.people.sessions import fresh_sign_in
from trustfund.workflow import possible

COLUMNS = [
    Column("grant", gettext_lazy("Grant"), "grant.reference", sort="grant__reference", url=Closure.get_absolute_url),
    Column("organisation", gettext_lazy("NGO"), "grant.organisation.name", sort="grant__organisation__name"),
    Column("opened", gettext_lazy("Opened"), "opened_on", kind="date", sort="opened_on"),
    Column("paid", gettext_lazy("Paid (USD)"), "paid", kind="money", sort="paid", total="paid"),
    Column("accepted", gettext_lazy("Accepted (USD)"), "accepted", kind="money", sort="accepted", total="accepted"),
    Column("unspent", gettext_lazy("Unspent (USD)"), "unspent", kind="money"),
    Column("state", gettext_lazy("State"), lambda closure: closure, kind="state", sort="state"),
]


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The closings one may see."""
    found = Closure.objects.visible_to(request.user).select_related("grant__organisation")
    return listing(
        request,
        found,
        title=_("Closings"),
        columns=COLUMNS,
        search=["grant__reference", "grant__title", "grant__organisation__name"],
        filters=[Filter("state", _("State"), State.choices, "state")],
        sort="-opened",
        empty={"text": _("No closings yet. One begins when a final report is accepted.")},
    )


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One closing: what was unspent, what came back, what is still open."""
    closure = _closure(request, pk)
    user = request.user
    context = {
        "closure": closure,
        "grant": closure.grant,
        "position": standing.position(closure.grant, clock.today()),
        "refunds": closure.refunds.select_related("bank", "entry"),
        "open_items": actions.open_items(closure, clock.today()) if closure.state != State.CONFIRMED else [],
        "can_refund": closure.state != State.CONFIRMED and permissions.can_enter_refund(closure, user),
        "can_prepare": possible(closure.prepare, by=user),
        "can_confirm": possible(closure.confirm, by=user),
        "sees_staff": agreements.sees_all(user),
        "events": trail_for(closure) if agreements.sees_all(user) else [],
    }
    return render(request, "grants/closing/detail.html", context)


@login_required
def refund(request: HttpRequest, pk: int) -> HttpResponse:
    """Finance enters what the NGO paid back."""
    closure = _closure(request, pk)
    if not permissions.can_enter_refund(closure, request.user):
        raise PermissionDenied
    return _refunding(request, closure, closure.grant, _about(closure), actions.enter_refund)


@login_required
def repaid(request: HttpRequest, pk: int) -> HttpResponse:
    """Finance enters what the NGO paid back of disallowed expenditure, before its grant is closed."""
    found = get_object_or_404(Disallowance.objects.visible_to(request.user).select_related("report__grant__organisation"), pk=pk)
    grant = found.report.grant
    if not permissions.can_enter_repayment(found, request.user):
        raise PermissionDenied
    about = [(_("Grant"), f"{grant.reference} {grant.title}"), (_("NGO"), grant.organisation.name)]
    return _refunding(request, found, grant, about, actions.enter_repayment)


def _refunding(request: HttpRequest, of: Any, grant: Grant, about: pages.Facts, enter: Callable[..., Any]) -> HttpResponse:
    """The page on which a refund is entered; `of` is the closure or the disallowance on which it is."""
    due = actions.to_pay_back(grant)
    return pages.confirm(
        request,
        title=_("Enter a refund"),
        facts=[*about, (_("Due from the NGO"), due)],
        form=forms.RefundForm(request.POST or None, initial={"amount": due}),
        button=_("Enter the refund"),
        do=lambda data: enter(of, by=request.user, **data),
        back=of.get_absolute_url(),
        done=_("The refund is entered and posted; it returns to the contributions that paid."),
    )


@login_required
def prepare(request: HttpRequest, pk: int) -> HttpResponse:
    """Finance says that nothing is open."""
    closure = _closure(request, pk)
    return acting.page(
        request,
        closure.prepare,
        actions.prepare,
        title=_("Prepare the closing"),
        facts=_about(closure),
        button=_("Nothing is open: prepare"),
        done=_("The closing is prepared. Another person confirms it."),
    )


@fresh_sign_in
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The approving officer closes the grant for good."""
    closure = _closure(request, pk)
    return acting.page(
        request,
        closure.confirm,
        actions.confirm,
        title=_("Close this grant financially"),
        facts=[*_about(closure), (_("Prepared by"), str(closure.prepared_by))],
        button=_("Close the grant"),
        warning=_("This can’t be undone."),
        done=_("The grant is financially closed."),
    )


@login_required
@require_GET
def statement(request: HttpRequest, grant_pk: int) -> HttpResponse:
    """The statement of a grant, until any day, as page, PDF or workbook."""
    grant = get_object_or_404(Grant.objects.visible_to(request.user).select_related("organisation"), pk=grant_pk)
    if not agreements.can_read_statement(grant, request.user):
        raise PermissionDenied
    form = forms.AsOfForm(request.GET if "as_of" in request.GET else None, initial={"as_of": clock.today()})
    on: date = (form.is_valid() and form.cleaned_data["as_of"]) or clock.today()
    found = statement_of(grant, on)
    kind = request.GET.get("format")
    if kind == "pdf":
        return download(resources.pdf(found), f"grant-{grant.reference}-{on}.pdf", Kind.PDF)
    if kind == "xlsx":
        return download(resources.xlsx(found), f"grant-{grant.reference}-{on}.xlsx", Kind.XLSX)
    return render(request, "grants/closing/statement.html", {"grant": grant, "statement": found, "form": form})


def _closure(request: HttpRequest, pk: int) -> Closure:
    related = ("grant__organisation", "grant__reservation", "prepared_by", "confirmed_by")
    return get_object_or_404(Closure.objects.visible_to(request.user).select_related(*related), pk=pk)


def _about(closure: Closure) -> list[tuple[str, object]]:
    grant = closure.grant
    return [
        (_("Grant"), f"{grant.reference} {grant.title}"),
        (_("NGO"), grant.organisation.name),
        (_("Paid"), closure.paid),
        (_("Accepted expenditure"), closure.accepted),
        (_("Unspent"), closure.unspent),
    ]
