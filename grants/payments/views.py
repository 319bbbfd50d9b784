"""The pages of payments: the list, one payment, and one page per act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from grants.agreements.models import Grant
from grants.payments import actions, acts, forms, permissions
from grants.payments.batches import permissions as batches
from grants.payments.models import Payment, State
from grants.tranches import gates
from grants.tranches.models import Tranche
from trustfund import acting, clock, pages
from trustfund.audit.recording import trail_for
from trustfund.files.kinds import Kind
from trustfund.files.serving import download
from trustfund.lists import Column, Filter, listing
from trustfund.people.sessions import fresh_sign_in

COLUMNS = [
    Column("reference", gettext_lazy("Payment"), "reference", sort="reference", url=Payment.get_absolute_url),
    Column("organisation", gettext_lazy("NGO"), "grant.organisation.name", sort="grant__organisation__name"),
    Column("certified", gettext_lazy("Certified"), "certified_on", kind="date", sort="certified_on"),
    Column("paid", gettext_lazy("Value date"), "paid_on", kind="date", sort="paid_on"),
    Column("bank", gettext_lazy("Bank reference"), "bank_reference"),
    Column("amount", gettext_lazy("Amount (USD)"), "amount", kind="money", sort="amount", total="amount"),
    Column("state", gettext_lazy("State"), lambda payment: payment, kind="state", sort="state"),
]
FILTERS = [
    Filter("state", gettext_lazy("State"), State.choices, "state"),
    Filter(
        "exception",
        gettext_lazy("Exceptions"),
        [("open", gettext_lazy("Open exceptions"))],
        lambda found, _value: found.exclude(closed_gates=[]).filter(exception_handled_by=None),
    ),
]


@login_required
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """The payments one may see."""
    found = Payment.objects.visible_to(request.user).select_related("grant__organisation")
    return listing(
        request,
        found,
        title=_("Payments"),
        columns=COLUMNS,
        search=["reference", "bank_reference", "grant__title", "grant__organisation__name"],
        filters=FILTERS,
        sort="-certified",
        empty={"text": _("No payments yet. A payment begins with a tranche that is ready.")},
        template="grants/payments/index.html",
        context={"sees_batches": batches.can_see(request.user)},
    )


@login_required
@require_GET
def of_grant(request: HttpRequest, grant_pk: int) -> HttpResponse:
    """The payments of one grant: a tab of its page."""
    grant = get_object_or_404(Grant.objects.visible_to(request.user).select_related("organisation"), pk=grant_pk)
    if not permissions.can_see_of(grant, request.user):
        raise Http404
    found = Payment.objects.visible_to(request.user).filter(grant=grant).select_related("tranche")
    return render(request, "grants/payments/of_grant.html", {"grant": grant, "payments": found})


@login_required
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One payment: what is paid to whom, who certified and approved it, what happened."""
    payment = _payment(request, pk)
    staff = permissions.sees_all(request.user)
    under_way = staff and payment.state in (State.CERTIFIED, State.APPROVED, State.BATCHED, State.EXPORTED, State.HELD)
    context = {
        "payment": payment,
        "tranche": payment.tranche,
        "acts": acts.acts_of(payment, request.user),
        "gates": gates.gates_of(payment.tranche, clock.today()) if under_way else [],
        "staff": staff,
        "reads_order": payment.order_id and permissions.can_read_order(payment, request.user),
        "sees_batch": batches.can_see(request.user),
        "twins": payment.twins() if staff else [],
        "events": trail_for(payment) if staff else [],
    }
    return render(request, "grants/payments/detail.html", context)


@login_required
@require_GET
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """The payment order as PDF; it names the account in full, so that it was taken is on record."""
    payment = _payment(request, pk)
    if not permissions.can_read_order(payment, request.user):
        raise PermissionDenied
    if payment.order is None:
        raise Http404
    return download(actions.take_order(payment, by=request.user), f"payment-order-{payment.reference}.pdf", Kind.PDF)


@fresh_sign_in
def certify(request: HttpRequest, tranche_pk: int) -> HttpResponse:
    """Finance certifies the payment of a tranche that is ready."""
    found = Tranche.objects.visible_to(request.user).select_related("grant__organisation", "grant__reservation")
    tranche = get_object_or_404(found, pk=tranche_pk)
    actions.may_certify(tranche, request.user)
    form = forms.CertifyForm(request.POST or None)
    valid = request.method == "POST" and form.is_valid()
    if valid and pages.attempt(form, lambda: actions.certify(tranche, by=request.user, **form.cleaned_data)):
        return pages.done(request, _("The payment is certified. Another person approves it."), tranche)
    shown = gates.gates_of(tranche, clock.today())
    context = {"tranche": tranche, "grant": tranche.grant, "form": form, "gates": shown, "shut": any(not gate.open for gate in shown)}
    return render(request, "grants/payments/certify.html", context, status=422 if request.method == "POST" else 200)


@fresh_sign_in
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person approves."""
    payment = _payment(request, pk)
    return acting.page(
        request,
        payment.approve,
        actions.approve,
        title=_("Approve this payment"),
        facts=[*_about(payment), (_("Certified by"), payment.certified_by.name), (_("To the account"), str(payment.bank_account))],
        button=_("Approve the payment"),
        done=_("The payment is approved."),
    )


@fresh_sign_in
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the order to the bank."""
    payment = _payment(request, pk)
    return acting.page(
        request,
        payment.export,
        actions.export,
        title=_("Order this payment from the bank"),
        facts=[*_about(payment), (_("Approved by"), str(payment.approved_by)), (_("To the account"), str(payment.bank_account))],
        warning=_("This is the last moment at which a closed gate stops the payment."),
        button=_("Make the payment order"),
        done=_("The payment order is made. Give it to the bank, then record what the bank did."),
    )


@fresh_sign_in
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the bank paid; whoever enters a reference that another payment bears is told so."""
    payment = _payment(request, pk)
    response = acting.page(
        request,
        payment.settle,
        actions.settle,
        title=_("Record that the bank paid"),
        facts=_about(payment),
        form=forms.SettleForm(request.POST or None),
        warning=_("This posts to the books and can’t be taken back; a returned payment is recorded as such."),
        button=_("Record the payment"),
        done=_("The payment is recorded and posted. The NGO has been told."),
    )
    twin = payment.twins().first() if response.status_code == 302 else None
    if twin is not None:
        message = _("%(payment)s bears the same bank reference. Look whether one of them was recorded twice.")
        messages.warning(request, message % {"payment": twin})
    return response


@fresh_sign_in
def return_(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the bank sent the money back."""
    payment = _payment(request, pk)
    return acting.page(
        request,
        payment.return_,
        actions.return_,
        title=_("Record that the money came back"),
        facts=[*_about(payment), (_("Value date of the payment"), payment.paid_on)],
        form=forms.ReturnForm(request.POST or None),
        warning=_("Commitment and contributions are restored, and the tranche is ready to be paid again."),
        button=_("Record the return"),
        done=_("The return is recorded and posted."),
    )


@login_required
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    payment = _payment(request, pk)
    return _stopping(request, payment, payment.refuse, actions.refuse, _("Record that the bank refused"), _("Record the refusal"))


@login_required
def reject(request: HttpRequest, pk: int) -> HttpResponse:
    payment = _payment(request, pk)
    return _stopping(request, payment, payment.reject, actions.reject, _("Reject this payment"), _("Reject the payment"))


@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    payment = _payment(request, pk)
    return _stopping(request, payment, payment.cancel, actions.cancel, _("Cancel this payment"), _("Cancel the payment"))


@login_required
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    payment = _payment(request, pk)
    return _stopping(request, payment, payment.hold, actions.hold, _("Hold this payment"), _("Hold the payment"))


@fresh_sign_in
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a held payment up again."""
    payment = _payment(request, pk)
    return acting.page(
        request,
        payment.release,
        actions.release,
        title=_("Take this payment up again"),
        facts=[*_about(payment), (_("Held because"), payment.note)],
        warning=_("It has to be approved anew."),
        button=_("Take it up again"),
        done=_("The payment waits for approval again."),
    )


@login_required
def exception(request: HttpRequest, pk: int) -> HttpResponse:
    """The fund manager says how a payment through a closed gate was dealt with."""
    payment = _payment(request, pk)
    if not permissions.can_handle_exception(payment, request.user):
        raise PermissionDenied
    if not payment.has_open_exception:
        return redirect(payment)
    return pages.confirm(
        request,
        title=_("Paid through a closed gate"),
        facts=[*_about(payment), (_("Closed when the bank paid"), ", ".join(gates.titles(payment.closed_gates)))],
        form=forms.NoteForm(request.POST or None),
        button=_("Record how it is handled"),
        do=lambda data: actions.handle_exception(payment, by=request.user, **data),
        back=payment.get_absolute_url(),
        done=_("It is on record."),
    )


def _payment(request: HttpRequest, pk: int) -> Payment:
    related = (
        "grant__organisation", "grant__reservation", "grant__subaccount", "tranche__grant__organisation", "tranche__grant__reservation",
        "bank_account", "paid_from", "certified_by", "approved_by", "exported_by", "order", "entry", "return_entry", "exception_handled_by",
        "batch",
    )  # fmt: skip
    return get_object_or_404(Payment.objects.visible_to(request.user).select_related(*related).defer("order__content"), pk=pk)


def _stopping(
    request: HttpRequest, payment: Payment, act: Callable[..., Any], do: Callable[..., Any], title: str, button: str
) -> HttpResponse:
    """The page of an act that stops a payment, with its reason."""
    return acting.page(
        request,
        act,
        do,
        title=title,
        facts=_about(payment),
        form=forms.NoteForm(request.POST or None),
        tone="blocked",
        button=button,
        done=_("It is on record."),
    )


def _about(payment: Payment) -> pages.Facts:
    """To whom and how much: what stands first on the page of every act."""
    return [(_("Payment"), payment.reference), (_("NGO"), payment.grant.organisation.name), (_("Amount"), payment.to_transfer)]
