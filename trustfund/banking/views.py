"""Pages about the banks' statements: the list, one statement, its lines, matching, the accounts, the reconciliation statement."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_fsm import TransitionNotAllowed

from trustfund import pages
from trustfund.audit.recording import trail_for
from trustfund.banking import actions, hooks, open_items, permissions
from trustfund.banking.forms import ChosenForm, DayForm, DetailsForm, HandForm, UploadForm
from trustfund.banking.models import BankDetails, BankLine, BankStatement
from trustfund.banking.reconciliation import Item, Reconciliation, reconcile
from trustfund.files.serving import serve
from trustfund.ledger.models import Subaccount
from trustfund.lists import Column, Filter, listing

View = Callable[..., HttpResponseBase]

STATEMENTS = [
    Column("number", gettext_lazy("Statement"), "number", sort="number", url=BankStatement.get_absolute_url),
    Column("bank", gettext_lazy("Bank account"), "bank.code", sort="bank__code"),
    Column("from", gettext_lazy("From"), "opened_on", kind="date", sort="opened_on"),
    Column("to", gettext_lazy("To"), "closed_on", kind="date", sort="closed_on"),
    Column("closing", gettext_lazy("Closing balance"), "closing", kind="money", sort="closing_minor"),
    Column("lines", gettext_lazy("Lines"), "many", kind="number", sort="many"),
    Column("open", gettext_lazy("To match"), "waiting", kind="number", sort="waiting"),
    Column("imported", gettext_lazy("Imported"), "imported_at", kind="datetime", sort="imported_at"),
    Column("by", gettext_lazy("By"), "imported_by.name", sort="imported_by__name"),
]
LINES = [
    Column("booked", gettext_lazy("Booked on"), "booked_on", kind="date", sort="booked_on", url=BankLine.get_absolute_url),
    Column("value", gettext_lazy("Value date"), "value_on", kind="date", sort="value_on"),
    Column("bank", gettext_lazy("Bank account"), "bank.code", sort="bank__code"),
    Column("counterparty", gettext_lazy("Counterparty"), "counterparty", sort="counterparty"),
    Column("text", gettext_lazy("Remittance text"), lambda line: line.text or line.end_to_end_id),
    Column("reference", gettext_lazy("Bank reference"), "bank_reference", sort="bank_reference"),
    Column("amount", gettext_lazy("Amount"), "amount", kind="money", sort="amount_minor"),
    Column("state", gettext_lazy("State"), lambda line: line, kind="state"),
]
ITEMS = [
    Column("part", gettext_lazy("Part of the statement"), lambda row: row[0]),
    Column("day", gettext_lazy("Day"), lambda row: row[1].day),
    Column("what", gettext_lazy("Item"), lambda row: row[1].what),
    Column("reference", gettext_lazy("Reference"), lambda row: row[1].reference),
    Column("amount", gettext_lazy("Amount"), lambda row: row[1].amount),
]
STATES = Filter(
    "state",
    gettext_lazy("State"),
    [("open", gettext_lazy("To match")), ("matched", gettext_lazy("Matched"))],
    lambda found, value: found.filter(match__isnull=value == "open"),
)


def readers(view: View) -> View:
    """Only those who may see the statements: others are asked to sign in, or refused."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not permissions.can_see(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(asked)


def _banks() -> list[tuple[str, str]]:
    found = Subaccount.objects.filter(kind=Subaccount.Kind.BANK).order_by("code")
    return [(bank.code, f"{bank.code} {bank.name}") for bank in found]


@readers
def index(request: HttpRequest) -> HttpResponseBase:
    """All statements, the newest first."""
    counted = {"many": Count("lines"), "waiting": Count("lines", filter=Q(lines__match=None))}
    return listing(
        request,
        BankStatement.objects.visible_to(request.user).select_related("bank", "imported_by").annotate(**counted),
        title=_("Bank statements"),
        columns=STATEMENTS,
        search=["number", "bank__code", "bank__name"],
        filters=[Filter("bank", _("Bank account"), _banks, "bank__code")],
        sort="-to",
        empty={"text": _("No statement of a bank has been imported yet.")},
        template="banking/index.html",
        context={"can_import": permissions.can_import(request.user)},
    )


@readers
def take_in(request: HttpRequest) -> HttpResponseBase:
    """Take in a file of a bank."""
    if not permissions.can_import(request.user):
        raise PermissionDenied
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    made: list[BankStatement] = []
    if form.is_valid() and pages.attempt(form, lambda: made.extend(_take_in(form, request.user))):
        return pages.done(request, _("The statement is imported. Its lines wait to be matched."), made[-1])
    context = {"form": form, "ready": BankDetails.objects.exists()}
    return render(request, "banking/take_in.html", context, status=422 if form.is_bound else 200)


def _take_in(form: UploadForm, user: Any) -> list[BankStatement]:
    data = form.cleaned_data
    balances = {"opening": data["opening"], "closing": data["closing"]}
    return actions.take_in(data["details"], data["file"].name, form.content(), by=user, **balances)


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One statement with its lines and what became of each."""
    statement = _statement(request, pk)
    return listing(
        request,
        statement.lines.select_related("bank", "match"),
        title=_("Statement %(number)s") % {"number": statement.number},
        columns=LINES,
        search=["counterparty", "text", "bank_reference", "end_to_end_id"],
        filters=[STATES],
        empty={"text": _("Nothing moved in the days of this statement.")},
        template="banking/detail.html",
        context={"statement": statement, "events": trail_for(statement), "waiting": statement.lines.filter(match=None).count()},
    )


@login_required
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as the bank sent it."""
    return serve(_statement(request, pk).file)


def _statement(request: HttpRequest, pk: int) -> BankStatement:
    found = BankStatement.objects.visible_to(request.user).select_related("bank", "file", "imported_by", "previous")
    statement: BankStatement = get_object_or_404(found, pk=pk)
    return statement


@readers
def lines(request: HttpRequest) -> HttpResponseBase:
    """The lines of all statements; those to match with `?state=open`."""
    return listing(
        request,
        BankLine.objects.visible_to(request.user).select_related("bank", "match"),
        title=_("Lines of the banks"),
        columns=LINES,
        search=["counterparty", "text", "bank_reference", "end_to_end_id"],
        filters=[STATES, Filter("bank", _("Bank account"), _banks, "bank__code")],
        sort="-booked",
        empty={"text": _("No statement of a bank has been imported yet.")},
        template="banking/lines.html",
    )


def _line(request: HttpRequest, pk: int) -> BankLine:
    found = BankLine.objects.visible_to(request.user).select_related("bank__bank_details", "statement", "match__confirmed_by")
    line: BankLine = get_object_or_404(found, pk=pk)
    return line


@login_required
def line(request: HttpRequest, line_pk: int) -> HttpResponseBase:
    """One line of a bank: what it is in the books, or what it may be."""
    return _line_page(request, _line(request, line_pk))


def _line_page(request: HttpRequest, line: BankLine, chosen: Any = None, hand: Any = None) -> HttpResponse:
    can_match = permissions.can_match(line, request.user)
    waits = can_match and not line.is_matched
    context = {
        "line": line,
        "parts": line.match.parts.select_related("line__entry") if line.is_matched else [],
        "can_match": can_match,
        "suggestions": open_items.suggestions(line) if waits else [],
        "offers": hooks.offers_for(line, request.user) if waits else [],
        "chosen": chosen,
        "hand": hand or (HandForm(line) if waits else None),
        "events": trail_for(line),
    }
    return render(request, "banking/line.html", context, status=422 if chosen or hand else 200)


@login_required
@require_POST
def confirm(request: HttpRequest, line_pk: int) -> HttpResponseBase:
    """Confirm a suggestion, or the lines that were chosen by hand."""
    line = _line(request, line_pk)
    _require_open(line, request.user)
    by_hand = "suggestion" not in request.POST
    form: Any = HandForm(line, request.POST) if by_hand else ChosenForm(request.POST)
    field = "lines" if by_hand else "suggestion"
    if form.is_valid() and pages.attempt(form, lambda: actions.confirm(line, list(form.cleaned_data[field]), by=request.user)):
        return pages.done(request, _("The line is matched."), _next(line))
    return _line_page(request, line, hand=form) if by_hand else _line_page(request, line, chosen=form)


def _require_open(line: BankLine, user: Any) -> None:
    """What the acts ask first, for their pages."""
    if not permissions.can_match(line, user):
        raise PermissionDenied
    if line.is_matched:
        raise TransitionNotAllowed("The line is matched already.", object=line)


def _next(line: BankLine) -> str:
    """The next line to match of the same account, or the line itself."""
    waiting = BankLine.objects.unmatched().filter(bank=line.bank).order_by("booked_on", "pk").first()
    return (waiting or line).get_absolute_url()


@login_required
def undo(request: HttpRequest, line_pk: int) -> HttpResponseBase:
    """Take a match back."""
    line = _line(request, line_pk)
    if not permissions.can_match(line, request.user):
        raise PermissionDenied
    if not line.is_matched:
        raise TransitionNotAllowed("The line is not matched.", object=line)
    return pages.confirm(
        request,
        title=_("Take back a match"),
        facts=[(_("Line of the bank"), line.reference), (_("Booked on"), line.booked_on), (_("Amount"), line.amount)],
        button=_("Take it back"),
        do=lambda _cleaned: actions.undo(line, by=request.user),
        back=line.get_absolute_url(),
        done=_("The match is taken back: the line is to be matched again."),
        warning=_("What was posted stays posted; only the match goes."),
    )


@login_required
def take_up(request: HttpRequest, line_pk: int, offer: str) -> HttpResponseBase:
    """Do what another room offers for the line, as settling the payment that it is."""
    line = _line(request, line_pk)
    _require_open(line, request.user)
    found = next((each for each in hooks.offers_for(line, request.user) if each.key == offer), None)
    if found is None:
        raise Http404
    return pages.confirm(
        request,
        title=found.label,
        facts=[*found.facts, (_("Value date"), line.value_on), (_("Amount"), line.amount), (_("Bank reference"), line.reference)],
        button=_("Post it and match the line"),
        do=lambda _cleaned: actions.take_up(line, found.key, by=request.user),
        back=line.get_absolute_url(),
        done=_("It is posted, and the line is matched."),
        warning=found.warning,
    )


@readers
def accounts(request: HttpRequest) -> HttpResponseBase:
    """The Fund's bank accounts: what the bank calls each, and to which day its statements reach."""
    banks = Subaccount.objects.filter(kind=Subaccount.Kind.BANK).select_related("bank_details").order_by("code")
    last = {each.bank_id: each for each in BankStatement.objects.filter(next=None)}
    rows = [(bank, getattr(bank, "bank_details", None), last.get(bank.pk)) for bank in banks]
    return render(request, "banking/accounts.html", {"rows": rows, "can_import": permissions.can_import(request.user)})


@readers
def describe(request: HttpRequest, bank: str) -> HttpResponseBase:
    """Say what the bank calls an account, and how it writes its CSV."""
    if not permissions.can_import(request.user):
        raise PermissionDenied
    found = get_object_or_404(Subaccount, kind=Subaccount.Kind.BANK, code=bank)
    details = BankDetails.objects.select_related("bank").filter(bank=found).first()
    form = DetailsForm(request.POST if request.method == "POST" else None, initial=DetailsForm.initial_of(details))
    if form.is_valid() and pages.attempt(form, lambda: _describe(found, form, request.user)):
        return pages.done(request, _("The account is described."), "banking:accounts")
    context = {"form": form, "bank": found, "events": trail_for(details) if details else []}
    return render(request, "banking/describe.html", context, status=422 if form.is_bound else 200)


def _describe(bank: Subaccount, form: DetailsForm, user: Any) -> BankDetails:
    data = form.cleaned_data
    return actions.describe(bank, by=user, account=data["account"], bic=data["bic"], layout=form.layout())


@readers
def reconciliation(request: HttpRequest) -> HttpResponseBase:
    """The reconciliation statement of an account on a day, on screen or as a file."""
    form = DayForm(request.GET) if request.GET.get("bank") else DayForm()
    found = reconcile(form.cleaned_data["bank"], form.cleaned_data["day"]) if form.is_valid() else None
    if found and request.GET.get("export") in ("csv", "xlsx"):
        from trustfund.documents import tables

        title = _("Reconciliation %(bank)s %(day)s") % {"bank": found.bank.code, "day": found.day}
        return tables.response(request.GET["export"], title, ITEMS, _rows(found))
    context = {"form": form, "found": found, "asked": form.is_bound and form.is_valid(), "params": request.GET.urlencode()}
    return render(request, "banking/reconciliation.html", context, status=422 if form.is_bound and not form.is_valid() else 200)


def _rows(found: Reconciliation) -> list[tuple[str, Item]]:
    """The statement as rows of a file: both balances, every item, the difference."""

    def row(part: str, amount: Any, day: Any = found.day) -> tuple[str, Item]:
        return part, Item(day, "", "", amount, "")

    differs = [row(_("Difference before the first statement"), found.at_the_beginning, found.first.opened_on)] if found.difference else []
    return [
        row(_("Balance per bank"), found.per_bank),
        *((_("In the books, not at the bank yet"), item) for item in found.outstanding),
        *((_("At the bank, not in the books yet"), Item(i.day, i.what, i.reference, -i.amount, i.url)) for i in found.unmatched),
        *differs,
        row(_("Balance per books"), found.per_books),
    ]
