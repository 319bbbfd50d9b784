"""Pages of vouchers: the list, one voucher, the grid in which it is written, and one page per act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from trustfund import acting, pages, rows
from trustfund.audit.recording import trail_for
from trustfund.files.serving import serve
from trustfund.ledger import chart
from trustfund.ledger.asof import point_of
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.models import GENERAL, FiscalYear, FundWindow, Subaccount
from trustfund.lists import Column, Filter, listing
from trustfund.people.sessions import fresh_sign_in
from trustfund.ui.formatting import money_text
from trustfund.vouchers import actions, forms, permissions, preparing, rules
from trustfund.vouchers.models import Attachment, Line, Voucher
from trustfund.vouchers.prepared.registry import EVENTS, what
from trustfund.workflow import possibilities, possible, require

OFFERED = 1000
"""How many subaccounts the page offers while somebody types; any other code may be typed too."""

COLUMNS = [
    Column("number", gettext_lazy("Number"), "number", sort="pk", url=Voucher.get_absolute_url),
    Column("date", gettext_lazy("Date"), "date", kind="date", sort="date"),
    Column("narrative", gettext_lazy("Narrative"), "narrative"),
    Column("kind", gettext_lazy("Kind"), what, sort="kind"),
    Column("maker", gettext_lazy("Made by"), "maker.name", sort="maker__name"),
    Column("checker", gettext_lazy("Approved by"), "checker.name", sort="checker__name"),
    Column("entry", gettext_lazy("Entry"), "entry", sort="entry"),
    Column("amount", gettext_lazy("Amount, USD"), "total_usd", kind="money", sort="total_usd", total="total_usd"),
    Column("state", gettext_lazy("State"), lambda voucher: voucher, kind="state", sort="state"),
]


def _years() -> list[tuple[int, str]]:
    return [(each.year, str(each.year)) for each in FiscalYear.objects.all()]


FILTERS = [
    Filter("state", gettext_lazy("State"), Voucher.State.choices, "state"),
    Filter("kind", gettext_lazy("Kind"), Voucher.Kind.choices, "kind"),
    Filter("event", gettext_lazy("Prepared for"), [(event.name, event.title) for event in EVENTS.values()], "event"),
    Filter("year", gettext_lazy("Year"), _years, "date__year"),
    Filter("window", gettext_lazy("Fund window"), lambda: list(FundWindow.objects.values_list("code", "name")), "window"),
]


def _search(found: QuerySet[Any], text: str) -> QuerySet[Any]:
    """By number (V-2026-0012, or 12), or by words of the narrative and the memos."""
    number = text.rsplit("-", 1)[-1]
    match = Q(pk=int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else Q()
    words = Q()
    for word in text.split():
        words &= Q(narrative__icontains=word) | Q(pk__in=Line.objects.filter(memo__icontains=word).values("voucher"))
    return found.filter(match | words if match else words)


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All vouchers."""
    if not permissions.can_read_books(request.user):
        raise PermissionDenied
    point = point_of(request)
    return listing(
        request,
        point.within(Voucher.objects.visible_to(request.user).with_total(), seal="entry").select_related("maker", "checker", "entry"),
        title=_("Journal vouchers"),
        columns=[replace(COLUMNS[0], url=lambda voucher: point.at(voucher.get_absolute_url())), *COLUMNS[1:]],
        search=_search,
        filters=FILTERS,
        sort="-number",
        empty={"text": _("There is no voucher yet. What the workflow posts by itself needs none.")},
        template="vouchers/index.html",
        context={"can_make": permissions.can_make(request.user), "point": point},
    )


def _voucher(request: HttpRequest, pk: int) -> Voucher:
    found = Voucher.objects.visible_to(request.user)
    return get_object_or_404(found.select_related("window", "maker", "checker", "entry", "reverses__entry"), pk=pk)


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One voucher: what it says, what stands in its way, its entry, its documents, what happened."""
    voucher = _voucher(request, pk)
    mine = possible(voucher.submit, by=request.user)
    content = actions.content_of(voucher)
    context = {
        "voucher": voucher,
        "what": what(voucher),
        "lines": voucher.lines.select_related("account", "subaccount", "window").order_by("position"),
        "workings": preparing.workings_of(voucher) if voucher.event else None,
        "point": point_of(request),
        "sums": rules.sums(content.rows),
        "problems": actions.problems_of(voucher) if mine else [],
        "attachments": voucher.attachments.select_related("file__uploaded_by"),
        "reversals": voucher.reversals.exclude(state=Voucher.State.CANCELLED),
        "events": trail_for(voucher),
        "can": possibilities(voucher, ACTS, by=request.user),
    }
    return render(request, "vouchers/detail.html", context)


ACTS = ("change", "prepare", "attach", "submit", "cancel", "approve", "return_", "ask_reversal")


# Writing


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Write a voucher."""
    if not permissions.can_make(request.user):
        raise PermissionDenied
    return _grid(request, None, {}, [], title=_("New voucher"))


@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Write it anew."""
    voucher = _voucher(request, pk)
    require(voucher.change, by=request.user)
    head = {"kind": voucher.kind, "date": voucher.date, "window": voucher.window_id, "narrative": voucher.narrative}
    lines = [forms.typed(row) for row in actions.content_of(voucher).rows]
    return _grid(request, voucher, head, lines, title=_("Change voucher %(number)s") % {"number": voucher.number})


def _grid(request: HttpRequest, voucher: Voucher | None, head: dict[str, Any], lines: list[dict[str, Any]], *, title: str) -> HttpResponse:
    """The page on which a voucher is written: nothing that was typed is lost, whatever is wrong with it."""
    saving = request.method == "POST" and not rows.adds(request)
    form = forms.VoucherForm(request.POST) if saving else forms.VoucherForm(initial=request.POST.dict() or head)
    grid = rows.formset(request, forms.LineForm, lines, spare=2 if lines else 4)
    if saving and form.is_valid() & grid.is_valid():
        saved = _saved(request, voucher, form, grid)
        if saved is not None:
            return pages.done(request, _("The voucher is saved."), saved)
    context = {"voucher": voucher, "form": form, "formset": grid, "title": title, **_offered()}
    return render(request, "vouchers/grid.html", context, status=422 if saving else 200)


def _offered() -> dict[str, Any]:
    """What the grid's fields offer while somebody types."""
    kinds = [Subaccount.Kind.BANK, Subaccount.Kind.WINDOW, Subaccount.Kind.INSTALMENT, Subaccount.Kind.GRANT]
    codes = Subaccount.objects.filter(kind__in=kinds).order_by("kind", "-pk").values_list("code", "name")[:OFFERED]
    currencies = Rate.objects.order_by("currency").values_list("currency", flat=True).distinct()
    return {"subaccounts": codes, "currencies": ["USD", *currencies]}


def _saved(request: HttpRequest, voucher: Voucher | None, form: forms.VoucherForm, grid: rows.Rows) -> Voucher | None:
    """The voucher, kept; None when something is wrong, which then stands beside its field. A draft may be incomplete."""
    content = forms.content(form.cleaned_data, grid.rows())
    about = {"by": request.user, "narrative": form.cleaned_data["narrative"]}
    try:
        if "unfinished" not in request.POST:
            rules.refuse(rules.problems_of(content))
        return actions.draft(content, **about) if voucher is None else actions.change(voucher, content, **about)
    except rules.Refused as refused:
        _point_out(refused.problems, form, grid)
        return None


def _point_out(problems: list[rules.Problem], form: forms.VoucherForm, grid: rows.Rows) -> None:
    """Each problem beside the field that it is about."""
    places = dict(enumerate(grid.numbers(), 1))
    for problem in problems:
        if problem.row is not None:
            grid.forms[places[problem.row] - 1].add_error(problem.field, problem.text)
        else:
            form.add_error(problem.field or None, problem.text)


# Deciding


def _facts(voucher: Voucher) -> list[tuple[str, Any]]:
    """What the page before an act says: the whole entry, side by side with its sums."""
    content = actions.content_of(voucher)
    debits, credits = rules.sums(content.rows)
    about = [(_("Voucher"), voucher.number), (_("Kind"), what(voucher)), (_("Date"), voucher.date), (_("Made by"), voucher.maker.name)]
    about += [(_("Reverses"), f"{voucher.reverses}, {voucher.reverses.entry}")] if voucher.reverses else []
    lines = [(_side(row), _worth(row)) for row in content.rows]
    return [*about, (_("Narrative"), voucher.narrative), *lines, (_("Debits in all"), debits), (_("Credits in all"), credits)]


def _side(row: rules.Row) -> str:
    side = _("Debit %(account)s") if row.side == "debit" else _("Credit %(account)s")
    account = f"{row.account} {chart.BY_CODE[row.account].label}"
    parts = [account, *([row.of.code] if row.of else []), *([row.window] if row.window not in ("", GENERAL) else [])]
    return side % {"account": ", ".join(parts)}


def _worth(row: rules.Row) -> Any:
    """The amount in USD, and in its own currency with the rate."""
    if row.usd is None or row.amount.currency == "USD" or not row.amount:
        return row.usd
    names = {"usd": money_text(row.usd), "amount": money_text(row.amount), "rate": f"{row.rate:f}"}
    return _("%(usd)s (%(amount)s at %(rate)s)") % names


def _with_evidence(voucher: Voucher, warning: str) -> str:
    """What is warned of; first, of a voucher that somebody wrote, that there is nothing to prove it."""
    if not voucher.is_written() or voucher.attachments.exists():
        return warning
    return f"{_('No document stands behind this voucher.')} {warning}"


@login_required
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """The maker submits it."""
    voucher = _voucher(request, pk)
    return acting.page(
        request,
        voucher.submit,
        actions.submit,
        title=_("Submit this voucher for approval"),
        facts=_facts(voucher),
        warning=_with_evidence(voucher, _("Another person approves it; then it is posted.")),
        button=_("Submit it"),
        done=_("The voucher is submitted. Another person approves it."),
    )


@fresh_sign_in
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person approves, and it is posted."""
    voucher = _voucher(request, pk)
    return acting.page(
        request,
        voucher.approve,
        _approved(request),
        title=_("Approve and post this voucher"),
        facts=[*_facts(voucher), (_("Attachments"), voucher.attachments.count())],
        form=forms.ApprovalForm(request.POST or None, initial={"seen": actions.version_of(voucher)}),
        warning=_with_evidence(voucher, _("It is posted at once and can’t be changed any more, only reversed by another voucher.")),
        button=_("Approve and post it"),
    )


def _approved(request: HttpRequest) -> Callable[..., Voucher]:
    """The act, and what is said of it: a prepared one goes back when the books have moved since."""

    def do(voucher: Voucher, **details: Any) -> Voucher:
        found = actions.approve(voucher, **details)
        if found.state == Voucher.State.APPROVED:
            messages.success(request, _("The voucher is approved and posted."))
        else:
            messages.warning(request, _("The voucher was not posted but returned to its maker: %(why)s") % {"why": found.reason})
        return found

    return do


@login_required
def return_(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person returns it."""
    voucher = _voucher(request, pk)
    return acting.page(
        request,
        voucher.return_,
        actions.return_,
        title=_("Return this voucher to its maker"),
        facts=_facts(voucher),
        form=forms.ReturnForm(request.POST or None),
        button=_("Return it"),
        done=_("The voucher is returned to its maker."),
    )


@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """The maker gives it up."""
    voucher = _voucher(request, pk)
    return acting.page(
        request,
        voucher.cancel,
        actions.cancel,
        title=_("Cancel this voucher"),
        facts=_facts(voucher),
        warning=_("It stays in the list, cancelled, and nothing is posted."),
        button=_("Cancel the voucher"),
        done=_("The voucher is cancelled."),
        tone="blocked",
    )


@login_required
def reverse_(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reversal of its entry."""
    voucher = _voucher(request, pk)
    return acting.page(
        request,
        voucher.ask_reversal,
        actions.reverse,
        title=_("Reverse the entry of this voucher"),
        facts=_facts(voucher),
        form=forms.ReversalForm(request.POST or None),
        warning=_("A voucher with the opposite lines is submitted. Another person approves it; then the entry is reversed."),
        button=_("Submit the reversal"),
        done=_("The reversal is submitted. Another person approves it."),
    )


# Attachments


@login_required
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a document to it."""
    voucher = _voucher(request, pk)
    require(voucher.attach, by=request.user)
    form = forms.AttachmentForm(request.POST, request.FILES) if request.method == "POST" else forms.AttachmentForm()
    if form.is_valid() and pages.attempt(form, lambda: actions.attach(voucher, by=request.user, **form.cleaned_data)):
        return pages.done(request, _("The document is attached."), voucher)
    return render(request, "vouchers/attach.html", {"voucher": voucher, "form": form}, status=422 if form.is_bound else 200)


def _attachment(request: HttpRequest, pk: int) -> Attachment:
    found = Attachment.objects.visible_to(request.user).select_related("file", "voucher__maker", "voucher__reverses")
    return get_object_or_404(found, pk=pk)


@login_required
@require_GET
def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A document, as it was taken in."""
    return serve(_attachment(request, pk).file)


@login_required
def detach(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a document off."""
    found = _attachment(request, pk)
    voucher = found.voucher
    require(voucher.attach, by=request.user)
    return pages.confirm(
        request,
        title=_("Take this document off"),
        facts=[(_("Voucher"), voucher.number), (_("Document"), found.file.name)],
        do=lambda _cleaned: actions.detach(found, by=request.user),
        back=voucher.get_absolute_url(),
        button=_("Take it off"),
        done=_("The document is taken off."),
    )
