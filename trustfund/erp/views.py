"""Pages about the ERP: the comparison, the mapping, the extracts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from trustfund import acting, clock, pages, rows
from trustfund.audit.recording import trail_for
from trustfund.documents import tables
from trustfund.erp import actions, forms, mapping, permissions, report
from trustfund.erp.models import Extract, ExtractLine, Mapping
from trustfund.erp.reconciliation import reconcile
from trustfund.files import serving
from trustfund.files.kinds import Kind
from trustfund.ledger.forms import DaysForm
from trustfund.ledger.models import Subaccount
from trustfund.ledger.readers import readers
from trustfund.lists import Column, Filter, listing
from trustfund.workflow import possible

OFFERED = 1000
MOST_ROWS = rows.LIMIT - 10
"""So many rows the grid begins with; more grants than that are mapped by a file."""

EXTRACTS = [
    Column("days", gettext_lazy("Days"), str, sort="starts_on", url=Extract.get_absolute_url),
    Column("by", gettext_lazy("Brought by"), "brought_by.name", sort="brought_by__name"),
    Column("at", gettext_lazy("Brought on"), "brought_at", kind="datetime", sort="brought_at"),
    Column("state", gettext_lazy("State"), lambda extract: extract, kind="state", sort="state"),
]
LINES = [
    Column("on", gettext_lazy("Posting date"), "posted_on", kind="date", sort="posted_on"),
    Column("document", gettext_lazy("Document"), "document", sort="document"),
    Column("gl", gettext_lazy("GL account"), "gl", sort="gl"),
    Column("fund", gettext_lazy("Fund"), "fund", sort="fund"),
    Column("text", gettext_lazy("Text"), "text"),
    Column("amount", gettext_lazy("Amount, USD"), "amount", kind="money", sort="amount", total="amount"),
]
HISTORY = [
    Column("kind", gettext_lazy("Kind"), "get_kind_display", sort="kind"),
    Column("code", gettext_lazy("Our code"), "code", sort="code"),
    Column("target", gettext_lazy("The ERP’s code"), lambda row: row.target or "–", sort="target"),
    Column("from", gettext_lazy("Effective on"), "effective_on", kind="date", sort="effective_on"),
    Column("by", gettext_lazy("Entered by"), "entered_by.name", sort="entered_by__name"),
    Column("at", gettext_lazy("Entered"), "entered_at", kind="datetime", sort="entered_at"),
]
MAPPED = [Column(each, each, each) for each in mapping.COLUMNS]
"""The file of the mapping: its columns are named as `mapping.read` wants them."""


# The comparison


@readers
@require_GET
def index(request: HttpRequest) -> HttpResponseBase:
    """The comparison of the books with the extract, on screen or as a file."""
    asked = {"start", "end"} & set(request.GET)
    form = DaysForm(request.GET if asked else None, initial=_offered())
    span = form.cleaned_data if form.is_valid() else _offered() if not asked else None
    found = reconcile(span["start"], span["end"]) if span else None
    export = request.GET.get("export")
    if found and export in ("csv", "xlsx"):
        return tables.response(export, _("Reconciliation with the ERP"), report.COLUMNS, report.rows(found))
    if found and export == "pdf":
        return serving.download(report.pdf(found), f"erp_{found.start.isoformat()}_{found.end.isoformat()}.pdf", Kind.PDF)
    params = f"start={found.start.isoformat()}&end={found.end.isoformat()}" if found else ""
    context = {"form": form, "found": found, "params": params, "can_bring": permissions.can_bring(request.user)}
    return render(request, "erp/index.html", context, status=422 if asked and not form.is_valid() else 200)


def _offered() -> dict[str, date]:
    """The days of the newest extract; without one the month before this one."""
    newest = Extract.objects.filter(state=Extract.State.IN_USE).first()
    if newest is not None:
        return {"start": newest.starts_on, "end": newest.ends_on}
    first = clock.today().replace(day=1)
    end = date.fromordinal(first.toordinal() - 1)
    return {"start": end.replace(day=1), "end": end}


# The mapping


@readers
@require_GET
def mappings(request: HttpRequest) -> HttpResponseBase:
    """What is mapped today, and every word on it from the beginning."""
    today = mapping.table(clock.today())
    if request.GET.get("file") in ("csv", "xlsx"):
        return tables.response(request.GET["file"], "mapping", MAPPED, [each for each in today if each.target])
    return listing(
        request,
        Mapping.objects.visible_to(request.user).select_related("entered_by"),
        title=_("Mapping to the ERP’s codes"),
        columns=HISTORY,
        search=["code", "target"],
        filters=[Filter("kind", _("Kind"), Mapping.Kind.choices, "kind")],
        empty={"text": _("Nothing is mapped yet.")},
        template="erp/mappings.html",
        context={"unmapped": [each for each in today if not each.target], "can_map": permissions.can_map(request.user)},
    )


@readers
def edit(request: HttpRequest) -> HttpResponse:
    """The grid: the ERP's code for each of ours, from a day on."""
    if not permissions.can_map(request.user):
        raise PermissionDenied
    saving = request.method == "POST" and not rows.adds(request)
    form = forms.DayForm(request.POST if request.method == "POST" else None)
    today = [asdict(each) for each in mapping.table(clock.today())][:MOST_ROWS]
    grid = rows.formset(request, forms.RowForm, [{name: each[name] for name in mapping.COLUMNS} for each in today])
    if saving and form.is_valid() & grid.is_valid():
        wanted = [(row["kind"], row["code"], row["target"]) for row in grid.rows()]
        done = _saved(wanted, form, grid.refuse, request.user)
        if done is not None:
            return pages.done(request, done, "erp:mappings")
    grants = Subaccount.objects.filter(kind="grant").order_by("-pk").values_list("code", flat=True)[:OFFERED]
    context = {"form": form, "formset": grid, "grants": grants}
    return render(request, "erp/edit.html", context, status=422 if saving else 200)


def _saved(wanted: list[tuple[str, str, str]], form: forms.DayForm, refuse: Callable[[ValidationError], None], user: Any) -> str | None:
    try:
        number = mapping.save(wanted, effective_on=form.cleaned_data["effective_on"], by=user)
    except ValidationError as error:
        refuse(error)
        return None
    return _("%(number)s mappings were changed.") % {"number": number}


@readers
def take_in(request: HttpRequest) -> HttpResponse:
    """A file of the mapping."""
    if not permissions.can_map(request.user):
        raise PermissionDenied
    form = forms.MappingFileForm(request.POST, request.FILES) if request.method == "POST" else forms.MappingFileForm()
    made: list[int] = []
    if form.is_valid() and pages.attempt(form, lambda: made.append(_from_file(form, request.user))):
        return pages.done(request, _("%(number)s mappings were changed.") % {"number": made[0]}, "erp:mappings")
    return _form(request, form, _("Import a mapping"), "erp:mappings")


def _from_file(form: forms.MappingFileForm, user: Any) -> int:
    wanted = mapping.read(form.cleaned_data["file"].name, form.content())
    return mapping.save(wanted, effective_on=form.cleaned_data["effective_on"], by=user)


def _form(request: HttpRequest, form: Any, title: str, back: str) -> HttpResponse:
    return render(request, "erp/form.html", {"form": form, "title": title, "back": back}, status=422 if form.is_bound else 200)


# Extracts


@readers
@require_GET
def extracts(request: HttpRequest) -> HttpResponseBase:
    """All extracts."""
    return listing(
        request,
        Extract.objects.visible_to(request.user).select_related("brought_by"),
        title=_("Extracts of the ERP"),
        columns=EXTRACTS,
        filters=[Filter("state", _("State"), Extract.State.choices, "state")],
        empty={"text": _("No extract of the ERP was brought yet.")},
        template="erp/extracts.html",
        context={"can_bring": permissions.can_bring(request.user)},
    )


@readers
def bring(request: HttpRequest) -> HttpResponse:
    """Bring an extract."""
    if not permissions.can_bring(request.user):
        raise PermissionDenied
    form = forms.ExtractForm(request.POST, request.FILES) if request.method == "POST" else forms.ExtractForm()
    made: list[Extract] = []
    if form.is_valid() and pages.attempt(form, lambda: made.append(_brought(form, request.user))):
        return pages.done(request, _("The extract is taken in."), made[0])
    return _form(request, form, _("Bring an extract of the ERP"), "erp:extracts")


def _brought(form: forms.ExtractForm, user: Any) -> Extract:
    days = {"starts_on": form.cleaned_data["starts_on"], "ends_on": form.cleaned_data["ends_on"]}
    return actions.bring(form.cleaned_data["file"].name, form.content(), **days, by=user)


@readers
def layout(request: HttpRequest) -> HttpResponse:
    """Say how the extract is laid out."""
    if not permissions.can_bring(request.user):
        raise PermissionDenied
    form = forms.LayoutForm(request.POST if request.method == "POST" else None, initial=asdict(actions.layout()))
    if form.is_valid() and pages.attempt(form, lambda: actions.describe(form.layout(), by=request.user)):
        return pages.done(request, _("The layout is saved."), "erp:extracts")
    return _form(request, form, _("How the extract is laid out"), "erp:extracts")


def _extract(request: HttpRequest, pk: int) -> Extract:
    found: Extract = get_object_or_404(Extract.objects.visible_to(request.user).select_related("file", "brought_by"), pk=pk)
    return found


@login_required
@require_GET
def extract(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One extract with its lines."""
    found = _extract(request, pk)
    return listing(
        request,
        ExtractLine.objects.filter(extract=found),
        title=_("Extract %(days)s") % {"days": found},
        columns=LINES,
        search=["document", "gl", "fund", "text"],
        template="erp/extract.html",
        context={"extract": found, "events": trail_for(found), "can_withdraw": possible(found.withdraw, by=request.user)},
    )


@login_required
@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it was brought."""
    return serving.serve(_extract(request, pk).file)


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw an extract."""
    found = _extract(request, pk)
    return acting.page(
        request,
        found.withdraw,
        actions.withdraw,
        title=_("Withdraw this extract"),
        facts=[(_("From"), found.starts_on), (_("To"), found.ends_on), (_("Lines"), found.lines.count())],
        warning=_("It counts no more in any comparison. A better one may take its days."),
        button=_("Withdraw it"),
        done=_("The extract is withdrawn."),
    )
