"""Pages about money that came: the list, one receipt, entering and identifying."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donors.contributions import actions, permissions
from donors.contributions.forms import GIFT, INSTALMENT, IdentifyForm, ReceiptForm, WithdrawForm
from donors.contributions.models import Contribution
from trustfund import acting, clock, pages
from trustfund.audit.recording import trail_for
from trustfund.files.serving import serve
from trustfund.ledger.fields import plain
from trustfund.ledger.funding import headroom
from trustfund.ledger.funding.moving import moves_of
from trustfund.lists import Column, Filter, listing
from trustfund.money import Money
from trustfund.workflow import possible, require

COLUMNS = [
    Column("number", gettext_lazy("Number"), "number", sort="pk", url=Contribution.get_absolute_url),
    Column("received", gettext_lazy("Value date"), "received_on", kind="date", sort="received_on"),
    Column("donor", gettext_lazy("Donor"), "donor.name", sort="donor__name"),
    Column("what", gettext_lazy("What it is"), "kind_label"),
    Column("bank", gettext_lazy("Bank account"), "bank.name", sort="bank__name"),
    Column("reference", gettext_lazy("Bank reference"), "bank_reference", sort="bank_reference"),
    Column("currency", gettext_lazy("Currency"), "currency", sort="currency"),
    Column("amount", gettext_lazy("Amount"), "amount", kind="money", sort="amount_minor"),
    Column("state", gettext_lazy("State"), lambda row: row, kind="state", sort="state"),
]


@login_required
def index(request: HttpRequest) -> HttpResponse:
    """All money that came from donors."""
    return listing(
        request,
        Contribution.objects.visible_to(request.user).select_related("donor", "bank", "instalment"),
        title=_("Contributions received"),
        columns=COLUMNS,
        search=["donor__name", "bank_reference", "payer", "receipt_number"],
        filters=[Filter("state", _("State"), Contribution.State.choices, "state")],
        sort="-received",
        empty={"text": _("No contribution has been received yet.")},
        template="donors/contributions/index.html",
        context={"can_enter": permissions.can_enter(None, request.user)},
    )


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Enter one line of a bank statement."""
    if not permissions.can_enter(None, request.user):
        raise PermissionDenied
    chosen = request.GET.get("instalment")
    form = ReceiptForm(request.POST or None, initial={"instalment": chosen, "what": INSTALMENT if chosen else None})
    made: list[Contribution] = []
    worth: list[Any] = []
    if form.is_valid() and not pages.asked_back(request) and pages.attempt(form, lambda: worth.extend(_looked_at(form))):
        title, warning = _("Check the receipt"), _("It is posted at once; what was entered in error is withdrawn by a reversal.")
        asked = pages.check(request, title=title, facts=[*form.facts(), *_worth(*worth)], button=_("Post it"), warning=warning)
        if asked:
            return asked
        if pages.attempt(form, lambda: made.append(_enter(form, request.user))):
            return pages.done(request, _("The receipt is entered and in the books."), made[0])
    return _filled(request, "donors/contributions/new.html", form)


def _looked_at(form: ReceiptForm) -> tuple[Money, Decimal]:
    """What would be refused is refused before the reader confirms it."""
    data = form.cleaned_data
    if data["what"] != INSTALMENT:
        return actions.looked_at(**form.cash())
    return actions.looked_at(**{name: data[name] for name in ("instalment", "settles", "rest_as_gift")}, **form.cash())


def _worth(worth: Money, rate: Decimal) -> list[tuple[str, Any]]:
    """What the books will say, where the money came in another currency."""
    return [] if rate == 1 else [(_("Worth in the books"), worth), (_("Rate (units per USD)"), plain(rate))]


def _filled(request: HttpRequest, template: str, form: Any, **context: Any) -> HttpResponse:
    """A form as it was filled in: 422 with its errors, unless the reader came back to change something."""
    refused = form.is_bound and not pages.asked_back(request)
    return render(request, template, {"form": form, **context}, status=422 if refused else 200)


def _enter(form: ReceiptForm, user: Any) -> Contribution:
    data = form.cleaned_data
    if data["what"] == INSTALMENT:
        about = {"settles": data["settles"], "rest_as_gift": data["rest_as_gift"]}
        return actions.receive_on_instalment(data["instalment"], by=user, **about, **form.cash())
    if data["what"] == GIFT:
        return actions.receive_gift(data["donor"], by=user, psc_rate=data["psc_rate"], earmark=data["earmark"], **form.cash())
    return actions.receive_unidentified(by=user, **form.cash())


@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One receipt, its entries in the books, its PDF. A contact is sent to their own page of it."""
    contribution = _contribution(request, pk)
    if not permissions.sees_all(request.user):
        return redirect("portal:contribution", pk=pk)
    context = {
        "contribution": contribution,
        "entries": [entry for entry in (contribution.entry, contribution.identified_entry) if entry],
        "moves": moves_of([contribution.subaccount]),
        "room": _room(contribution),
        "events": trail_for(contribution),
        "can_identify": possible(contribution.identify, by=request.user),
        "can_withdraw": possible(contribution.withdraw, by=request.user),
    }
    return render(request, "donors/contributions/detail.html", context)


def _room(contribution: Contribution) -> headroom.Headroom | None:
    """What became of the money with which it is followed, over all windows; None for a receipt that is nobody's yet or was withdrawn."""
    if contribution.donor is None or contribution.state != Contribution.State.RECEIVED:
        return None
    return headroom.over_windows(clock.today()).get(contribution.account.pk)


@login_required
def identify(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whose money an unidentified receipt is."""
    contribution = _contribution(request, pk)
    require(contribution.identify, by=request.user)
    form = IdentifyForm(request.POST or None)
    if form.is_valid() and not pages.asked_back(request):
        facts = [(_("Amount"), contribution.amount), (_("Bank reference"), contribution.bank_reference), *form.facts()]
        warning = _("It is posted at once, and a receipt goes to the donor.")
        asked = pages.check(request, title=_("Check whose money it is"), facts=facts, button=_("Post it"), warning=warning)
        if asked:
            return asked
        if pages.attempt(form, lambda: _identify(contribution, form.cleaned_data, request.user)):
            return pages.done(request, _("The receipt is identified; the books follow."), contribution)
    return _filled(request, "donors/contributions/identify.html", form, contribution=contribution)


def _identify(contribution: Contribution, data: dict[str, Any], user: Any) -> Contribution:
    if data["what"] == INSTALMENT:
        return actions.identify_as_instalment(contribution, data["instalment"], by=user, on=data["on"], settles=data["settles"])
    about = {"psc_rate": data["psc_rate"], "earmark": data["earmark"]}
    return actions.identify_as_gift(contribution, data["donor"], by=user, on=data["on"], **about)


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw what was entered in error."""
    contribution = _contribution(request, pk)
    return acting.page(
        request,
        contribution.withdraw,
        actions.withdraw,
        title=_("Withdraw a receipt that was entered in error"),
        facts=[
            (_("Receipt"), contribution.number),
            (_("Donor"), contribution.donor.name if contribution.donor else _("Not known yet")),
            (_("Amount"), contribution.amount),
        ],
        form=WithdrawForm(request.POST or None),
        warning=_("Its entries are reversed, the donor is told that it is not valid, and the line of the bank may be entered again."),
        button=_("Withdraw it"),
        done=_("The receipt is withdrawn, its entries are reversed."),
        tone="blocked",
    )


@login_required
def receipt(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The receipt as PDF, as it was issued."""
    contribution = _contribution(request, pk)
    if contribution.receipt is None:
        raise Http404
    return serve(contribution.receipt)


def _contribution(request: HttpRequest, pk: int) -> Contribution:
    found = Contribution.objects.visible_to(request.user)
    about = ("donor", "bank", "subaccount", "entry", "identified_entry", "instalment__pledge__donor", "receipt", "entered_by")
    return get_object_or_404(found.select_related(*about), pk=pk)
