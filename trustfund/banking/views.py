"""Pages about the banks' statements: the list, one statement, taking it in and back, its lines, the accounts, the reconciliation."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from trustfund import acting, pages
from trustfund.audit.recording import trail_for
from trustfund.banking import actions, paper, permissions, withdrawing
from trustfund.banking.forms import DayForm, DetailsForm, UploadForm, WithdrawForm
from trustfund.banking.models import BankDetails, BankLine, BankStatement, Withdrawal
from trustfund.banking.reconciliation import Item, Reconciliation, described, reconcile
from trustfund.files.kinds import Kind
from trustfund.files.serving import download, serve
from trustfund.ledger.models import Subaccount
from trustfund.lists import Column, Filter, listing
from trustfund.workflow import possible

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
    Column("state", gettext_lazy("State"), lambda statement: statement, kind="state"),
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
    Column("what", gettext_lazy("Item"), lambda row: row[1].in_full),
    Column("reference", gettext_lazy("Reference"), lambda row: row[1].reference),
    Column("amount", gettext_lazy("Amount"), lambda row: row[1].amount),
]
STATES = Filter(
    "state",
    gettext_lazy("State"),
    [("open", gettext_lazy("To match")), ("matched", gettext_lazy("Matched"))],
    lambda found, value: found.filter(match=None, statement__withdrawal=None) if value == "open" else found.exclude(match=None),
)
STANDING = Filter(
    "state",
    gettext_lazy("State"),
    [("standing", gettext_lazy("Standing")), ("withdrawn", gettext_lazy("Withdrawn"))],
    lambda found, value: found.filter(withdrawal__isnull=value == "standing"),
)
readers = pages.only(permissions.can_see)


def _banks() -> list[tuple[str, str]]:
    found = Subaccount.objects.filter(kind=Subaccount.Kind.BANK).order_by("code")
    return [(bank.code, f"{bank.code} {bank.name}") for bank in found]


@readers
def index(request: HttpRequest) -> HttpResponseBase:
    """All statements, the newest first."""
    counted = {"many": Count("lines"), "waiting": Count("lines", filter=Q(lines__match=None, withdrawal=None))}
    return listing(
        request,
        BankStatement.objects.visible_to(request.user).select_related("bank", "imported_by").annotate(**counted),
        title=_("Bank statements"),
        columns=STATEMENTS,
        search=["number", "bank__code", "bank__name"],
        filters=[Filter("bank", _("Bank account"), _banks, "bank__code"), STANDING],
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
        statement.lines.select_related("bank", "match", "statement"),
        title=_("Statement %(number)s") % {"number": statement.number},
        columns=LINES,
        search=["counterparty", "text", "bank_reference", "end_to_end_id"],
        filters=[STATES],
        empty={"text": _("Nothing moved in the days of this statement.")},
        template="banking/detail.html",
        context={"statement": statement, **_waiting(statement, request.user), **_withdrawal(statement, request.user)},
    )


def _waiting(statement: BankStatement, user: Any) -> dict[str, Any]:
    """How many of its lines are to be matched, and whether the reader may do it."""
    waiting = statement.lines.unmatched().count()
    return {"waiting": waiting, "can_match": bool(waiting) and permissions.can_match(None, user)}


def _withdrawal(statement: BankStatement, user: Any) -> dict[str, Any]:
    """Whether somebody wants the statement withdrawn, and what the reader may do about it."""
    asked = statement.withdrawals.select_related("asked_by", "decided_by").first()
    under_way = asked is not None and asked.state == Withdrawal.State.ASKED
    return {
        "asked": asked,
        "events": [*trail_for(statement), *(trail_for(asked) if asked else [])],
        "can_withdraw": permissions.can_withdraw(user) and not statement.withdrawal_id and not under_way,
        "can_confirm": asked is not None and possible(asked.confirm, by=user),
        "can_decline": asked is not None and possible(asked.decline, by=user),
    }


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take a statement back, or ask a second person to."""
    statement = _statement(request, pk)
    withdrawing.may_withdraw(statement, request.user)
    matched = statement.lines.exclude(match=None).count()
    return pages.confirm(
        request,
        title=_("Withdraw this statement"),
        facts=[*_about(statement), (_("Matched lines"), str(matched))],
        form=WithdrawForm(request.POST or None),
        button=_("Ask a second person") if matched else _("Withdraw it"),
        do=lambda data: withdrawing.withdraw(statement, by=request.user, **data),
        back=statement.get_absolute_url(),
        done=_("Another person has to confirm it.") if matched else _("The statement is withdrawn. It stays on record."),
        warning=_("It stays on record and counts for nothing any more; the right one can be imported in its place."),
        tone="blocked",
    )


@login_required
def confirm_withdrawal(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A second person agrees that it goes."""
    asked = _asked(request, pk)
    return acting.page(
        request,
        asked.confirm,
        withdrawing.confirm,
        title=_("Withdraw this statement"),
        facts=[*_about(asked.statement), (_("Matched lines"), str(asked.matched)), *_why(asked)],
        warning=_("All its matches are taken back. What was posted stays posted."),
        tone="blocked",
        button=_("Withdraw it"),
        done=_("The statement is withdrawn. It stays on record."),
    )


@login_required
def decline_withdrawal(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The statement stays."""
    asked = _asked(request, pk)
    return acting.page(
        request,
        asked.decline,
        withdrawing.decline,
        title=_("Leave this statement as it is"),
        facts=[*_about(asked.statement), *_why(asked)],
        button=_("Leave it"),
        done=_("The statement stays."),
    )


def _asked(request: HttpRequest, pk: int) -> Withdrawal:
    """The newest withdrawal of a statement that the reader sees."""
    statement = _statement(request, pk)
    asked = statement.withdrawals.select_related("asked_by", "statement__bank__bank_details").first()
    if asked is None:
        raise Http404
    return asked


def _why(asked: Withdrawal) -> pages.Facts:
    return [(_("Asked by"), asked.asked_by.name), (_("Reason"), asked.reason)]


def _about(statement: BankStatement) -> pages.Facts:
    return [
        (_("Statement"), statement.number),
        (_("Bank account"), statement.bank.name),
        (_("From"), statement.opened_on),
        (_("To"), statement.closed_on),
        (_("Closing balance"), statement.closing),
    ]


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
        BankLine.objects.visible_to(request.user).filter(statement__withdrawal=None).select_related("bank", "match", "statement"),
        title=_("Lines of the banks"),
        columns=LINES,
        search=["counterparty", "text", "bank_reference", "end_to_end_id"],
        filters=[STATES, Filter("bank", _("Bank account"), _banks, "bank__code")],
        sort="-booked",
        empty={"text": _("No statement of a bank has been imported yet.")},
        template="banking/lines.html",
        context={"can_match": permissions.can_match(None, request.user)},
    )


def _first_account() -> dict[str, str] | None:
    """What the page shows before anybody asks: the first account of which there is a statement, today."""
    first = BankStatement.objects.standing().order_by("bank__code").values_list("bank__code", flat=True).first()
    return {"bank": first} if first else None


@readers
def accounts(request: HttpRequest) -> HttpResponseBase:
    """The Fund's bank accounts: what the bank calls each, and to which day its statements reach."""
    banks = Subaccount.objects.filter(kind=Subaccount.Kind.BANK).select_related("bank_details").order_by("code")
    last = {each.bank_id: each for each in BankStatement.objects.standing().filter(next=None)}
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
    form = DayForm(request.GET if request.GET.get("bank") else _first_account())
    found = reconcile(form.cleaned_data["bank"], form.cleaned_data["day"]) if form.is_valid() else None
    found = found and described(found)
    if found and request.GET.get("export") in ("csv", "xlsx"):
        from trustfund.documents import tables

        title = _("Reconciliation %(bank)s %(day)s") % {"bank": found.bank.code, "day": found.day}
        return tables.response(request.GET["export"], title, ITEMS, _rows(found))
    if found and request.GET.get("export") == "pdf":
        return download(paper.pdf_of(found, get_language() or "en"), f"reconciliation-{found.bank.code}-{found.day}.pdf", Kind.PDF)
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
