"""Pages of prepared vouchers: the events that finance may start, and one page on which an event is worked out and kept."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from trustfund import pages
from trustfund.ledger import chart
from trustfund.ledger.models import GENERAL, FundWindow
from trustfund.vouchers import actions, forms, permissions, preparing, rules
from trustfund.vouchers.models import Voucher
from trustfund.vouchers.prepared.event import Event, Inputs, Proposal
from trustfund.vouchers.prepared.registry import EVENTS, GROUPS
from trustfund.workflow import require


@login_required
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """What the system can work out from the books."""
    if not permissions.can_make(request.user):
        raise PermissionDenied
    return render(request, "vouchers/events.html", {"groups": GROUPS})


@login_required
def prepare(request: HttpRequest, name: str) -> HttpResponse:
    """Work an event out, and keep it as a voucher."""
    event = EVENTS.get(name)
    if event is None:
        raise Http404
    if not permissions.can_make(request.user):
        raise PermissionDenied
    return _page(request, event, None, {"narrative": event.narrative})


@login_required
def prepare_anew(request: HttpRequest, pk: int) -> HttpResponse:
    """Work it out again, with what was entered or something else."""
    voucher = get_object_or_404(Voucher.objects.visible_to(request.user).select_related("maker", "reverses"), pk=pk)
    require(voucher.prepare, by=request.user)
    return _page(request, EVENTS[voucher.event], voucher, {**preparing.inputs_of(voucher), "narrative": voucher.narrative})


def _page(request: HttpRequest, event: Event, voucher: Voucher | None, initial: Inputs) -> HttpResponse:
    """Inputs, and under them what comes of them: nothing is kept before it was asked for."""
    sent = request.POST if request.method == "POST" else None
    form, about = event.form(sent, initial=initial), forms.NarrativeForm(sent, initial=initial)
    worked = None
    if request.method == "POST" and form.is_valid() & about.is_valid():
        worked = _worked_out(event, form)
        if worked is not None and form.is_valid() and "save" in request.POST:
            saved = _saved(request, event, voucher, form, about.cleaned_data["narrative"])
            if saved is not None:
                return pages.done(request, _("The voucher is saved. Read it again, attach what it rests on, then submit it."), saved)
    refused = request.method == "POST" and (bool(form.errors) or bool(about.errors))
    context = {"event": event, "voucher": voucher, "form": form, "about": about, **shown(worked)}
    return render(request, "vouchers/prepare.html", context, status=422 if refused else 200)


def _worked_out(event: Event, form: Any) -> Proposal | None:
    """What comes of it; what stands against it is said beside its field."""
    try:
        worked = preparing.worked_out(event, form.cleaned_data).proposal
    except ValidationError as error:
        form.add_error(None, error.messages)
        return None
    for problem in preparing.limits_of(event, form.cleaned_data):
        form.add_error(problem.field if problem.field in form.fields else None, problem.text)
    return worked


def _saved(request: HttpRequest, event: Event, voucher: Voucher | None, form: Any, narrative: str) -> Voucher | None:
    about: dict[str, Any] = {"by": request.user, "narrative": narrative}
    try:
        if voucher is None:
            return actions.prepare(event, form.cleaned_data, **about)
        return actions.prepare_anew(voucher, form.cleaned_data, **about)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return None


def shown(worked: Proposal | None) -> dict[str, Any]:
    """What the page shows of a proposal: its workings, its lines with the names of their accounts, the sums."""
    if worked is None:
        return {}
    names = dict(FundWindow.objects.values_list("pk", "name"))
    lines = [{"row": row, "label": chart.BY_CODE[row.account].label, "window": names.get(row.window, row.window)} for row in worked.rows]
    windows = any(row.window not in ("", GENERAL) for row in worked.rows)
    return {"workings": worked.workings, "lines": lines, "sums": rules.sums(worked.rows), "windows": windows}
