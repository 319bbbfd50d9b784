"""The pages of a report: list, task list, its parts, and what the Fund does with it."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from grants.agreements.models import Grant
from grants.outcomes import grid
from grants.outcomes import permissions as outcomes
from grants.reports import actions, budget, forms, permissions, resources, standing
from grants.reports.disallowances import actions as disallowing
from grants.reports.disallowances import reading
from grants.reports.disallowances.models import Disallowance
from grants.reports.models import Expenditure, Report
from trustfund import acting, clock, pages
from trustfund.audit.recording import trail_for
from trustfund.files.kinds import Kind
from trustfund.files.serving import download
from trustfund.lists import Column, Filter, listing
from trustfund.ui.formatting import day_text
from trustfund.workflow import possibilities, require

COLUMNS = [
    Column("reference", gettext_lazy("Report"), str, sort="grant__reference", url=Report.get_absolute_url),
    Column("organisation", gettext_lazy("NGO"), "grant.organisation.name", sort="grant__organisation__name"),
    Column("kind", gettext_lazy("Kind"), "get_kind_display", sort="kind"),
    Column("period", gettext_lazy("Period ends"), "period_end", kind="date", sort="period_end"),
    Column("due", gettext_lazy("Due"), "due_on", kind="date", sort="due_on"),
    Column("accepted", gettext_lazy("Accepted (USD)"), "accepted_amount", kind="money", sort="accepted_amount", total="accepted_amount"),
    Column("state", gettext_lazy("State"), lambda report: report, kind="state", sort="state"),
]


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All reports one may see."""
    found = Report.objects.visible_to(request.user).select_related("grant__organisation")
    return listing(
        request,
        found,
        title=_("Reports"),
        columns=COLUMNS,
        search=["grant__reference", "grant__title", "grant__organisation__name"],
        filters=[
            Filter("state", _("State"), Report.State.choices, "state"),
            Filter("kind", _("Kind"), Report.Kind.choices, "kind"),
        ],
        sort="due",
        empty={"text": _("No reports yet. They are laid out when an agreement comes into force.")},
    )


def _report(request: HttpRequest, pk: int) -> Report:
    related = ("grant__organisation", "sheet", "submitted_by", "substance_accepted_by", "accepted_by")
    return get_object_or_404(Report.objects.visible_to(request.user).select_related(*related), pk=pk)


def _writable(request: HttpRequest, pk: int) -> Report:
    """A report to write in. Who may not is refused (403); the page of one that is with the Fund is out of order (409).

    What was typed while a colleague handed it in is answered by the action, with the words on the page.
    """
    report = _report(request, pk)
    if not permissions.can_write(report, request.user):
        raise PermissionDenied
    if request.method != "POST":
        require(report.submit, by=request.user)
    return report


def _table(report: Report) -> list[budget.Row]:
    accepted = Expenditure.objects.filter(report__grant=report.grant, report__state=Report.State.ACCEPTED, disallowed=False)
    earlier = accepted.exclude(report=report)
    since = reading.disallowed(report.grant)
    now = since.pop(report.pk, {})
    return budget.rows(report.grant.budget_lines.all(), earlier, list(report.expenditures.all()), reading.by_line(since), now)


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A report as its reader may see it: the NGO's task list, or what the Fund judges."""
    report, user = _report(request, pk), request.user
    table = _table(report)
    writing = permissions.can_write(report, user) and report.is_with_the_ngo
    context = {
        "report": report,
        "grant": report.grant,
        "table": table,
        "sums": budget.sums(table),
        "sees_outcomes": permissions.can_see_narrative(report, user),
        "sees_reason": permissions.can_see_return_reason(report, user),
        "expenditures": report.expenditures.select_related("budget_line"),
        "can": _acts(report, user),
        **_disallowed(report, user),
        "events": trail_for(report).select_related("actor") if permissions.can_see_trail(report, user) else [],
    }
    context |= {"persons": grid.persons(report.sheet.as_mapping())} if context["sees_outcomes"] else {}
    return render(request, "grants/reports/detail.html", context | (_tasks(report) if writing else {}))


def _disallowed(report: Report, user: Any) -> dict[str, Any]:
    """What of an accepted report was disallowed since, or is proposed to be; what is due for it; whether more may be."""
    if report.state != Report.State.ACCEPTED:
        return {}
    found = list(Disallowance.objects.visible_to(user).filter(report=report).prefetch_related("lines"))
    return {
        "disallowances": found,
        "due": standing.position(report.grant, clock.today()).refund_due if found else None,
        "can_disallow": disallowing.can_be_proposed(report, user),
    }


def _tasks(report: Report) -> dict[str, Any]:
    """What the NGO has to do yet, part by part."""
    gaps, findings = actions.gaps(report), actions.personal_findings(report)
    begun = {
        "narrative": any(getattr(report, name).strip() for name in actions.NARRATIVE),
        "outcomes": report.sheet.counts.exists() or report.sheet.nobody,
        "expenditure": report.expenditures.exists(),
    }
    named = [(report._meta.get_field(name).verbose_name, finding) for name, finding in findings]  # type: ignore[union-attr]
    return {
        "writing": True,
        "gaps": gaps,
        "begun": begun,
        "missing": [text for texts in gaps.values() for text in texts],
        "findings": named if gaps["protection"] else [],
        "digest": actions.personal_digest(report),
    }


def _acts(report: Report, user: Any) -> dict[str, bool]:
    names = ("submit", "send_back", "accept_substance", "accept")
    return possibilities(report, names, by=user)


@login_required
def narrative(request: HttpRequest, pk: int) -> HttpResponse:
    """The words; when a colleague wrote the same part meanwhile, both texts."""
    report = _writable(request, pk)
    form = forms.NarrativeForm(request.POST or None, instance=report)
    theirs: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        if pages.attempt(form, lambda: _save_narrative(report, form, request)):
            return pages.done(request, _("The narrative is saved."), report)
        theirs = _theirs(report, form, request)
    others = report.wordings.select_related("author")
    context = {"report": report, "form": form, "theirs": theirs, "others": others}
    return render(request, "grants/reports/narrative.html", context, status=422 if request.method == "POST" else 200)


def _save_narrative(report: Report, form: forms.NarrativeForm, request: HttpRequest) -> None:
    actions.save_narrative(report, form.texts(), by=request.user, version=form.cleaned_data["version"])


def _theirs(report: Report, form: forms.NarrativeForm, request: HttpRequest) -> list[dict[str, Any]]:
    """What a colleague saved in the parts that collided; from now on the page is written on that version."""
    sent = form.texts()
    parts = actions.collided(report, sent, by=request.user, version=form.cleaned_data["version"])
    form.data = {**request.POST.dict(), "version": str(report.version)}
    return [{"label": form[name].label, "text": getattr(report, name)} for name in parts]


@require_POST
def autosave(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep the words that changed: {"fields": {"version": its new value}}; 401 signed out, 409 when two wrote the same part."""
    if not request.user.is_authenticated:
        return JsonResponse({}, status=401)
    report = _writable(request, pk)
    form = forms.NarrativeForm(request.POST, instance=report)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    try:
        _save_narrative(report, form, request)
    except ValidationError as error:
        return JsonResponse({"errors": error.messages}, status=409)
    return JsonResponse({"fields": {"version": str(report.version)}})


@login_required
def expenditure(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of transactions: five more rows each time it is saved."""
    report = _writable(request, pk)
    if request.method != "POST":
        return _list_page(request, report)
    formset = forms.expenditure_rows(report, report.grant.budget_lines.all(), request.POST)
    stale, version = False, _version(request)
    if formset.is_valid():
        try:
            actions.save_expenditures(report, formset.rows(), by=request.user, version=version, numbers=formset.numbers())
            return pages.done(request, _("The list of expenditure is saved."), _next(request, report))
        except ValidationError as error:
            stale = getattr(error, "code", "") == "stale"
            formset.refuse(error)
    return _list_page(request, report, formset=formset, stale=stale, version=report.version if stale else version)


def _list_page(request: HttpRequest, report: Report, **context: Any) -> HttpResponse:
    """The list, the upload beside it, and the budget; `version` is what the rows on the page were written on."""
    version = context.setdefault("version", report.version)
    context.setdefault("upload", forms.UploadForm(initial={"version": version}))
    if "formset" not in context:
        context["formset"] = forms.expenditure_rows(report, report.grant.budget_lines.all())
    table = _table(report)
    context |= {"report": report, "table": table, "sums": budget.sums(table)}
    if context.get("stale"):
        context["expenditures"] = report.expenditures.select_related("budget_line")
    return render(request, "grants/reports/expenditure.html", context, status=422 if request.method == "POST" else 200)


def _version(request: HttpRequest) -> int:
    """The version that the page was opened on; without one, none."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


def _next(request: HttpRequest, report: Report) -> str:
    """Back to the report, or to the same page with five more rows."""
    return reverse("reports:expenditure", args=[report.pk]) if "more" in request.POST else report.get_absolute_url()


@login_required
@require_GET
def workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """The list as a workbook to fill in offline."""
    report = _report(request, pk)
    name = f"expenditure-{report.grant.reference}-{report.number}.xlsx".replace("/", "-")
    return download(resources.workbook(report), name, Kind.XLSX)


@login_required
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a filled-in list: all of it, or none with the reasons by row and column."""
    report = _writable(request, pk)
    form = forms.UploadForm(request.POST, request.FILES)
    if form.is_valid() and pages.attempt(form, lambda: _import(report, form, request)):
        return pages.done(request, _("The list was read and saved."), report)
    form.data = {**request.POST.dict(), "version": str(report.version)}  # the list that stands is on the page now
    return _list_page(request, report, upload=form)


def _import(report: Report, form: forms.UploadForm, request: HttpRequest) -> None:
    listed, numbers = resources.read(report, form.cleaned_data["file"])
    actions.save_expenditures(report, listed, by=request.user, version=form.cleaned_data["version"], numbers=numbers)


@login_required
@require_POST
def confirm_words(request: HttpRequest, pk: int) -> HttpResponse:
    """The NGO says that what was found in its words is not personal data."""
    report = _writable(request, pk)
    form = django_forms.Form(request.POST)
    digest = request.POST.get("digest", "")
    if pages.attempt(form, lambda: actions.confirm_no_personal_data(report, by=request.user, digest=digest)):
        return pages.done(request, _("You confirmed that these words are not personal data."), report)
    for text in form.non_field_errors():
        messages.error(request, str(text))
    return redirect(report)


@login_required
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    return acting.page(
        request,
        report.submit,
        actions.submit,
        title=_("Submit this report"),
        facts=[
            (_("Report"), report),
            (_("Period"), f"{day_text(report.period_start)} – {day_text(report.period_end)}"),
            (_("Expenditure"), report.spent()),
            (_("Persons helped"), grid.persons(report.sheet.as_mapping())),
        ],
        warning=_("After this the report is with the Fund. You can change it only when it is returned to you."),
        button=_("Submit the report"),
        done=_("The report is submitted. The Fund was told."),
    )


@login_required
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    return acting.page(
        request,
        report.send_back,
        actions.send_back,
        title=_("Return this report for correction"),
        facts=[(_("Report"), report), (_("NGO"), report.grant.organisation)],
        button=_("Return the report"),
        form=forms.SendBackForm(request.POST or None),
        done=_("The report is returned. The NGO was told."),
    )


@login_required
def accept_substance(request: HttpRequest, pk: int) -> HttpResponse:
    report = _report(request, pk)
    return acting.page(
        request,
        report.accept_substance,
        actions.accept_substance,
        title=_("Accept the substance of this report"),
        facts=[(_("Report"), report), (_("NGO"), report.grant.organisation), (_("Expenditure"), report.spent())],
        button=_("Accept the substance"),
        done=_("The substance is accepted. Finance was told."),
    )


@login_required
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Finance accepts the expenditure, row by row, and it is posted."""
    report = _report(request, pk)
    require(report.accept, by=request.user)
    form = forms.AcceptForm(request.POST or None, report=report)
    if request.method == "POST" and form.is_valid() and pages.attempt(form, lambda: _accept(report, form, request)):
        return pages.done(request, _("The expenditure is accepted and posted."), report)
    table = _table(report)
    context = {"report": report, "form": form, "table": table, "sums": budget.sums(table), "spent": report.spent()}
    return render(request, "grants/reports/accept.html", context, status=422 if request.method == "POST" else 200)


def _accept(report: Report, form: forms.AcceptForm, request: HttpRequest) -> None:
    actions.accept(report, by=request.user, disallowed=form.disallowed(), seen=form.cleaned_data["seen"])


@login_required
@require_GET
def of_grant(request: HttpRequest, grant_pk: int) -> HttpResponse:
    """The reports of one grant: a tab of its page."""
    grant = get_object_or_404(Grant.objects.visible_to(request.user), pk=grant_pk)
    found = Report.objects.visible_to(request.user).filter(grant=grant).select_related("grant")
    context = {
        "grant": grant,
        "reports": found,
        "indicators": grant.indicators.all() if outcomes.can_see_indicators(grant, request.user) else [],
        "can_set": outcomes.can_set_indicators(grant, request.user),
    }
    return render(request, "grants/reports/of_grant.html", context)
