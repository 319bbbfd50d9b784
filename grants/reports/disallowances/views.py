"""The pages of a disallowance: proposed from its report, shown to both sides, decided by a second person."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from grants.reports import permissions as reports
from grants.reports import standing
from grants.reports.disallowances import actions, forms, permissions
from grants.reports.disallowances.models import Disallowance
from grants.reports.models import Report
from trustfund import acting, clock, pages
from trustfund.audit.recording import trail_for
from trustfund.files.serving import serve
from trustfund.people.roles import Role, holds
from trustfund.people.sessions import fresh_sign_in
from trustfund.ui.formatting import money_text
from trustfund.workflow import possibilities


@login_required
def propose(request: HttpRequest, report_pk: int) -> HttpResponse:
    """Finance or programme says what of an accepted report is not in order, line by line."""
    report = get_object_or_404(Report.objects.visible_to(request.user).select_related("grant__organisation"), pk=report_pk)
    actions.may_propose(report, request.user)
    form = forms.ProposalForm(request.POST or None, request.FILES or None, report=report)
    made: list[Disallowance] = []
    if form.is_valid() and pages.attempt(form, lambda: made.append(_propose(report, form, request.user))):
        return pages.done(request, _("It is proposed. An approving officer decides."), made[0])
    context = {"report": report, "grant": report.grant, "form": form}
    return render(request, "grants/reports/disallowances/propose.html", context, status=422 if form.is_bound else 200)


def _propose(report: Report, form: forms.ProposalForm, by: Any) -> Disallowance:
    return actions.propose(report, by=by, lines=form.lines(), document=form.cleaned_data["document"])


def _disallowance(request: HttpRequest, pk: int) -> Disallowance:
    related = ("report__grant__organisation", "proposed_by", "decided_by", "document", "entry")
    return get_object_or_404(Disallowance.objects.visible_to(request.user).select_related(*related), pk=pk)


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is disallowed and why, and what there is to do about it."""
    found, user = _disallowance(request, pk), request.user
    grant, sees_all = found.report.grant, reports.sees_all(user)
    due = standing.position(grant, clock.today()).refund_due
    context = {
        "disallowance": found,
        "report": found.report,
        "grant": grant,
        "lines": found.lines.select_related("budget_line"),
        "due": due,
        "sees_staff": sees_all,
        "reads_document": found.document is not None and permissions.can_read_document(found, user),
        "can": possibilities(found, ("approve", "refuse", "withdraw"), by=user),
        "can_refund": bool(due) and found.state == Disallowance.State.APPROVED and grant.state != "closed" and holds(user, Role.FINANCE),
        "events": trail_for(found).select_related("actor") if sees_all else [],
    }
    return render(request, "grants/reports/disallowances/detail.html", context)


@login_required
@require_GET
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What it rests on."""
    found = _disallowance(request, pk)
    if not permissions.can_read_document(found, request.user):
        raise PermissionDenied
    if found.document is None:
        raise Http404
    return serve(found.document)


@fresh_sign_in
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    found = _disallowance(request, pk)
    return acting.page(
        request,
        found.approve,
        actions.approve,
        title=_("Disallow this expenditure"),
        facts=[*_about(found), *_reasons(found)],
        warning=_("It is posted at once: the NGO owes it to the Fund, and is told so."),
        button=_("Disallow it"),
        done=_("The expenditure is disallowed and posted. The NGO was told."),
    )


@login_required
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    found = _disallowance(request, pk)
    return acting.page(
        request,
        found.refuse,
        actions.refuse,
        title=_("Leave this expenditure accepted"),
        facts=_about(found),
        form=forms.RefusalForm(request.POST or None),
        button=_("It stays accepted"),
        done=_("The expenditure stays accepted. Who proposed it was told."),
    )


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    found = _disallowance(request, pk)
    return acting.page(
        request,
        found.withdraw,
        actions.withdraw,
        title=_("Withdraw this proposal"),
        facts=_about(found),
        button=_("Withdraw it"),
        done=_("The proposal is withdrawn."),
    )


def _reasons(found: Disallowance) -> list[tuple[str, Any]]:
    return [(str(line.budget_line), f"{money_text(line.amount)}: {line.reason}") for line in found.lines.select_related("budget_line")]


def _about(found: Disallowance) -> list[tuple[str, Any]]:
    return [
        (_("Report"), found.report),
        (_("NGO"), found.report.grant.organisation.name),
        (_("Disallowed"), found.amount),
        (_("Proposed by"), str(found.proposed_by)),
    ]
