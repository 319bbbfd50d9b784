"""The auditor's desk: where one begins, what changed, verifications with progress, samples, audit packs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from trustfund import clock, pages
from trustfund.audit.models import AuditHead
from trustfund.auditor import actions, changes, forms, permissions
from trustfund.auditor.models import Asked, Pack, Sample, SampleItem, Verification
from trustfund.auditor.packing import contents, papers
from trustfund.files.kinds import Kind
from trustfund.files.serving import download, serve
from trustfund.ledger.asof import Point, point_of
from trustfund.ledger.models import LedgerHead
from trustfund.lists import Column, Filter, listing
from trustfund.statements.catalogue import STATEMENTS


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The desk: the heads, statements as of a day and head, what changed since the last visit, and the auditor's papers."""
    actions.demand(permissions.can_audit(request.user))
    point, visit = point_of(request), changes.last_visit(request.user)
    context = {
        "point": point,
        "head": LedgerHead.objects.first(),
        "audit_head": AuditHead.objects.first(),
        "statements": _statements(point),
        "visit": visit,
        "changes": changes.since(visit),
        "verification": Verification.objects.first(),
        "samples": Sample.objects.visible_to(request.user)[:5],
        "packs": Pack.objects.visible_to(request.user)[:5],
    }
    return render(request, "auditor/index.html", context, status=200 if point.valid else 422)


def _statements(point: Point) -> list[dict[str, Any]]:
    """Every statement with its addresses, as of the chosen day and head."""
    return [
        {
            "title": kind.title,
            "url": point.at(reverse("statements:statement", args=[code])),
            **{form: point.at(reverse("statements:download", args=[code, form])) for form in ("pdf", "xlsx")},
        }
        for code, kind in STATEMENTS.items()
    ]


@login_required
@require_POST
def visit(request: HttpRequest) -> HttpResponse:
    """Keep up to where everything was seen."""
    actions.visit(by=request.user)
    return pages.done(request, _("Kept: from here on you are told what is new."), "auditor:index")


# Verifications


def _result(row: Verification) -> str:
    if row.state != Verification.State.DONE:
        return ""
    return _("%(count)s findings") % {"count": len(row.findings)} if row.findings else _("Nothing was found")


VERIFICATIONS = [
    Column("asked", gettext_lazy("Asked on"), "asked_at", kind="datetime", sort="asked_at", url=Verification.get_absolute_url),
    Column("by", gettext_lazy("Asked by"), "asked_by.name", sort="asked_by__name"),
    Column("of", gettext_lazy("Of what"), lambda row: f"{row.first}–{row.last}" if row.first else _("Everything")),
    Column("head", gettext_lazy("Ledger head"), "head", sort="head"),
    Column("state", gettext_lazy("State"), lambda row: row, kind="state", sort="state"),
    Column("result", gettext_lazy("Result"), _result),
]


@login_required
def verifications(request: HttpRequest) -> HttpResponse:
    """What was verified, and a form to have it verified again."""
    actions.demand(permissions.can_verify(request.user))
    form = forms.RangeForm(request.POST if request.method == "POST" else None)
    made: list[Verification] = []
    if form.is_valid() and pages.attempt(form, lambda: made.append(actions.ask_verification(by=request.user, **form.cleaned_data))):
        return redirect(made[0])
    return listing(
        request,
        Verification.objects.visible_to(request.user).select_related("asked_by"),
        title=_("Verifications"),
        columns=VERIFICATIONS,
        filters=[Filter("state", gettext_lazy("State"), Verification.State.choices, "state")],
        sort="-asked",
        empty={"text": _("Nothing was verified yet.")},
        template="auditor/verifications.html",
        context={"form": form, "point": point_of(request), "audits": permissions.can_audit(request.user)},
    )


@login_required
@require_GET
def verification(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is, and what was found; the page comes again by itself while it is under way."""
    found = get_object_or_404(Verification.objects.visible_to(request.user).select_related("asked_by"), pk=pk)
    return _again(found, render(request, "auditor/verification.html", {"row": found, "point": point_of(request)}))


def _again(row: Asked, page: HttpResponse) -> HttpResponse:
    """The page comes again by itself while the thing is under way, without any script."""
    if row.is_under_way:
        page["Refresh"] = "3"
    return page


# Packs


PACKS = [
    Column("period", gettext_lazy("Period"), str, sort="since", url=Pack.get_absolute_url),
    Column("head", gettext_lazy("Ledger head"), "head", sort="head"),
    Column("asked", gettext_lazy("Asked on"), "asked_at", kind="datetime", sort="asked_at"),
    Column("by", gettext_lazy("Asked by"), "asked_by.name", sort="asked_by__name"),
    Column("state", gettext_lazy("State"), lambda row: row, kind="state", sort="state"),
    Column("expires", gettext_lazy("Kept until"), "expires_on", kind="date", sort="expires_on"),
]


class Room(NamedTuple):
    """Papers that are asked for with a form and listed: what they are, who may, and the words of both pages."""

    model: Any
    allowed: Callable[[Any], bool]
    form: Any
    do: Callable[..., Any]
    columns: list[Column]
    filter: Filter
    related: tuple[str, ...]
    sort: str
    title: Any
    empty: Any
    ask: Any
    button: Any
    done: Any
    urls: tuple[str, str]
    template: str


def _listed(request: HttpRequest, room: Room) -> HttpResponse:
    """The papers of a room."""
    actions.demand(room.allowed(request.user))
    return listing(
        request,
        room.model.objects.visible_to(request.user).select_related(*room.related),
        title=str(room.title),
        columns=room.columns,
        filters=[room.filter],
        sort=room.sort,
        empty={"text": str(room.empty), "url": reverse(room.urls[1]), "label": str(room.ask)},
        template=room.template,
        context={"audits": permissions.can_audit(request.user), "point": point_of(request)},
    )


def _asked(request: HttpRequest, room: Room) -> HttpResponse:
    """The form with which a further one is asked for."""
    actions.demand(room.allowed(request.user))
    form = room.form(request.POST if request.method == "POST" else None, initial=_initial(request))
    made: list[Any] = []
    if form.is_valid() and pages.attempt(form, lambda: made.append(room.do(by=request.user, **form.cleaned_data))):
        return pages.done(request, str(room.done), made[0])
    context = {"form": form, "title": str(room.ask), "back": reverse(room.urls[0]), "button": str(room.button)}
    return render(request, "auditor/form.html", context, status=422 if form.is_bound else 200)


def _initial(request: HttpRequest) -> dict[str, Any]:
    """The chosen day and head as a first suggestion."""
    point = point_of(request)
    day = point.as_of or clock.today()
    return {"since": day.replace(month=1, day=1), "until": day, "head": point.head}


PACK_ROOM = Room(
    model=Pack,
    allowed=permissions.can_pack,
    form=forms.PackForm,
    do=actions.ask_pack,
    columns=PACKS,
    filter=Filter("state", gettext_lazy("State"), Pack.State.choices, "state"),
    related=("asked_by",),
    sort="-asked",
    title=gettext_lazy("Audit packs"),
    empty=gettext_lazy("No audit pack was asked for yet."),
    ask=gettext_lazy("Ask for an audit pack"),
    button=gettext_lazy("Ask for it"),
    done=gettext_lazy("The pack is asked for."),
    urls=("auditor:packs", "auditor:new_pack"),
    template="auditor/packs.html",
)


@login_required
@require_GET
def packs(request: HttpRequest) -> HttpResponse:
    """The audit packs: all of them for the auditor, those of finance for finance."""
    return _listed(request, PACK_ROOM)


@login_required
def new_pack(request: HttpRequest) -> HttpResponse:
    """Ask for a pack."""
    return _asked(request, PACK_ROOM)


@login_required
@require_GET
def pack(request: HttpRequest, pk: int) -> HttpResponse:
    """One pack: how far it is, or what it is and until when it is kept."""
    found = get_object_or_404(Pack.objects.visible_to(request.user).select_related("asked_by", "file"), pk=pk)
    return _again(found, render(request, "auditor/pack.html", {"row": found, "step": contents.label_of(found.step)}))


@login_required
@require_POST
def download_pack(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The archive; that it was taken is on record."""
    found = get_object_or_404(Pack.objects.visible_to(request.user).select_related("file"), pk=pk)
    if found.file is None or not found.is_there:
        raise Http404
    actions.taken(found, by=request.user)
    return serve(found.file)


# Samples


SAMPLES = [
    Column("number", gettext_lazy("Sample"), str, sort="pk", url=Sample.get_absolute_url),
    Column("method", gettext_lazy("Method"), "get_method_display", sort="method"),
    Column("of", gettext_lazy("Of what"), "of"),
    Column("since", gettext_lazy("From"), "since", kind="date", sort="since"),
    Column("until", gettext_lazy("To"), "until", kind="date", sort="until"),
    Column("head", gettext_lazy("Ledger head"), "head", sort="head"),
    Column("count", gettext_lazy("Population"), "count", kind="number", sort="count"),
    Column("value", gettext_lazy("Value, USD"), "value", kind="money", sort="value"),
]


SAMPLE_ROOM = Room(
    model=Sample,
    allowed=permissions.can_audit,
    form=forms.SampleForm,
    do=actions.draw,
    columns=SAMPLES,
    filter=Filter("method", gettext_lazy("Method"), Sample.Method.choices, "method"),
    related=("account",),
    sort="-number",
    title=gettext_lazy("Samples"),
    empty=gettext_lazy("No sample was drawn yet."),
    ask=gettext_lazy("Draw a sample"),
    button=gettext_lazy("Draw it"),
    done=gettext_lazy("The sample is drawn and kept."),
    urls=("auditor:samples", "auditor:new_sample"),
    template="auditor/samples.html",
)


@login_required
@require_GET
def samples(request: HttpRequest) -> HttpResponse:
    """The samples, which the auditor alone sees."""
    return _listed(request, SAMPLE_ROOM)


@login_required
def new_sample(request: HttpRequest) -> HttpResponse:
    """Draw a sample."""
    return _asked(request, SAMPLE_ROOM)


def _sample(request: HttpRequest, pk: int) -> Sample:
    return get_object_or_404(Sample.objects.visible_to(request.user).select_related("account", "made_by"), pk=pk)


@login_required
@require_GET
def sample(request: HttpRequest, pk: int) -> HttpResponse:
    """A sample: how it was drawn, its items with their results, and whether the population is still what it was."""
    found = _sample(request, pk)
    point = Point(point_of(request).form, head=found.head)
    context = {
        "sample": found,
        "facts": papers.facts(found),
        "method": papers.method_words(found),
        "rows": [{**row, "url": point.at(row["item"].entry.get_absolute_url())} for row in papers.items_of(found)],
        "same": actions.drawn_again(found).population_hash == found.population_hash if "check" in request.GET else None,
    }
    return render(request, "auditor/sample.html", context)


@login_required
@require_GET
def worksheet(request: HttpRequest, pk: int, format: str) -> HttpResponse:
    """The worksheet, "xlsx" or "pdf"."""
    found = _sample(request, pk)
    if format not in papers.WORKSHEETS:
        raise Http404
    return download(papers.WORKSHEETS[format](found, None), f"{found}.{format}", Kind[format.upper()])


@login_required
def item(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Say what was found of one item."""
    found = get_object_or_404(SampleItem.objects.select_related("entry", "sample"), sample=_sample(request, pk), position=position)
    latest = found.results.last()
    first = {"verdict": latest.verdict, "text": latest.text} if latest else None
    form = forms.ResultForm(request.POST if request.method == "POST" else None, initial=first)
    if form.is_valid() and pages.attempt(form, lambda: actions.note(found, by=request.user, **form.cleaned_data)):
        return pages.done(request, _("The result is noted."), found.sample)
    context = {"item": found, "form": form, "results": found.results.select_related("by")}
    return render(request, "auditor/item.html", context, status=422 if form.is_bound else 200)
