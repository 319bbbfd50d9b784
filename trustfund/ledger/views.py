"""The books on screen: for finance, the approving officer, the fund manager and the auditor."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from trustfund import clock, pages
from trustfund.audit.models import AuditHead
from trustfund.ledger import actions, balances, chart, evidence, permissions, shown, verification
from trustfund.ledger.asof import Point, point_of
from trustfund.ledger.exchange import rate_use
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.exchange.rates import currencies
from trustfund.ledger.forms import BankForm, HeadroomForm, RateFileForm, RateForm, SpanForm, YearForm
from trustfund.ledger.funding import headroom as funding
from trustfund.ledger.funding import moving
from trustfund.ledger.funding.moving import Move
from trustfund.ledger.models import GENERAL, Entry, FiscalYear, LedgerHead, Line, Period, Subaccount
from trustfund.ledger.readers import readers
from trustfund.ledger.sealing import head
from trustfund.lists import Filter, listing


def _status(point: Point) -> int:
    return 200 if point.valid else 422


@readers
def index(request: HttpRequest) -> HttpResponse:
    """The trial balance as of a day and a head."""
    point = point_of(request)
    rows = balances.trial_balance(point.day, point.head)
    sums = {side: sum((getattr(row, f"{side}_balance") for row in rows), start=balances.NOTHING) for side in ("debit", "credit")}
    context = {"point": point, "as_of": point.day, "rows": rows, "sums": sums, "head": point.seal or head()}
    return render(request, "ledger/index.html", context, status=_status(point))


@readers
def account(request: HttpRequest, code: str) -> HttpResponseBase:
    """The general ledger of one account: its lines from a day to a day, with the balance after each, as of a day and a head."""
    definition = chart.BY_CODE.get(code)
    if definition is None:
        raise Http404
    form, point = SpanForm(request.GET), point_of(request)
    span = form.cleaned_data if form.is_valid() else {}
    end = min((day for day in (span.get("end"), point.as_of) if day), default=None)
    of = span.get("of")
    opening, lines = balances.movements(code, span.get("start"), end, of, head=point.head)
    closing = balances.balance(code, end, of, head=point.head)
    in_order = request.GET.get("sort", "") in ("", "date") and "export" not in request.GET
    return listing(
        request,
        shown.in_order(lines) if in_order else shown.lines_of(lines, opening),
        title=f"{definition.code} {definition.label}",
        columns=shown.lines(point),
        empty={"text": _("Nothing was posted to this account in these days.")},
        template="ledger/account.html",
        context={"form": form, "point": point, "opening": opening, "closing": closing, "account": definition},
        sums=shown.account_sums(code, span.get("start"), end, of, point.head),
        finish=shown.running(lines, lambda day: balances.balance(code, day, of, head=point.head)) if in_order else None,
    )


@readers
def entries(request: HttpRequest) -> HttpResponseBase:
    """All entries, as of a day and a head."""
    point = point_of(request)
    found = point.within(Entry.objects.visible_to(request.user))
    return listing(
        request,
        shown.with_amount(found).select_related("by"),
        title=_("Entries"),
        columns=shown.entries(point),
        search=["reference", "source", "object_id"],
        filters=[
            Filter("kind", _("Kind"), Entry.Kind.choices, "kind"),
            Filter("year", _("Year"), lambda: [(each.year, str(each.year)) for each in FiscalYear.objects.all()], "year"),
        ],
        sort="-number",
        empty={"text": _("Nothing has been posted yet.")},
        template="ledger/entries.html",
        context={"point": point},
        sums=shown.entries_sum(point),
    )


@login_required
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: its lines, its seal, the act that posted it, what that was about, documents, what it funded."""
    about = ("seal", "period", "by", "reverses")
    found = get_object_or_404(Entry.objects.visible_to(request.user).select_related(*about), seal__seq=pk)
    point, source = point_of(request), shown.source_of(found)
    act, act_number = evidence.act_of(found, found.seal.at)
    context = {
        "entry": found,
        "point": point,
        "later": point.chosen and not point.within(Entry.objects.filter(seal=found.seal)).exists(),
        "lines": (lines := found.lines.select_related("account", "subaccount", "window").order_by("position")),
        "windows": any(line.window_id != GENERAL for line in lines),
        "allocations": found.allocations.filter(moved=0).select_related("instalment", "grant", "funding").order_by("pk"),
        "moves": _moves(found),
        "notes": found.notes.select_related("by"),
        "reversed_by": point.within(Entry.objects.filter(reverses=found)).first(),
        "source": source,
        "act": act,
        "act_number": act_number,
        "act_step": evidence.step_of(act),
        "documents": evidence.documents_of(found, source, request.user),
        "acts": shown.acts_on(found, request.user),
        "total": sum((line.amount for line in found.lines.all() if line.debit), start=balances.NOTHING),
    }
    return render(request, "ledger/entry.html", context)


def _moves(transfer: Entry) -> list[tuple[Subaccount, Move]]:
    """What a transfer between windows moved, as it stands by now, with the contribution of each part; all of it is named."""
    found = moving.moves_of(transfer=transfer)
    named = Subaccount.objects.in_bulk([each.instalment for each in found])
    return [(named[each.instalment], each) for each in found]


@readers
def headroom(request: HttpRequest) -> HttpResponse:
    """What each contribution can still fund, as of a day, in a window."""
    point, form = point_of(request), HeadroomForm({"window": GENERAL, **request.GET.dict()})
    window = form.cleaned_data.get("window") if form.is_valid() else None
    as_of = point.day
    if point.valid and not pages.attempt(point.form, lambda: funding.rule_on(as_of)):
        as_of = clock.today()
    rows = funding.headroom(as_of, head=point.head, window=window.code if window else GENERAL)
    context = {"point": point, "form": form, "as_of": as_of, "rows": rows, "sums": funding.totals(rows), "rule": funding.rule_on(as_of)}
    context["moved"] = any(row.moved for row in rows)
    return render(request, "ledger/headroom.html", context, status=_status(point) if form.is_valid() else 422)


@readers
def banks(request: HttpRequest) -> HttpResponse:
    """The Fund's own bank accounts, with their balances: the cash position."""
    point = point_of(request)
    rows = balances.bank_balances(point.day, point.head)
    context = {
        "point": point,
        "as_of": point.day,
        "rows": rows,
        "total": sum((row.usd for row in rows), start=balances.NOTHING),
        "can_open": permissions.can_open_bank(request.user),
    }
    return render(request, "ledger/banks.html", context, status=_status(point))


def _data(request: HttpRequest) -> Any:
    """What was posted, an empty form too; None when nothing was."""
    return request.POST if request.method == "POST" else None


def _form_page(request: HttpRequest, form: Any, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": reverse(back)}
    return render(request, "ledger/form.html", context, status=422 if form.is_bound else 200)


@readers
def new_bank(request: HttpRequest) -> HttpResponseBase:
    """Add a bank account of the Fund."""
    if not permissions.can_open_bank(request.user):
        raise PermissionDenied
    form = BankForm(_data(request))
    if form.is_valid() and pages.attempt(form, lambda: actions.open_bank(**form.cleaned_data, by=request.user)):
        return pages.done(request, _("The bank account was added."), "ledger:banks")
    return _form_page(request, form, _("Add a bank account of the Fund"), "ledger:banks")


@readers
def rates(request: HttpRequest) -> HttpResponseBase:
    """Exchange rates, the newest first."""
    return listing(
        request,
        rate_use.with_uses(Rate.objects.visible_to(request.user)).select_related("added_by"),
        title=_("Exchange rates"),
        columns=shown.RATES,
        search=["currency", "source"],
        filters=[Filter("currency", _("Currency"), currencies, "currency")],
        sort="-effective",
        empty={"text": _("There are no exchange rates yet: import the UN operational rates before posting in another currency.")},
        template="ledger/rates.html",
        context={"can_add": permissions.can_add_rates(request.user), "point": point_of(request)},
    )


@readers
def import_rates(request: HttpRequest) -> HttpResponseBase:
    """Take in a file of rates."""
    if not permissions.can_add_rates(request.user):
        raise PermissionDenied
    form = RateFileForm(_data(request), request.FILES or None)
    made: list[Any] = []
    if form.is_valid() and pages.attempt(form, lambda: made.append(_take_in(request, form))):
        return pages.done(request, made[0], "ledger:rates")
    return _form_page(request, form, _("Import exchange rates"), "ledger:rates")


def _take_in(request: HttpRequest, form: RateFileForm) -> str:
    found = form.cleaned_data["file"]
    added, known = actions.add_rates(found.rates, source=found.name, by=request.user)
    _say_late(request, added)
    numbers = {"added": len(added), "known": known, "left": ", ".join(found.unknown)}
    if found.unknown:
        return _("%(added)s rates added, %(known)s known already. Left out, because they are no active currency: %(left)s.") % numbers
    return _("%(added)s rates added, %(known)s known already.") % numbers


@readers
def new_rate(request: HttpRequest) -> HttpResponseBase:
    """Add one rate by hand."""
    if not permissions.can_add_rates(request.user):
        raise PermissionDenied
    form = RateForm(_data(request))
    if form.is_valid() and pages.attempt(form, lambda: _add_rate(request, form.cleaned_data)):
        return pages.done(request, _("The rate was added."), "ledger:rates")
    return _form_page(request, form, _("Add an exchange rate"), "ledger:rates")


def _add_rate(request: HttpRequest, values: dict[str, Any]) -> None:
    rate = (values["currency"], values["effective_on"], values["value"])
    added, _known = actions.add_rates([rate], source=values["source"], by=request.user)
    _say_late(request, added)


def _say_late(request: HttpRequest, added: list[Rate]) -> None:
    """Whoever adds a rate of a day that has passed is told at once that lines of its days stand at another."""
    many = rate_use.posted_before(added).count()
    if many:
        text = ngettext(
            "%(count)s line of these days was posted before at another rate: look at it under “Lines at another rate”.",
            "%(count)s lines of these days were posted before at another rate: look at them under “Lines at another rate”.",
            many,
        )
        messages.warning(request, text % {"count": many})


@readers
def periods(request: HttpRequest) -> HttpResponseBase:
    """The accounting periods; each leads to its closing."""
    found = Period.objects.visible_to(request.user).select_related("proposed_by", "approved_by").order_by("-year", "number")
    years = [(year, list(rows)) for year, rows in groupby(found, lambda period: period.year_id)]
    context = {
        "years": years,
        "unfolded": (clock.today().year - 1, clock.today().year),
        "form": YearForm(),
        "can_open": permissions.can_open_year(request.user),
        "point": point_of(request),
    }
    return render(request, "ledger/periods.html", context)


@readers
@require_POST
def open_year(request: HttpRequest) -> HttpResponseBase:
    """Open a fiscal year."""
    if not permissions.can_open_year(request.user):
        raise PermissionDenied
    form = YearForm(request.POST)
    if form.is_valid() and pages.attempt(form, lambda: actions.open_year(form.cleaned_data["year"], by=request.user)):
        return pages.done(request, _("The fiscal year is open."), "ledger:periods")
    return _form_page(request, form, _("Open a fiscal year"), "ledger:periods")


@readers
def check(request: HttpRequest) -> HttpResponse:
    """Verify the chains and the books on screen; what is found is said in sentences."""
    findings = verification.check_books() if request.method == "POST" else None
    context = {
        "findings": findings,
        "point": point_of(request),
        "ledger_head": LedgerHead.objects.first(),
        "audit_head": AuditHead.objects.first(),
        "entries": Entry.objects.count(),
        "lines": Line.objects.count(),
        "subaccounts": Subaccount.objects.count(),
    }
    return render(request, "ledger/check.html", context)
