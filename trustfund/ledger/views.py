"""The books on screen: for finance, the approving officer, the fund manager and the auditor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from types import MethodType
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from trustfund import acting, clock, pages
from trustfund.audit.models import AuditHead
from trustfund.ledger import actions, balances, chart, permissions, rate_use, shown, verification
from trustfund.ledger import headroom as funding
from trustfund.ledger import periods as closings
from trustfund.ledger.forms import AsOfForm, BankForm, HeadroomForm, RateFileForm, RateForm, SpanForm, YearForm
from trustfund.ledger.models import GENERAL, Entry, FiscalYear, LedgerHead, Line, Period, Rate, Subaccount
from trustfund.ledger.sealing import head
from trustfund.lists import Filter, listing
from trustfund.workflow import possible

View = Callable[..., HttpResponseBase]


def readers(view: View) -> View:
    """Only those who may read the books: others are asked to sign in, or refused."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not permissions.can_read_books(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(asked)


def _as_of(request: HttpRequest) -> tuple[AsOfForm, date]:
    form = AsOfForm(request.GET)
    return form, (form.cleaned_data["as_of"] if form.is_valid() else None) or clock.today()


@readers
def index(request: HttpRequest) -> HttpResponse:
    """The trial balance as of a day."""
    form, as_of = _as_of(request)
    rows = balances.trial_balance(as_of)
    sums = {side: sum((getattr(row, f"{side}_balance") for row in rows), start=balances.NOTHING) for side in ("debit", "credit")}
    context = {"form": form, "as_of": as_of, "rows": rows, "sums": sums, "head": head()}
    return render(request, "ledger/index.html", context, status=200 if form.is_valid() else 422)


@readers
def account(request: HttpRequest, code: str) -> HttpResponseBase:
    """The general ledger of one account: its lines from a day to a day, with the balance after each."""
    definition = chart.BY_CODE.get(code)
    if definition is None:
        raise Http404
    form = SpanForm(request.GET)
    span = form.cleaned_data if form.is_valid() else {}
    opening, lines = balances.movements(code, span.get("start"), span.get("end"), span.get("of"))
    closing = balances.balance(code, span.get("end"), span.get("of"))
    return listing(
        request,
        shown.lines_of(lines, opening),
        title=f"{definition.code} {definition.label}",
        columns=shown.LINES,
        empty={"text": _("Nothing was posted to this account in these days.")},
        template="ledger/account.html",
        context={"form": form, "opening": opening, "closing": closing, "account": definition},
    )


@readers
def entries(request: HttpRequest) -> HttpResponseBase:
    """All entries."""
    return listing(
        request,
        shown.with_amount(Entry.objects.visible_to(request.user)).select_related("by"),
        title=_("Entries"),
        columns=shown.ENTRIES,
        search=["reference", "source", "object_id"],
        filters=[
            Filter("kind", _("Kind"), Entry.Kind.choices, "kind"),
            Filter("year", _("Year"), lambda: [(each.year, str(each.year)) for each in FiscalYear.objects.all()], "year"),
        ],
        sort="-number",
        empty={"text": _("Nothing has been posted yet.")},
        template="ledger/entries.html",
    )


@login_required
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry: its lines, its seal, what caused it, what it funded."""
    about = ("seal", "period", "by", "reverses")
    found = get_object_or_404(Entry.objects.visible_to(request.user).select_related(*about), seal__seq=pk)
    context = {
        "entry": found,
        "lines": found.lines.select_related("account", "subaccount").order_by("position"),
        "allocations": found.allocations.select_related("instalment", "grant", "funding").order_by("pk"),
        "notes": found.notes.select_related("by"),
        "reversed_by": Entry.objects.filter(reverses=found).first(),
        "source": shown.source_of(found),
        "total": sum((line.amount for line in found.lines.all() if line.debit), start=balances.NOTHING),
    }
    return render(request, "ledger/entry.html", context)


@readers
def headroom(request: HttpRequest) -> HttpResponse:
    """What each contribution can still fund, as of a day, in a window."""
    form = HeadroomForm({"window": GENERAL, **request.GET.dict()})
    as_of = (form.cleaned_data["as_of"] if form.is_valid() else None) or clock.today()
    window = form.cleaned_data.get("window") if form.is_valid() else None
    if form.is_valid() and not pages.attempt(form, lambda: funding.rule_on(as_of)):
        as_of = clock.today()
    rows = funding.headroom(as_of, window=window.code if window else GENERAL)
    context = {"form": form, "as_of": as_of, "rows": rows, "sums": funding.totals(rows), "rule": funding.rule_on(as_of)}
    return render(request, "ledger/headroom.html", context, status=200 if form.is_valid() else 422)


@readers
def banks(request: HttpRequest) -> HttpResponse:
    """The Fund's own bank accounts, with their balances: the cash position."""
    form, as_of = _as_of(request)
    rows = balances.bank_balances(as_of)
    context = {
        "form": form,
        "as_of": as_of,
        "rows": rows,
        "total": sum((row.usd for row in rows), start=balances.NOTHING),
        "can_open": permissions.can_open_bank(request.user),
    }
    return render(request, "ledger/banks.html", context, status=200 if form.is_valid() else 422)


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
        context={"can_add": permissions.can_add_rates(request.user)},
    )


def currencies() -> list[tuple[str, str]]:
    """The currencies that have rates, as choices of a filter."""
    codes = Rate.objects.order_by("currency").values_list("currency", flat=True).distinct()
    return [(code, code) for code in codes]


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
    if form.is_valid() and pages.attempt(form, lambda: _add_rate(form.cleaned_data, request.user)):
        return pages.done(request, _("The rate was added."), "ledger:rates")
    return _form_page(request, form, _("Add an exchange rate"), "ledger:rates")


def _add_rate(values: dict[str, Any], user: Any) -> None:
    rate = (values["currency"], values["effective_on"], values["value"])
    actions.add_rates([rate], source=values["source"], by=user)


@readers
def periods(request: HttpRequest) -> HttpResponseBase:
    """The accounting periods, and what may be done to each."""
    found = Period.objects.visible_to(request.user).select_related("proposed_by", "approved_by").order_by("-year", "number")
    rows = [(period, _open_acts(period, request.user)) for period in found]
    context = {"rows": rows, "form": YearForm(), "can_open": permissions.can_open_year(request.user)}
    return render(request, "ledger/periods.html", context)


def _open_acts(period: Period, user: Any) -> list[tuple[str, Any]]:
    """The acts that are in order now and that the user may do: how the address names each, and its label."""
    return [(name, act.label) for name, act in ACTS.items() if possible(_bound(act, period), by=user)]


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


class PeriodAct(NamedTuple):
    """What may be done to a period: its transition, what does it, the word on the button, the word of warning."""

    transition: Callable[..., Any]
    do: Callable[..., Period]
    label: Any
    warning: Any


ANOTHER = gettext_lazy("Another person will decide.")
ACTS = {
    "propose-closing": PeriodAct(Period.propose_closing, closings.propose_closing, gettext_lazy("Propose to close"), ANOTHER),
    "close": PeriodAct(Period.close, closings.close, gettext_lazy("Close"), gettext_lazy("Nothing can be posted into a closed period.")),
    "refuse-closing": PeriodAct(
        Period.refuse_closing, closings.refuse_closing, gettext_lazy("Refuse to close"), gettext_lazy("The period stays open.")
    ),
    "propose-reopening": PeriodAct(Period.propose_reopening, closings.propose_reopening, gettext_lazy("Propose to reopen"), ANOTHER),
    "reopen": PeriodAct(Period.reopen, closings.reopen, gettext_lazy("Reopen"), gettext_lazy("Statements made of this period may change.")),
    "refuse-reopening": PeriodAct(
        Period.refuse_reopening, closings.refuse_reopening, gettext_lazy("Refuse to reopen"), gettext_lazy("The period stays closed.")
    ),
}


def _bound(act: PeriodAct, period: Period) -> Callable[..., Any]:
    return MethodType(act.transition, period)


@login_required
def decide(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """The interruption page before a period is closed or reopened, by two people."""
    period = get_object_or_404(Period.objects.visible_to(request.user), pk=pk)
    if act not in ACTS:
        raise Http404
    chosen = ACTS[act]
    return acting.page(
        request,
        _bound(chosen, period),
        chosen.do,
        title=_("%(act)s: period %(period)s") % {"act": chosen.label, "period": period},
        facts=[(_("From"), period.starts_on), (_("To"), period.ends_on), (_("Entries"), period.entries.count())],
        button=str(chosen.label),
        back=reverse("ledger:periods"),
        done=_("It is done."),
        warning=str(chosen.warning),
    )


@readers
def check(request: HttpRequest) -> HttpResponse:
    """Verify the chains and the books on screen; what is found is said in sentences."""
    findings = verification.check_books() if request.method == "POST" else None
    context = {
        "findings": findings,
        "ledger_head": LedgerHead.objects.first(),
        "audit_head": AuditHead.objects.first(),
        "entries": Entry.objects.count(),
        "lines": Line.objects.count(),
        "subaccounts": Subaccount.objects.count(),
    }
    return render(request, "ledger/check.html", context)
