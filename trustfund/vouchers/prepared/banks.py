"""Money between the Fund's own bank accounts, and what is paid over of programme support cost and levy."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.ledger import finance_postings, postings
from trustfund.ledger.models import Subaccount
from trustfund.ledger.postings import BANKS
from trustfund.money import Money, zero
from trustfund.ui.formatting import money_text
from trustfund.vouchers.prepared.event import Event, Inputs, Proposal, Workings, proposal, window_of
from trustfund.vouchers.prepared.fields import InOwnCurrency, OfField, amount_field, banks, cleaned_amount, day_field, window_field
from trustfund.vouchers.prepared.moment import Held, Moment
from trustfund.vouchers.rules import Problem


def currency_of(bank: Subaccount) -> str:
    """The currency in which a bank account is kept."""
    return bank.currency or "USD"


# Conversion


class ConversionForm(forms.Form):
    """What left one account and what came to the other, as the bank's advice says."""

    date = day_field()
    window = window_field()
    old = OfField(banks(), label=gettext_lazy("From the bank account"))
    out = InOwnCurrency(label=gettext_lazy("Amount that left"), help_text=gettext_lazy("In the currency of that account."))
    new = OfField(banks(), label=gettext_lazy("To the bank account"))
    came = InOwnCurrency(label=gettext_lazy("Amount that came"), help_text=gettext_lazy("In the currency of that account."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for bank, name in (("old", "out"), ("new", "came")):
            if data.get(bank) is not None:
                data[name] = cleaned_amount(self, name, currency_of(data[bank]))
                if data[name] is not None and not data[name]:
                    self.add_error(name, _("Enter an amount above zero."))
        if data.get("old") is not None and data.get("old") == data.get("new"):
            self.add_error("new", _("Choose another bank account than that which the money left."))
        return data


def _bank(moment: Moment, bank: Subaccount, window: str) -> Held | None:
    return next((each for each in moment.held(BANKS, of=bank, window=window) if each.own.currency == currency_of(bank)), None)


def convert(moment: Moment, inputs: Inputs) -> Proposal:
    """What left goes out at what it stands at in the books, what came is worth what the day says; the difference is a gain or a loss."""
    old, new, out, came = inputs["old"], inputs["new"], inputs["out"], inputs["came"]
    booked, rate = _booked(moment, old, out, window_of(inputs))
    worth, original, new_rate = moment.worth(came)
    gone = finance_postings.out_of(old, booked, out if rate else None, rate)
    legs = finance_postings.converted(gone, finance_postings.into(new, worth, original, new_rate))
    heads = [_("Bank account"), _("Amount"), _("Rate"), _("USD")]
    rows = [
        [old.code, -out, _shown(rate), -booked],
        [new.code, came, _shown(new_rate), worth],
        [_("Gain, or loss where below nothing"), "", "", worth - booked],
    ]
    return proposal(legs, Workings(heads, rows, [_("What leaves an account in another currency goes at its average rate in the books.")]))


def _shown(rate: Decimal | None) -> str:
    return f"{rate.normalize():f}" if rate else "1"


def _booked(moment: Moment, bank: Subaccount, out: Money, window: str) -> tuple[Money, Decimal | None]:
    """What an amount of a bank account stands at in the books, and at which rate; the day's rate where nothing stands on it."""
    held = _bank(moment, bank, window)
    if currency_of(bank) == "USD" or held is None or held.own <= zero(held.own.currency) or held.usd <= zero():
        worth, _original, rate = moment.worth(out)
        return worth, rate
    if out >= held.own:
        return held.usd, held.carried_at
    return Money.rounded(held.usd.amount * out.amount / held.own.amount, "USD"), held.carried_at


def enough(moment: Moment, inputs: Inputs) -> Iterator[Problem]:
    """No more leaves an account than is on it."""
    about, out = {"of": inputs["old"], "window": window_of(inputs)}, inputs["out"]
    nothing = zero(out.currency)
    for ever in (False, True):
        there = sum((each.own for each in moment.held(BANKS, ever=ever, **about) if each.own.currency == out.currency), nothing)
        if out > there:
            yield Problem(_("There is only %(there)s on this account.") % {"there": money_text(there)}, field="out")
            return


CONVERSION = Event(
    name="conversion",
    title=gettext_lazy("Conversion between bank accounts"),
    help=gettext_lazy("Money goes from one of the Fund’s bank accounts to another, in the same or another currency."),
    narrative=gettext_lazy("Conversion between bank accounts of the Fund."),
    form=ConversionForm,
    accounts=frozenset({*BANKS, "4200", "5400"}),
    propose=convert,
    limits=enough,
)


# Programme support cost and levy


class SettlingForm(forms.Form):
    """From which account, and how much of what is owed."""

    date = day_field()
    window = window_field()
    bank = OfField(banks("USD", ""), label=gettext_lazy("Bank account"))
    support = amount_field(gettext_lazy("Programme support cost"), required=False, help_text=gettext_lazy("Empty for all that is owed."))
    levy = amount_field(gettext_lazy("Levy"), required=False, help_text=gettext_lazy("Empty for all that is owed."))


def _due(moment: Moment, inputs: Inputs) -> list[tuple[str, Money, Money]]:
    """Account, what is owed, what is paid of it."""
    found = []
    for account, name in (("2400", "support"), ("2410", "levy")):
        owed = -moment.balance(account, window=window_of(inputs), estimates=False)
        typed = inputs.get(name)
        found.append((account, owed, max(owed, zero()) if typed is None else typed))
    return found


def settle(moment: Moment, inputs: Inputs) -> Proposal:
    """What is owed is paid over."""
    due = _due(moment, inputs)
    (_support, _owed, support), (_levy, _owed_too, levy) = due
    legs = postings.programme_support_settled(inputs["bank"], support) if support else []
    legs += finance_postings.levy_settled(inputs["bank"], levy)
    heads = [_("Account"), _("Owed"), _("Paid"), _("Left")]
    return proposal(legs, Workings(heads, [[account, owed, paid, owed - paid] for account, owed, paid in due]))


def not_beyond(moment: Moment, inputs: Inputs) -> Iterator[Problem]:
    """No more than is owed, on the day and by now."""
    for (account, _owed, paid), field in zip(_due(moment, inputs), ("support", "levy"), strict=True):
        most = -moment.least(account, window=window_of(inputs), estimates=False)
        if paid > most:
            yield Problem(_("Only %(owed)s is owed.") % {"owed": money_text(most)}, field=field)


PSC_SETTLED = Event(
    name="support_settled",
    title=gettext_lazy("Programme support cost and levy paid over"),
    help=gettext_lazy("What is owed of programme support cost (2400) and levy (2410) is paid from a bank account."),
    narrative=gettext_lazy("Programme support cost and levy paid over."),
    form=SettlingForm,
    accounts=frozenset({"2400", "2410", "1010"}),
    propose=settle,
    limits=not_beyond,
)
