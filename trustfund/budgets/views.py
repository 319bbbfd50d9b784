"""Pages of budgets: the list of versions, one version beside the original, the grid in which it is written, and one page per act."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from trustfund import acting, pages, rows
from trustfund.audit.recording import trail_for
from trustfund.budgets import actions, forms, lines, permissions, resources
from trustfund.budgets.models import Budget
from trustfund.files.kinds import Kind
from trustfund.files.serving import download, serve
from trustfund.ledger.models import GENERAL, FundWindow
from trustfund.lists import Column, Filter, listing
from trustfund.money import total, zero
from trustfund.people.sessions import fresh_sign_in
from trustfund.workflow import possibilities, require

COLUMNS = [
    Column("year", gettext_lazy("Year"), lambda each: str(each.year), sort="year", url=Budget.get_absolute_url),
    Column("window", gettext_lazy("Fund window"), "window.name", sort="window__name"),
    Column("version", gettext_lazy("Version"), "version", sort="number"),
    Column("reason", gettext_lazy("Reason"), "reason"),
    Column("maker", gettext_lazy("Made by"), "maker.name", sort="maker__name"),
    Column("checker", gettext_lazy("Approved by"), "checker.name", sort="checker__name"),
    Column("approved_on", gettext_lazy("Approved on"), "approved_on", kind="date", sort="approved_on"),
    Column("amount", gettext_lazy("Amount, USD"), "total_usd", kind="money", sort="total_usd"),
    Column("state", gettext_lazy("State"), lambda budget: budget, kind="state", sort="state"),
]


def _years() -> list[tuple[int, str]]:
    return [(year, str(year)) for year in Budget.objects.order_by("-year").values_list("year", flat=True).distinct()]


FILTERS = [
    Filter("state", gettext_lazy("State"), Budget.State.choices, "state"),
    Filter("year", gettext_lazy("Year"), _years, "year"),
    Filter("window", gettext_lazy("Fund window"), lambda: list(FundWindow.objects.values_list("code", "name")), "window"),
]
ACTS = ("change", "attach", "submit", "approve", "return_", "cancel")


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All versions of all budgets."""
    if not permissions.can_read_books(request.user):
        raise PermissionDenied
    return listing(
        request,
        Budget.objects.visible_to(request.user).with_total().select_related("window", "maker", "checker"),
        title=_("Budgets"),
        columns=COLUMNS,
        search=["reason", "window__name"],
        filters=FILTERS,
        sort="-year",
        empty={"text": _("There is no budget yet. Statement V compares the approved budget with what was used.")},
        template="budgets/index.html",
        context={"can_make": permissions.can_make(request.user)},
    )


def _budget(request: HttpRequest, pk: int) -> Budget:
    found = Budget.objects.visible_to(request.user).select_related("window", "maker", "checker", "document")
    return get_object_or_404(found, pk=pk)


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: its lines beside those of the version before, its document, what happened."""
    budget = _budget(request, pk)
    before = Budget.objects.filter(window=budget.window, year=budget.year, number=budget.number - 1).exclude(state="cancelled").first()
    revisable = budget.state == Budget.State.APPROVED and permissions.can_make(request.user)
    context = {
        "budget": budget,
        **_table(budget, before),
        "events": trail_for(budget),
        "can": possibilities(budget, ACTS, by=request.user),
        "revisable": revisable,
    }
    return render(request, "budgets/detail.html", context)


def _table(budget: Budget, before: Budget | None) -> dict[str, Any]:
    """Every line with the amount before, the amount now and the change between them."""
    mine = {row.line: row for row in actions.rows_of(budget)}
    earlier = {row.line: row.amount for row in actions.rows_of(before)} if before else {}
    shown = []
    for key in lines.ORDER:
        row, then = mine.get(key, actions.Row(key, zero())), earlier.get(key, zero())
        amounts = {"before": then, "now": row.amount, "more": row.amount - then}
        shown.append(({"label": lines.label_of(key), "remark": row.remark}, amounts))
    sums = {name: total(amounts[name] for _about, amounts in shown) for name in ("before", "now", "more")}
    return {"rows": [{**about, **amounts} for about, amounts in shown], "sums": sums, "before": before}


# Writing


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Write the original of a window's budget, or its next revision: it begins with what was approved last."""
    if not permissions.can_make(request.user):
        raise PermissionDenied
    window, year = _asked(request)
    head = {"window": window.pk, "year": year} if year else {}
    saving = request.method == "POST" and not rows.adds(request)
    form = forms.NewForm(request.POST) if saving else forms.NewForm(initial=request.POST.dict() or head)
    begun = actions.latest(window, year or 0)

    def do(cleaned: list[actions.Row]) -> Budget:
        return actions.draft(by=request.user, rows=cleaned, **form.cleaned_data)

    return _grid(request, None, form, begun, do, title=_("New budget"))


def _asked(request: HttpRequest) -> tuple[FundWindow, int | None]:
    """The window and year that the address names, for a revision. Http404 for a window that is not there."""
    window = FundWindow.objects.filter(pk=request.GET.get("window", GENERAL)).first()
    year = request.GET.get("year", "")
    if window is None:
        raise Http404
    return window, int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None


@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Write it anew."""
    budget = _budget(request, pk)
    require(budget.change, by=request.user)
    saving = request.method == "POST" and not rows.adds(request)
    form = forms.ReasonForm(request.POST) if saving else forms.ReasonForm(initial=request.POST.dict() or {"reason": budget.reason})

    def do(cleaned: list[actions.Row]) -> Budget:
        return actions.change(budget, cleaned, by=request.user, reason=form.cleaned_data["reason"])

    begun = actions.every_line(actions.rows_of(budget))
    return _grid(request, budget, form, begun, do, title=_("Change budget %(budget)s") % {"budget": budget})


def _grid(
    request: HttpRequest, budget: Budget | None, form: django_forms.Form, begun: list[actions.Row], do: Any, *, title: str
) -> HttpResponse:
    """The page on which a budget is written: nothing that was typed is lost, whatever is wrong with it."""
    saving = request.method == "POST" and not rows.adds(request)
    grid = rows.formset(request, forms.LineForm, [forms.typed(row) for row in begun], spare=0)
    if saving and form.is_valid() & grid.is_valid() and _no_problem(grid):
        saved: list[Budget] = []
        if pages.attempt(form, lambda: saved.append(do(forms.rows(grid.rows())))):
            return pages.done(request, _("The budget is saved."), saved[0])
    context = {"budget": budget, "form": form, "formset": grid, "title": title}
    return render(request, "budgets/grid.html", context, status=422 if saving else 200)


def _no_problem(grid: rows.Rows) -> bool:
    """Says beside each row what is wrong with it."""
    places = grid.numbers()
    problems = actions.problems_of(forms.rows(grid.rows()))
    for place, field, text in problems:
        grid.forms[places[place] - 1].add_error(field, text)
    return not problems


# Documents and workbooks


@login_required
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the decision to it."""
    budget = _budget(request, pk)
    require(budget.attach, by=request.user)
    form = forms.DocumentForm(request.POST, request.FILES) if request.method == "POST" else forms.DocumentForm()
    if form.is_valid() and pages.attempt(form, lambda: actions.attach(budget, by=request.user, **form.cleaned_data)):
        return pages.done(request, _("The document is attached."), budget)
    about = {"title": _("Attach a document"), "text": _("The decision on which the budget or its revision rests: a minute, a letter.")}
    return render(request, "budgets/file.html", {"budget": budget, "form": form, **about}, status=422 if form.is_bound else 200)


@login_required
@require_GET
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The decision, as it was taken in."""
    budget = _budget(request, pk)
    if budget.document is None:
        raise Http404
    return serve(budget.document)


@login_required
@require_GET
def workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """The budget as a workbook, to read or to fill in."""
    budget = _budget(request, pk)
    name = f"budget-{budget.window_id}-{budget.year}-{budget.number}.xlsx"
    return download(resources.workbook(budget, actions.rows_of(budget)), name, Kind.XLSX)


@login_required
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the lines from a workbook: all of them, or none and the reasons by row."""
    budget = _budget(request, pk)
    require(budget.change, by=request.user)
    form = forms.WorkbookForm(request.POST, request.FILES) if request.method == "POST" else forms.WorkbookForm()
    if form.is_valid() and pages.attempt(form, lambda: _taken(request, budget, form.cleaned_data["upload"])):
        return pages.done(request, _("The lines of the workbook are saved."), budget)
    text = _("Download the budget as a workbook, fill in its amounts and send it back. It replaces all lines.")
    context = {"budget": budget, "form": form, "title": _("Send a workbook"), "text": text}
    return render(request, "budgets/file.html", context, status=422 if form.is_bound else 200)


def _taken(request: HttpRequest, budget: Budget, sent: Any) -> None:
    sent.seek(0)
    try:
        actions.change(budget, resources.read(sent.read()), by=request.user, reason=budget.reason)
    except ValidationError as error:
        raise ValidationError({"upload": error.messages}) from error


# Deciding


def _facts(budget: Budget) -> list[tuple[str, Any]]:
    """What the page before an act says: every line and the sum."""
    about = [(_("Fund window"), budget.window.name), (_("Year"), str(budget.year)), (_("Version"), budget.version)]
    about += [(_("Made by"), budget.maker.name)]
    about += [(_("Reason"), budget.reason)] if budget.reason else []
    amounts = [(lines.label_of(row.line), row.amount) for row in actions.rows_of(budget)]
    return [*about, *amounts, (_("Total"), actions.total_of(budget))]


@login_required
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """The maker submits it."""
    budget = _budget(request, pk)
    return acting.page(
        request,
        budget.submit,
        actions.submit,
        title=_("Submit this budget for approval"),
        facts=_facts(budget),
        warning=_("Another person approves it."),
        button=_("Submit it"),
        done=_("The budget is submitted. Another person approves it."),
    )


@fresh_sign_in
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person approves it."""
    budget = _budget(request, pk)
    return acting.page(
        request,
        budget.approve,
        actions.approve,
        title=_("Approve this budget"),
        facts=_facts(budget),
        form=forms.ApprovalForm(request.POST or None, initial={"seen": actions.version_of(budget)}),
        warning=_("An approved budget never changes; it can only be revised by a further version."),
        button=_("Approve it"),
        done=_("The budget is approved."),
    )


@login_required
def return_(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person returns it."""
    budget = _budget(request, pk)
    return acting.page(
        request,
        budget.return_,
        actions.return_,
        title=_("Return this budget to its maker"),
        facts=_facts(budget),
        form=forms.ReturnForm(request.POST or None),
        button=_("Return it"),
        done=_("The budget is returned to its maker."),
    )


@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """The maker gives it up."""
    budget = _budget(request, pk)
    return acting.page(
        request,
        budget.cancel,
        actions.cancel,
        title=_("Cancel this budget"),
        facts=_facts(budget),
        warning=_("It stays in the list, cancelled."),
        button=_("Cancel the budget"),
        done=_("The budget is cancelled."),
        tone="blocked",
    )
