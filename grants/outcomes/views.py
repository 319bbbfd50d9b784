"""The grids of a report's outcomes, and the indicators of a grant."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_fsm import TransitionNotAllowed

from grants.agreements.models import Grant
from grants.outcomes import actions, forms, grid, permissions
from grants.outcomes.models import OutcomeSheet
from grants.typology import Sex
from trustfund import pages, rows


def _sheet(request: HttpRequest, pk: int) -> OutcomeSheet:
    found = OutcomeSheet.objects.visible_to(request.user).select_related("grant__organisation", "report__grant").prefetch_related("counts")
    return get_object_or_404(found, pk=pk)


@login_required
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The four tables and the indicators of one period, with what does not add up."""
    shown = _sheet(request, pk)
    saved = shown.as_mapping()
    tables = [{"table": table, "rows": _rows(saved, table)} for table in grid.Table]
    context = {"sheet": shown, "tables": tables, "sexes": Sex.choices, "problems": shown.problems(saved)}
    context |= {"results": shown.results.select_related("indicator")}
    context |= {"persons": grid.persons(saved), "can_fill": permissions.can_fill(shown, request.user) and not shown.frozen}
    return render(request, "grants/outcomes/sheet.html", context)


def _rows(saved: dict[grid.Cell, int], table: grid.Table) -> list[dict[str, object]]:
    rows = [
        {"label": category.label, "numbers": [saved.get((table.value, sex.value, category.value), 0) for sex in Sex]}
        for category in grid.CATEGORIES[table]
    ]
    return [{**row, "sum": sum(row["numbers"])} for row in rows]  # type: ignore[arg-type]


def _to_fill(request: HttpRequest, pk: int) -> OutcomeSheet:
    """A sheet to write in: who may not is refused (403); the page of one that is with the Fund is out of order (409)."""
    shown = _sheet(request, pk)
    if not permissions.can_fill(shown, request.user):
        raise PermissionDenied
    if shown.frozen and request.method != "POST":
        raise TransitionNotAllowed("the numbers are with the Fund")
    return shown


@login_required
def table(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Fill one table."""
    if name not in grid.Table.values:
        raise Http404
    shown = _to_fill(request, pk)
    form = forms.TableForm(request.POST or None, sheet=shown, table=grid.Table(name))
    if request.method == "POST" and form.is_valid() and pages.attempt(form, lambda: _save_table(form, shown, request)):
        return pages.done(request, _("The table is saved."), reverse("outcomes:sheet", args=[pk]))
    theirs = _stale(form, shown, request) and form.differing(shown.as_mapping())
    context = {"sheet": shown, "form": form, "table": form.table, "sexes": Sex.choices, "theirs": theirs or []}
    return render(request, "grants/outcomes/table.html", context, status=422 if request.method == "POST" else 200)


def _stale(form: Any, shown: OutcomeSheet, request: HttpRequest) -> bool:
    """Whether a colleague was faster; then the page goes on from what stands now, with what was typed."""
    stale = form.is_bound and form.has_error(NON_FIELD_ERRORS) and form.cleaned_data.get("version") != shown.version
    if stale:
        form.data = {**request.POST.dict(), "version": str(shown.version)}
    return bool(stale)


def _save_table(form: forms.TableForm, shown: OutcomeSheet, request: HttpRequest) -> None:
    actions.save_table(shown, form.table, form.counts(), by=request.user, version=form.cleaned_data["version"])


@login_required
def results(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill what the indicators stood at, or say that nobody was helped."""
    shown = _to_fill(request, pk)
    form = forms.ResultsForm(request.POST or None, sheet=shown)
    if request.method == "POST" and form.is_valid() and pages.attempt(form, lambda: _save_results(form, shown, request)):
        return pages.done(request, _("The results are saved."), reverse("outcomes:sheet", args=[pk]))
    theirs = _stale(form, shown, request) and form.differing()
    context = {"sheet": shown, "form": form, "theirs": theirs or []}
    return render(request, "grants/outcomes/results.html", context, status=422 if request.method == "POST" else 200)


def _save_results(form: forms.ResultsForm, shown: OutcomeSheet, request: HttpRequest) -> None:
    data = form.cleaned_data
    actions.save_results(shown, form.results(), by=request.user, version=data["version"], nobody=data["nobody"])


FIELDS = ("text", "counts_persons", "baseline", "target")


@login_required
def indicators(request: HttpRequest, grant_pk: int) -> HttpResponse:
    """The programme agrees the indicators of a grant."""
    grant = get_object_or_404(Grant.objects.visible_to(request.user), pk=grant_pk)
    if not permissions.can_set_indicators(grant, request.user):
        raise PermissionDenied
    stored = [{name: getattr(each, name) for name in FIELDS} for each in grant.indicators.all()]
    formset = rows.formset(request, forms.IndicatorForm, stored, spare=3)
    if request.method == "POST" and not rows.adds(request) and formset.is_valid() and _set(grant, formset, request):
        return pages.done(request, _("The indicators are saved."), reverse("reports:of_grant", args=[grant.pk]))
    status = 422 if request.method == "POST" and not rows.adds(request) else 200
    return render(request, "grants/outcomes/indicators.html", {"grant": grant, "formset": formset}, status=status)


def _set(grant: Grant, formset: rows.Rows, request: HttpRequest) -> bool:
    try:
        actions.set_indicators(grant, formset.rows(), by=request.user)
    except ValidationError as error:
        formset.refuse(error)
        return False
    return True
