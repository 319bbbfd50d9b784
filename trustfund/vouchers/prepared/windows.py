"""Transfers between windows of the fund, and their settlement between banks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.ledger import finance_postings, subaccounts
from trustfund.ledger.funding import moving
from trustfund.ledger.funding.splitting import Parts
from trustfund.ledger.models import Entry, FundWindow, Subaccount
from trustfund.money import Money, zero
from trustfund.ui.formatting import money_text
from trustfund.vouchers.prepared.event import Event, Inputs, Proposal, Workings, proposal
from trustfund.vouchers.prepared.fields import OfField, amount_field, banks, day_field, window_field
from trustfund.vouchers.prepared.moment import Moment
from trustfund.vouchers.rules import Problem


def subaccount_of(window: FundWindow) -> Subaccount:
    """Its subaccount; one that is not kept yet while nothing was saved."""
    code = subaccounts.window_code(window)
    found = Subaccount.objects.filter(kind=Subaccount.Kind.WINDOW, code=code).first()
    return found or Subaccount(kind=Subaccount.Kind.WINDOW, code=code, name=window.name, public_label=window.name)


def open_subaccounts(inputs: Inputs, by: Any) -> None:
    """The subaccounts of both windows, made if they are new."""
    for window in (inputs["giver"], inputs["taker"]):
        subaccounts.open("window", subaccounts.window_code(window), name=window.name, public_label=window.name, by=by)


class TransferForm(forms.Form):
    """From which window to which, and how much."""

    date = day_field()
    giver = window_field(gettext_lazy("From the window"))
    taker = window_field(gettext_lazy("To the window"))
    amount = amount_field(gettext_lazy("Amount"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("giver") is not None and data.get("giver") == data.get("taker"):
            self.add_error("taker", _("Choose another window than that which gives."))
        if data.get("amount") is not None and not data["amount"]:
            self.add_error("amount", _("Enter an amount above zero."))
        return data


class SettlementForm(TransferForm):
    """From and to which bank account what is owed is paid."""

    old = OfField(banks("USD", ""), label=gettext_lazy("From the bank account"))
    new = OfField(banks("USD", ""), label=gettext_lazy("To the bank account"))


def _about(inputs: Inputs) -> dict[str, Any]:
    giver, taker = inputs["giver"], inputs["taker"]
    return {"giver": subaccount_of(giver), "taker": subaccount_of(taker), "windows": (giver.pk, taker.pk)}


def _workings(moment: Moment, inputs: Inputs) -> Workings:
    owed = _owed(moment, inputs)
    rows = [[inputs["giver"].name, inputs["taker"].name, owed, inputs["amount"]]]
    heads = [_("From"), _("To"), _("Owed before"), _("Amount")]
    return Workings(heads, rows, [_("Each window balances by itself; over the fund it nets out.")])


def _owed(moment: Moment, inputs: Inputs) -> Any:
    """What the window that gives owes the other."""
    of = subaccount_of(inputs["taker"])
    return -moment.least("2900", of=of, window=inputs["giver"].pk) if of.pk else zero()


def _transferred(moment: Moment, inputs: Inputs) -> Workings:
    """Its table, and from which contributions the money would come: at most the first ten are named."""
    workings = _workings(moment, inputs)
    try:
        parts = _drawn(moment, inputs)
    except ValidationError as error:
        return replace(workings, notes=[*workings.notes, " ".join(error.messages)])
    names = Subaccount.objects.in_bulk([pk for pk, _cents in parts[:MOST_NAMED]])
    said = [f"{names[pk].code} {money_text(Money.from_minor(cents, 'USD'))}" for pk, cents in parts[:MOST_NAMED]]
    more = len(parts) - len(said)
    said += [_("%(more)s more") % {"more": more}] if more else []
    note = _("It comes from these contributions, which can fund as much less in the first window and as much more in the other: %(who)s.")
    return replace(workings, notes=[*workings.notes, note % {"who": ", ".join(said)}])


MOST_NAMED = 10


def _drawn(moment: Moment, inputs: Inputs) -> Parts:
    return moving.drawn(inputs["amount"], window=inputs["giver"].pk, taker=inputs["taker"].pk, on=moment.on, head=moment.head)


def moved(entry: Entry, inputs: Inputs, by: Any) -> None:
    """The money of contributions goes with it."""
    moving.transfer(entry, inputs["amount"], giver=inputs["giver"].pk, taker=inputs["taker"].pk, by=by)


def transfer(moment: Moment, inputs: Inputs) -> Proposal:
    """Money of one window becomes another's: owed until it is paid."""
    return proposal(finance_postings.window_transfer(inputs["amount"], **_about(inputs)), _transferred(moment, inputs))


CASH = ("1010", "1020", "1030", "1050", "1060")
BETWEEN = ("1900", "2900")


def transfer_limits(moment: Moment, inputs: Inputs) -> Iterator[Problem]:
    """Never more than the window has in cash, with what other windows owe it and less what it owes them already; nor than its
    contributions have free.
    """
    there = max(moment.least(*CASH, *BETWEEN, window=inputs["giver"].pk), zero())
    if inputs["amount"] > there:
        yield Problem(_("The window has only %(there)s in cash to give.") % {"there": money_text(there)}, field="amount")
        return
    try:
        _drawn(moment, inputs)
    except ValidationError as error:
        yield Problem(" ".join(error.messages), field="amount")


def settle(moment: Moment, inputs: Inputs) -> Proposal:
    """What is owed is paid."""
    legs = finance_postings.windows_settled(inputs["amount"], banks=(inputs["old"], inputs["new"]), **_about(inputs))
    return proposal(legs, _workings(moment, inputs))


def settle_limits(moment: Moment, inputs: Inputs) -> Iterator[Problem]:
    """Never more than is owed."""
    owed = _owed(moment, inputs)
    if inputs["amount"] > owed:
        yield Problem(_("The window owes the other only %(owed)s.") % {"owed": money_text(owed)}, field="amount")


WINDOW_TRANSFER = Event(
    name="window_transfer",
    title=gettext_lazy("Transfer between windows"),
    help=gettext_lazy("Money of one window becomes another’s; it is owed (2900, 1900) until it is settled between their bank accounts."),
    narrative=gettext_lazy("Transfer between fund windows."),
    form=TransferForm,
    accounts=frozenset({"1900", "2900", "3900"}),
    propose=transfer,
    limits=transfer_limits,
    posted=moved,
)
WINDOWS_SETTLED = Event(
    name="windows_settled",
    title=gettext_lazy("Settlement between windows"),
    help=gettext_lazy("What one window owes another is paid from a bank account to a bank account."),
    narrative=gettext_lazy("Settlement between fund windows."),
    form=SettlementForm,
    accounts=frozenset({"1900", "2900", "1010"}),
    propose=settle,
    limits=settle_limits,
)
