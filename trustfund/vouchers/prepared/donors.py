"""Money that goes back to a donor: it becomes owed when an agreement ends unspent, and is paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.ledger import finance_postings, postings
from trustfund.ledger.funding import headroom
from trustfund.ledger.legs import debit
from trustfund.ledger.models import GENERAL, Subaccount
from trustfund.ledger.postings import BANKS, Legs
from trustfund.money import Money, usd, zero
from trustfund.ui.formatting import money_text
from trustfund.vouchers.prepared.banks import currency_of
from trustfund.vouchers.prepared.event import Event, Inputs, Proposal, Workings, proposal, within
from trustfund.vouchers.prepared.fields import InOwnCurrency, OfField, amount_field, banks, cleaned_amount, day_field, with_balance
from trustfund.vouchers.prepared.moment import Moment
from trustfund.vouchers.rules import Problem

OWED, CONDITIONAL = "2300", "2200"
REVENUE = ("2200", "4010", "4020", "4030")


# Money that must go back


class GoesBackForm(forms.Form):
    """Of which contribution, and how much."""

    date = day_field()
    of = OfField(with_balance(*REVENUE), label=gettext_lazy("Instalment or gift"))
    amount = amount_field(
        gettext_lazy("To go back"), help_text=gettext_lazy("In USD; at most what is unspent and not promised to a grant.")
    )

    def clean_amount(self) -> Money:
        amount: Money = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("Enter an amount above zero."))
        return amount


def goes_back(moment: Moment, inputs: Inputs) -> Proposal:
    """Unspent money is owed to the donor: from what was conditional first, the rest from revenue."""
    of, amount = inputs["of"], inputs["amount"]
    conditional = min(max(-moment.balance(CONDITIONAL, of=of), zero()), amount)
    legs = [
        *_taken(of, conditional, conditional_money=True),
        *_taken(of, amount - conditional, conditional_money=False),
    ]
    legs = within(_window(moment, of, REVENUE), legs)
    owed = -moment.balance(OWED, of=of)
    rows = [
        [_("From conditional money (2200)"), conditional],
        [_("From revenue (4090)"), amount - conditional],
        [_("Owed to the donor before"), owed],
        [_("Owed to the donor after"), owed + amount],
    ]
    notes = [_("It is gone from the contribution on this day: no grant can be funded from it any more.")]
    return proposal(legs, Workings([str(of), _("USD")], rows, notes))


def _window(moment: Moment, of: Subaccount, codes: Iterable[str]) -> str:
    """The window in which its money was received, and is."""
    return next((held.window for held in moment.held(codes, of=of)), GENERAL)


def _taken(of: Subaccount, amount: Money, *, conditional_money: bool) -> Legs:
    return postings.donor_refund_due(of, amount, conditional=conditional_money) if amount else []


def at_most_unspent(moment: Moment, inputs: Inputs) -> Iterator[Problem]:
    """At most what the contribution has left in the window that it is taken from: received, less support cost, less what is promised and
    paid to grants, spent on the Fund's own costs, or moved to other windows."""
    window = _window(moment, inputs["of"], REVENUE)
    row = next((each for each in headroom.headroom(moment.on, window=window) if each.instalment == inputs["of"]), None)
    left = _most(row) if row is not None else zero()
    if inputs["amount"] > left:
        yield Problem(_("Only %(left)s of it is unspent and not promised.") % {"left": money_text(left)}, field="amount")


def _most(row: headroom.Headroom) -> Money:
    """What can be taken away so that the rest still bears what is used, with its support cost; unused support cost goes back too."""
    used, rate = max(row.reserved + row.allocated + row.charged + row.moved, zero()), headroom.psc_rate_of(row.instalment)
    most = row.received - used.times(1 + (rate or 0)) + usd("0.01")
    while most > zero() and row.received - most - headroom.set_aside(row.received - most, rate) < used:
        most -= usd("0.01")
    return max(most, zero())


GOES_BACK = Event(
    name="goes_back",
    title=gettext_lazy("Money of an ended agreement goes back"),
    help=gettext_lazy("What is unspent of an ended agreement is owed to its donor: 4090, or 2200 for conditional money, against 2300."),
    narrative=gettext_lazy("Unspent money of an ended agreement, owed to the donor."),
    form=GoesBackForm,
    accounts=frozenset({"4090", CONDITIONAL, OWED}),
    propose=goes_back,
    limits=at_most_unspent,
)


# A refund is paid


class RefundForm(forms.Form):
    """To whom, from which account, and how much."""

    date = day_field()
    of = OfField(with_balance(OWED), label=gettext_lazy("Instalment or gift"))
    amount = amount_field(
        gettext_lazy("Owed, to be settled"), required=False, help_text=gettext_lazy("In USD as it stands in the books; empty for all.")
    )
    bank = OfField(banks(), label=gettext_lazy("Bank account"))
    paid = InOwnCurrency(
        label=gettext_lazy("Amount that left the bank"),
        required=False,
        help_text=gettext_lazy("In the currency of the account; empty where that is USD and the same."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        bank = data.get("bank")
        if bank is not None:
            data["paid"] = cleaned_amount(self, "paid", currency_of(bank))
            if data["paid"] is None and currency_of(bank) != "USD" and "paid" not in self.errors:
                self.add_error("paid", _("Enter what left the bank, in %(currency)s.") % {"currency": currency_of(bank)})
        return data


def refund(moment: Moment, inputs: Inputs) -> Proposal:
    """What is owed is paid; what the bank paid may be worth more or less than what stood in the books."""
    of, bank = inputs["of"], inputs["bank"]
    owed = -moment.balance(OWED, of=of)
    amount = inputs.get("amount") or max(owed, zero())
    worth, original, rate = moment.worth(inputs.get("paid") or amount)
    if not amount:
        return proposal([], Workings([], []))
    legs = finance_postings.donor_refunded(_cleared(moment, of, amount), finance_postings.out_of(bank, worth, original, rate))
    legs = within(_window(moment, of, [OWED]), legs)
    rows = [
        [_("Owed before"), owed],
        [_("Settled"), amount],
        [_("Paid from %(bank)s, in USD") % {"bank": bank.code}, worth],
        [_("Gain, or loss where below nothing"), amount - worth],
        [_("Owed after"), owed - amount],
    ]
    return proposal(legs, Workings([str(of), _("USD")], rows))


def _cleared(moment: Moment, of: Subaccount, amount: Money) -> Legs:
    """Debits of what is owed, currency by currency."""
    legs: Legs = []
    for held in moment.held([OWED], of=of):
        part = min(amount, -held.usd)
        if part > zero():
            legs.append(debit(OWED, part, of, held.share(part), held.carried_at))
            amount -= part
    return legs if not amount else [*legs, debit(OWED, amount, of)]


def at_most_owed(moment: Moment, inputs: Inputs) -> Iterator[Problem]:
    """No more than is owed, on the day and by now."""
    owed = -moment.least(OWED, of=inputs["of"])
    if (inputs.get("amount") or owed) > owed or owed <= zero():
        yield Problem(_("Only %(owed)s is owed to this donor.") % {"owed": money_text(max(owed, zero()))}, field="amount")
    paid, amount = inputs.get("paid"), inputs.get("amount") or owed
    in_usd = paid is not None and paid.currency == "USD" and not any(each.foreign for each in moment.held([OWED], of=inputs["of"]))
    if in_usd and paid != amount:
        yield Problem(_("What is owed and what left the bank are both in USD: they are the same amount."), field="paid")


REFUND = Event(
    name="donor_refund",
    title=gettext_lazy("Refund paid to a donor"),
    help=gettext_lazy("What is owed to a donor (2300) is paid from a bank account."),
    narrative=gettext_lazy("Refund paid to a donor."),
    form=RefundForm,
    accounts=frozenset({OWED, *BANKS, "4200", "5400"}),
    propose=refund,
    limits=at_most_owed,
)
