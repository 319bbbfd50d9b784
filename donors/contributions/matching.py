"""What a receipt does to the books, by what it is: the legs of cash on an instalment and of a gift."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from donors.pledges import carrying
from trustfund.ledger import postings
from trustfund.money import Money, zero

if TYPE_CHECKING:
    from donors.donors.models import Donor
    from donors.pledges.models import Instalment


@dataclass(frozen=True)
class Cash:
    """Money at the bank: gross `amount` and `charges` in the account's currency, `worth` and `charged` in USD, `rate` units per USD."""

    bank: Any
    amount: Money
    worth: Money
    rate: Decimal
    charges: Money | None = None
    charged: Money = field(default_factory=zero)

    @property
    def detail(self) -> dict[str, Any]:
        """What each posting function wants of it beside the amount."""
        return {"original": self.amount, "rate": self.rate, "charges": self.charged, "charges_original": self.charges}


def settled(instalment: Instalment, amount: Money, settles: Money | None) -> Money:
    """What cash of `amount` pays of the instalment, in the pledge's currency.

    Raises `ValidationError` when the currencies differ and `settles` does not say it, or when it is more than what is outstanding.
    """
    currency = instalment.pledge.currency
    if settles is None and amount.currency != currency:
        message = _("The money came in %(came)s, the pledge is in %(pledged)s: say how much of the instalment it pays.")
        raise ValidationError({"settles": message % {"came": amount.currency, "pledged": currency}})
    pays = settles or amount
    if pays.currency != currency or pays.minor <= 0:
        raise ValidationError({"settles": _("Say how much of the instalment it pays, in %(currency)s.") % {"currency": currency}})
    if pays > instalment.outstanding:
        message = _("This is more than what is outstanding (%(open)s). Enter the rest as a gift of its own.")
        raise ValidationError({"amount": message % {"open": instalment.outstanding}})
    return pays


def on_instalment(instalment: Instalment, cash: Cash, pays: Money) -> list[Any]:
    """The legs of cash on an instalment: on the receivable, or as a liability while a condition is not met."""
    if instalment.pledge.waits_for_condition:
        settled_memo = postings.pledge_settled(instalment.subaccount, carrying.memo(instalment, pays))
        return [*postings.conditional_cash(instalment.subaccount, cash.bank, cash.worth, **cash.detail), *settled_memo]
    stands = carrying.carried(instalment, pays)
    legs = postings.cash_on_receivable(
        instalment.subaccount, cash.bank, cash.worth, carrying=stands.usd, carrying_rate=stands.rate, current=stands.current, **cash.detail
    )
    return [replace(leg, original=pays) if leg.code in ("1100", "1110") else leg for leg in legs]


def as_gift(donor: Donor, subaccount: Any, cash: Cash) -> list[Any]:
    """The legs of a gift by bank without an agreement."""
    return postings.bank_gift(subaccount, cash.bank, cash.worth, donor_kind=donor.kind, **cash.detail)
