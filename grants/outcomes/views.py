"""The grids of a report's outcomes, and the indicators of a grant."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from grants.agreements.models import Grant
from grants.outcomes import actions, forms, grid, permissions
from grants.outcomes.models import Indicator, OutcomeSheet
from grants.typology import Sex
from trustfund import pages


def _sheet(request: HttpRequest, pk: int) -> OutcomeSheet:
    found = OutcomeSheet.objects.visible_to(request.user).select_related("grant__organisation").prefetch_related("counts")
    return get_object_or_404(found, pk=pk)


@login_required
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The four tables and the indicators of one period, with what does not add up."""
    shown = _sheet(request, pk)
    saved = shown.as_mapping()
    tables = [{"table": table, "rows": _rows(saved, table)} for table in grid.Table]
    context = {"sheet": shown, "tables": tables, "sexes": Sex.choices, "problems": shown.problems(saved)}
    context |= {"persons": grid.persons(saved), "can_fill": permissions.can_fill(shown, request.user) and not shown.frozen}
    return render(request, "grants/outcomes/sheet.html", context)


def _rows(saved: dict[grid.Cell, int], table: grid.Table) -> list[dict[str, object]]:
    rows = [
        {"label": category.label, "numbers": [saved.get((table.value, sex.value, category.value), 0) for sex in Sex]}
        for category in grid.CATEGORIES[table]
    ]
    return [{**row, "sum": sum(row["numbers"])} for row in rows]  # type: ignore[arg-type]


@login_required
def table(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Fill one table."""
    shown = _sheet(request, pk)
    if name not in grid.Table.values:
        raise Http404
    if not permissions.can_fill(shown, request.user):
        raise PermissionDenied
    wanted = grid.Table(name)
    form = forms.TableForm(request.POST or None, sheet=shown, table=wanted)
    if request.method == "POST" and form.is_valid() and pages.attempt(form, lambda: _save(form, request)):
        return pages.done(request, _("“%(table)s” is saved.") % {"table": wanted.label}, reverse("outcomes:sheet", args=[pk]))
    context = {"sheet": shown, "form": form, "table": wanted, "sexes": Sex.choices}
    return render(request, "grants/outcomes/table.html", context, status=422 if form.errors else 200)


def _save(form: forms.TableForm, request: HttpRequest) -> None:
    actions.save_table(form.sheet, form.table, form.counts(), by=request.user, version=form.cleaned_data["version"])


@login_required
def results(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill what the indicators stood at."""
    shown = _sheet(request, pk)
    if not permissions.can_fill(shown, request.user):
        raise PermissionDenied
    form = forms.ResultsForm(request.POST or None, sheet=shown)
    if request.method == "POST" and form.is_valid() and pages.attempt(form, lambda: _save_results(form, shown, request)):
        return pages.done(request, _("The results are saved."), reverse("outcomes:sheet", args=[pk]))
    return render(request, "grants/outcomes/results.html", {"sheet": shown, "form": form}, status=422 if form.errors else 200)


def _save_results(form: forms.ResultsForm, shown: OutcomeSheet, request: HttpRequest) -> None:
    data = form.cleaned_data
    actions.save_results(shown, form.results(), by=request.user, version=data["version"], nobody=data["nobody"])


@login_required
def indicators(request: HttpRequest, grant_pk: int) -> HttpResponse:
    """The programme agrees the indicators of a grant."""
    grant = get_object_or_404(Grant.objects.visible_to(request.user), pk=grant_pk)
    if not permissions.can_set_indicators(grant, request.user):
        raise PermissionDenied
    formset = forms.IndicatorFormSet(request.POST or None, queryset=Indicator.objects.filter(grant=grant))
    if request.method == "POST" and formset.is_valid() and _set(grant, formset, request):
        return pages.done(request, _("The indicators are saved."), grant)
    context = {"grant": grant, "formset": formset}
    return render(request, "grants/outcomes/indicators.html", context, status=422 if request.method == "POST" else 200)


def _set(grant: Grant, formset: forms.IndicatorFormSet, request: HttpRequest) -> bool:
    fields = ("text", "counts_persons", "baseline", "target")
    rows = [{name: form.cleaned_data[name] for name in fields} for form in formset if form.cleaned_data.get("text")]
    return pages.attempt(formset.forms[0], lambda: actions.set_indicators(grant, rows, by=request.user))
