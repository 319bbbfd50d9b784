"""The pages of batches: the list, a new one, one batch with its payments, and one page per act."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from grants.payments.batches import actions, acts, content, forms, permissions
from grants.payments.batches.models import PaymentBatch, State
from grants.payments.forms import NoteForm, our_accounts
from trustfund import acting, clock, pages
from trustfund.audit.recording import trail_for
from trustfund.files.kinds import Kind
from trustfund.files.serving import download
from trustfund.ledger.models import Subaccount
from trustfund.lists import Column, Filter, listing
from trustfund.people.sessions import fresh_sign_in
from trustfund.workflow import require

COLUMNS = [
    Column("batch", gettext_lazy("Batch"), "reference", sort="pk", url=PaymentBatch.get_absolute_url),
    Column("bank", gettext_lazy("From our account"), "paid_from.name", sort="paid_from__code"),
    Column("day", gettext_lazy("Day of execution"), "execution_on", kind="date", sort="execution_on"),
    Column("maker", gettext_lazy("Made by"), "maker.name", sort="maker__name"),
    Column("count", gettext_lazy("Payments"), "count", kind="number", sort="count"),
    Column("total", gettext_lazy("Control sum"), "total", kind="money", sort="total_minor"),
    Column("state", gettext_lazy("State"), lambda batch: batch, kind="state", sort="state"),
]


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All batches, the newest first."""
    if not permissions.can_see(request.user):
        raise PermissionDenied
    return listing(
        request,
        PaymentBatch.objects.visible_to(request.user).select_related("paid_from", "maker"),
        title=_("Payment batches"),
        columns=COLUMNS,
        search=["paid_from__name", "maker__name"],
        filters=[Filter("state", _("State"), State.choices, "state")],
        sort="-batch",
        empty={"text": _("No batch yet. Approved payments can be ordered from the bank together, in one file.")},
        template="grants/payments/batches/index.html",
        context={"can_make": permissions.can_make(request.user)},
    )


@login_required
@require_GET
def detail(request: HttpRequest, batch_pk: int) -> HttpResponse:
    """One batch: what the bank is told of whom, the totals and the hash, what happened."""
    batch = _batch(request, batch_pk)
    context = {**_shown(batch), "acts": acts.acts_of(batch, request.user), "events": trail_for(batch)}
    context["can_spell"] = batch.state == State.DRAFT and permissions.can_spell(batch, request.user)
    context["reads_file"] = batch.order_id and permissions.can_read_file(request.user)
    return render(request, "grants/payments/batches/detail.html", context)


def _shown(batch: PaymentBatch) -> dict[str, Any]:
    """The batch as its pages show it, once it was ordered with the names that went out; problems while one can do something about them."""
    rows = content.rows_of(content.payments_of(batch), batch.order.made_at if batch.order else None)
    count, total = batch.total_now()
    problems = content.problems(batch, rows, clock.now()) if batch.state == State.DRAFT else []
    left = batch.state in (State.SUBMITTED, State.APPROVED) and (count, total) != (batch.count, batch.total)
    return {"batch": batch, "rows": rows, "count": count, "total": total, "problems": problems, "left": left}


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Choose approved payments from one of our accounts."""
    if not permissions.can_make(request.user):
        raise PermissionDenied
    bank = _bank(request)
    form = forms.BatchForm(forms.waiting_for(bank, request.user), request.POST if request.method == "POST" else None)
    made: list[PaymentBatch] = []
    if form.is_valid() and pages.attempt(form, lambda: made.append(_draft(bank, form, request.user))):
        return pages.done(request, _("The batch is made. Look at the names, then submit it."), made[0])
    accounts = forms.AccountForm(initial={"paid_from": bank.code})
    context = {"form": form, "bank": bank, "accounts": accounts if our_accounts().count() > 1 else None}
    return render(request, "grants/payments/batches/new.html", context, status=422 if form.is_bound else 200)


def _bank(request: HttpRequest) -> Subaccount:
    """The account that was chosen, or the first one."""
    code = request.GET.get("paid_from", "")
    found = (our_accounts().filter(code=code) if code else our_accounts()).first()
    if found is None:
        raise Http404
    return found


def _draft(bank: Subaccount, form: forms.BatchForm, user: Any) -> PaymentBatch:
    data = dict(form.cleaned_data)
    return actions.draft(list(data.pop("payments")), by=user, paid_from=bank, **data)


@login_required
def change(request: HttpRequest, batch_pk: int) -> HttpResponse:
    """Other payments, another day."""
    batch = _batch(request, batch_pk)
    require(batch.change, by=request.user)
    waiting = forms.waiting_for(batch.paid_from, request.user, batch)
    posted = request.POST if request.method == "POST" else None
    form = forms.BatchForm(waiting, posted, initial=forms.BatchForm.initial_of(batch))
    if form.is_valid() and pages.attempt(form, lambda: _change(batch, form, request.user)):
        return pages.done(request, _("The batch is changed."), batch)
    context = {"form": form, "batch": batch, "bank": batch.paid_from}
    return render(request, "grants/payments/batches/new.html", context, status=422 if form.is_bound else 200)


def _change(batch: PaymentBatch, form: forms.BatchForm, user: Any) -> None:
    data = dict(form.cleaned_data)
    actions.change(batch, list(data.pop("payments")), by=user, **data)


@login_required
def payee(request: HttpRequest, batch_pk: int, pk: int) -> HttpResponse:
    """How the bank is told of one payee: what is on record beside what the bank gets, and a form to correct it."""
    batch = _batch(request, batch_pk)
    require(batch.spell, by=request.user)
    payment = get_object_or_404(batch.payments.select_related(*content.RELATED), pk=pk)
    (row,) = content.rows_of([payment])
    form = forms.SpellingForm(request.POST if request.method == "POST" else None, initial=_initial(row))
    if form.is_valid() and pages.attempt(form, lambda: actions.spell(batch, payment, by=request.user, **form.cleaned_data)):
        return pages.done(request, _("The spelling is on record and holds for this account from now on."), batch)
    context = {"batch": batch, "row": row, "form": form}
    return render(request, "grants/payments/batches/payee.html", context, status=422 if form.is_bound else 200)


def _initial(row: content.Row) -> dict[str, Any]:
    payee, bank, between = row.transfer.payee, row.transfer.bank, row.transfer.intermediary
    return {
        "name": payee.name,
        "town": payee.town,
        "address": ", ".join(line.rstrip(",") for line in payee.address),
        "clearing_system": bank.clearing_system,
        "clearing_code": bank.clearing_code,
        "intermediary": between.bic if between else "",
    }


@login_required
def submit(request: HttpRequest, batch_pk: int) -> HttpResponse:
    """Give it to a second person."""
    batch = _batch(request, batch_pk)
    return acting.page(
        request,
        batch.submit,
        actions.submit,
        title=_("Submit this batch for approval"),
        facts=_about(batch),
        warning=_("From here on the file is fixed: its hash is what the second person approves."),
        button=_("Submit it"),
        done=_("The batch is submitted. Another person approves it."),
    )


@fresh_sign_in
def approve(request: HttpRequest, batch_pk: int) -> HttpResponse:
    """A second person sees every payee, the totals and the hash, and approves exactly that."""
    batch = _batch(request, batch_pk)
    require(batch.approve, by=request.user)
    form = NoteForm(request.POST if request.method == "POST" else None)
    form.fields.clear()
    seen = request.POST.get("seen", "")
    if request.method == "POST" and form.is_valid() and pages.attempt(form, lambda: actions.approve(batch, by=request.user, seen=seen)):
        return pages.done(request, _("The batch is approved. Finance makes its file."), batch)
    context = {**_shown(batch), "form": form, "approving": True}
    return render(request, "grants/payments/batches/approve.html", context, status=422 if form.is_bound else 200)


@fresh_sign_in
def make_file(request: HttpRequest, batch_pk: int) -> HttpResponse:
    """Make the file, once."""
    batch = _batch(request, batch_pk)
    return acting.page(
        request,
        batch.make_file,
        actions.make_file,
        title=_("Make the file for the bank"),
        facts=[*_about(batch), (_("Approved by"), str(batch.approved_by)), (_("SHA-256"), batch.sha256)],
        warning=_("This is the last moment at which a closed gate stops these payments. The file is made once."),
        button=_("Make the file"),
        done=_("The file is made. Download it and give it to the bank; then match what the bank did."),
    )


@login_required
@require_GET
def file(request: HttpRequest, batch_pk: int) -> HttpResponse:
    """The file for the bank; it names accounts in full, so that it was taken is on record."""
    batch = _batch(request, batch_pk)
    if not permissions.can_read_file(request.user):
        raise PermissionDenied
    if batch.order is None:
        raise Http404
    return download(actions.take_file(batch, by=request.user), f"{batch.reference}.xml", Kind.XML)


@login_required
def send_back(request: HttpRequest, batch_pk: int) -> HttpResponse:
    """Back to its maker."""
    batch = _batch(request, batch_pk)
    return acting.page(
        request,
        batch.send_back,
        actions.send_back,
        title=_("Send this batch back"),
        facts=_about(batch),
        form=NoteForm(request.POST or None),
        button=_("Send it back"),
        done=_("The batch is a draft again."),
    )


@login_required
def refuse(request: HttpRequest, batch_pk: int) -> HttpResponse:
    """Record which payments the bank refused."""
    batch = _batch(request, batch_pk)
    return acting.page(
        request,
        batch.refuse,
        lambda batch, by, payments, note: actions.refuse(batch, list(payments), by=by, note=note),
        title=_("Record what the bank refused"),
        facts=_about(batch),
        form=forms.RefuseForm(batch, request.POST or None),
        warning=_("Nothing was posted for them; their tranches can be paid anew."),
        tone="blocked",
        button=_("Record the refusal"),
        done=_("It is on record."),
    )


@login_required
def cancel(request: HttpRequest, batch_pk: int) -> HttpResponse:
    """Give it up before its file is made."""
    batch = _batch(request, batch_pk)
    return acting.page(
        request,
        batch.cancel,
        actions.cancel,
        title=_("Cancel this batch"),
        facts=_about(batch),
        form=NoteForm(request.POST or None),
        warning=_("Its payments stay approved and are free for another batch."),
        tone="blocked",
        button=_("Cancel the batch"),
        done=_("The batch is cancelled."),
    )


def _batch(request: HttpRequest, pk: int) -> PaymentBatch:
    related = ("paid_from", "maker", "approved_by", "ordered_by", "order")
    return get_object_or_404(PaymentBatch.objects.visible_to(request.user).select_related(*related).defer("order__content"), pk=pk)


def _about(batch: PaymentBatch) -> pages.Facts:
    """How many, how much, from where and when: what stands first on the page of every act."""
    count, total = batch.total_now()
    return [
        (_("Batch"), batch.reference),
        (_("Payments"), str(count)),
        (_("Control sum"), total),
        (_("From our account"), batch.paid_from.name),
        (_("Day of execution"), batch.execution_on),
    ]
