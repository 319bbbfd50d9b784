"""Pages of openings: the template, bringing a workbook, its preview, and what a second person decides."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from trustfund import acting, pages
from trustfund.audit.recording import trail_for
from trustfund.files import serving
from trustfund.files.kinds import Kind
from trustfund.ledger import chart
from trustfund.ledger.readers import readers
from trustfund.lists import Column, listing
from trustfund.money import total
from trustfund.opening import actions, forms, permissions, planning, workbook
from trustfund.opening.models import Opening
from trustfund.workflow import possibilities

COLUMNS = [
    Column("number", gettext_lazy("Number"), str, sort="pk", url=Opening.get_absolute_url),
    Column("on", gettext_lazy("Last audited day"), "audited_on", kind="date", sort="audited_on"),
    Column("by", gettext_lazy("Brought by"), "staged_by.name", sort="staged_by__name"),
    Column("at", gettext_lazy("Brought on"), "staged_at", kind="datetime", sort="staged_at"),
    Column("approved", gettext_lazy("Approved by"), "approved_by.name", sort="approved_by__name"),
    Column("state", gettext_lazy("State"), lambda opening: opening, kind="state", sort="state"),
]
PREVIEWED = 200
"""So many lines of an entry are shown on the page; the workbook has them all."""


@readers
@require_GET
def index(request: HttpRequest) -> HttpResponseBase:
    """All openings."""
    return listing(
        request,
        Opening.objects.visible_to(request.user).select_related("staged_by", "approved_by"),
        title=_("Opening of an existing fund"),
        columns=COLUMNS,
        sort="-number",
        empty={"text": _("No fund was taken over. A fund that existed before brings its last audited balances and its history here.")},
        template="opening/index.html",
        context={"can_stage": permissions.can_stage(request.user)},
    )


@readers
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in."""
    return serving.download(workbook.template(), "opening.xlsx", Kind.XLSX)


@readers
def stage(request: HttpRequest) -> HttpResponseBase:
    """Bring a workbook."""
    if not permissions.can_stage(request.user):
        raise PermissionDenied
    form = forms.StageForm(request.POST, request.FILES) if request.method == "POST" else forms.StageForm()
    made: list[Opening] = []
    if form.is_valid() and pages.attempt(form, lambda: made.append(_staged(form, request.user))):
        return pages.done(request, _("The workbook is in order. Another person approves it; then it is posted."), made[0])
    return render(request, "opening/stage.html", {"form": form, "sheets": workbook.SHEETS}, status=422 if form.is_bound else 200)


def _staged(form: forms.StageForm, user: Any) -> Opening:
    return actions.stage(form.cleaned_data["file"].name, form.content(), audited_on=form.cleaned_data["audited_on"], by=user)


def _opening(request: HttpRequest, pk: int) -> Opening:
    return get_object_or_404(Opening.objects.visible_to(request.user).select_related("file", "staged_by", "approved_by"), pk=pk)


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One opening: its totals, the entries as they will be or were posted, what happened."""
    opening = _opening(request, pk)
    plan = actions.plan_of(opening)
    entries = [_preview(window, planning.lines(plan, window)) for window in planning.windows(plan)] if not plan.problems else []
    context = {
        "opening": opening,
        "entries": entries,
        "counts": _counts(plan),
        "posted": opening.entries(),
        "events": trail_for(opening),
        "can": possibilities(opening, ("approve", "refuse", "undo"), by=request.user),
        "previewed": PREVIEWED,
    }
    return render(request, "opening/detail.html", context)


def _preview(window: str, lines: list[planning.Planned]) -> dict[str, Any]:
    shown = [{"account": f"{each.account} {chart.BY_CODE[each.account].label}", "line": each} for each in lines[:PREVIEWED]]
    debits = total(each.amount for each in lines if each.amount.amount > 0)
    balances = [(f"{code} {chart.BY_CODE[code].label}", amount) for code, amount in planning.totals(lines).items()]
    return {"window": window, "lines": shown, "more": len(lines) - len(shown), "debits": debits, "balances": balances}


def _counts(plan: Any) -> list[tuple[str, Any]]:
    return [
        (_("Subaccounts to open"), len(plan.subaccounts)),
        (_("Contributions with history"), len(plan.instalments)),
        (_("Received from the beginning"), total(row["received"] for row in plan.instalments)),
        (_("Grants with history"), len(plan.grants)),
        (_("Paid to grants"), total(row["paid"] for row in plan.grants)),
        (_("Accepted of it"), total(row["accepted"] for row in plan.grants)),
    ]


@login_required
@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The workbook as it was brought."""
    return serving.serve(_opening(request, pk).file)


def _facts(opening: Opening) -> list[tuple[str, Any]]:
    about = [(_("Opening"), str(opening)), (_("Last audited day"), opening.audited_on), (_("Brought by"), opening.staged_by.name)]
    return [*about, *_counts(actions.plan_of(opening))]


@login_required
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person approves, and it is posted."""
    opening = _opening(request, pk)
    return acting.page(
        request,
        opening.approve,
        actions.approve,
        title=_("Approve and post this opening"),
        facts=_facts(opening),
        warning=_("One entry is posted for each window. It can be undone only as long as nothing is posted after it."),
        button=_("Approve and post it"),
        done=_("The fund is opened."),
    )


@login_required
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person refuses."""
    opening = _opening(request, pk)
    form = forms.ReasonForm(request.POST or None)
    about: dict[str, Any] = {"facts": _facts(opening), "form": form, "button": _("Refuse it"), "done": _("The opening is refused.")}
    return acting.page(request, opening.refuse, actions.refuse, title=_("Refuse this opening"), **about)


@login_required
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Reverse it, as long as nothing followed."""
    opening = _opening(request, pk)
    return acting.page(
        request,
        opening.undo,
        actions.undo,
        title=_("Undo this opening"),
        facts=_facts(opening),
        form=forms.ReasonForm(request.POST or None),
        warning=_("Its entries are reversed and its funding is handed back. Subaccounts stay."),
        button=_("Undo it"),
        done=_("The opening is undone."),
        tone="blocked",
    )
