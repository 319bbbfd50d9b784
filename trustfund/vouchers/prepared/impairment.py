"""Impairment of receivables, advances and refunds due, its reversal, and write-off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trustfund.ledger import finance_postings
from trustfund.ledger.balances import WRITING_OFF
from trustfund.ledger.models import Subaccount
from trustfund.ledger.postings import Legs
from trustfund.money import Money, total, zero
from trustfund.ui.formatting import money_text
from trustfund.vouchers.prepared.event import Event, Inputs, Proposal, Workings, proposal, within
from trustfund.vouchers.prepared.fields import OfField, amount_field, day_field, with_balance
from trustfund.vouchers.prepared.moment import Held, Moment
from trustfund.vouchers.rules import Problem


@dataclass(frozen=True)
class Side:
    """What is impaired: the assets of contributions or of partners, and the allowance that stands against them."""

    name: str
    of: Promise
    assets: tuple[str, ...]
    allowance: str


CONTRIBUTIONS = Side("contribution", gettext_lazy("Instalment"), ("1100", "1110"), "1190")
PARTNERS = Side("partner", gettext_lazy("Grant"), ("1210", "1200"), "1290")


Keeper = Callable[[int], Money]
"""From the subaccount of a grant (primary key) to what of its refund due (1210) is being kept from a payment."""
Locked = Callable[[int], list[Model]]
"""From the same to the rows that are locked while a payment decides what it keeps."""

_keepers: list[tuple[Keeper, Locked]] = []


def kept_by(keeper: Keeper, locked: Locked) -> None:
    """Called from `AppConfig.ready()`: the ground does not know payments, whoever does tells here what they keep, and under which lock."""
    if (keeper, locked) not in _keepers:
        _keepers.append((keeper, locked))


def _beside(side: Side, inputs: Inputs) -> list[Model]:
    """No payment is certified against what is being written off of the same partner."""
    return [row for _keeper, locked in _keepers for row in locked(inputs["of"].pk)] if side is PARTNERS else []


def _form(side: Side, label: Promise, hint: Promise, *, required: bool) -> type[forms.Form]:
    fields: dict[str, Any] = {
        "date": day_field(),
        "of": OfField(with_balance(*side.assets, side.allowance), label=side.of),
        "amount": amount_field(label, help_text=hint, required=required),
    }
    return type(f"{side.name.capitalize()}Form", (forms.Form,), fields)


def _stand(moment: Moment, side: Side, of: Subaccount) -> tuple[list[Held], list[Held]]:
    """What stands on the assets, and what was allowed against them (in credit)."""
    return moment.held(side.assets, of=of), moment.held([side.allowance], of=of)


def _sum(held: list[Held]) -> Money:
    return sum((each.usd for each in held), zero())


def _workings(of: Subaccount, rows: list[tuple[str, Money]], notes: list[str]) -> Workings:
    return Workings([str(of), _("USD")], [[label, amount] for label, amount in rows], notes)


# Allowances


def _impair(side: Side, moment: Moment, inputs: Inputs) -> Proposal:
    """The allowance is raised or lowered to what was entered."""
    of, wanted = inputs["of"], inputs["amount"]
    held, allowed = _stand(moment, side, of)
    stands, before = _sum(held), -_sum(allowed)
    change = wanted - before
    rows = [
        (_("In the books"), stands),
        (_("Allowance before"), before),
        (_("Allowance wanted"), wanted),
        (_("Change"), change),
        (_("In the books, less allowance"), stands - wanted),
    ]
    legs = _changed(side, of, held, allowed, change) if change else []
    return proposal(legs, _workings(of, rows, []))


def _changed(side: Side, of: Subaccount, held: list[Held], allowed: list[Held], change: Money) -> Legs:
    """In the currency of what is impaired, so that a revaluation moves both alike."""
    base = next(iter(held if change > zero() else allowed), None)
    original = base.share(change) if base is not None else None
    rate = base.carried_at if base is not None and original is not None else None
    legs = finance_postings.allowance_changed(side.assets[0], of, change, original=original, rate=rate)
    return within(base.window, legs) if base is not None else legs


def _impair_limits(side: Side, moment: Moment, inputs: Inputs) -> Iterator[Problem]:
    stands = moment.least(*side.assets, of=inputs["of"])
    if inputs["amount"] > stands:
        yield Problem(_("The allowance can’t be more than the %(held)s in the books.") % {"held": money_text(stands)}, field="amount")


# Write-off


def _write_off(side: Side, moment: Moment, inputs: Inputs) -> Proposal:
    """What will not come is taken out of the books: first from its allowance, the rest is an expense of the day."""
    of = inputs["of"]
    held, allowed = _stand(moment, side, of)
    stands, allowance = _sum(held), -_sum(allowed)
    amount = inputs.get("amount") or stands
    borne = min(allowance, amount)
    legs = _taken(side, held, allowed, amount, borne) if amount > zero() else []
    rows = [
        (_("In the books"), stands),
        (_("Allowance before"), allowance),
        (_("Written off"), amount),
        (_("of it from the allowance"), borne),
        (_("of it an expense of the day"), amount - borne),
        (_("Left in the books"), stands - amount),
    ]
    notes = [_("What the donor or the NGO owes is not forgiven by this. Should the money come after all, reverse this voucher first.")]
    return proposal(legs, _workings(of, rows, notes))


def _taken(side: Side, held: list[Held], allowed: list[Held], amount: Money, borne: Money) -> Legs:
    """Balance by balance, in the order in which the side names its accounts."""
    legs: Legs = []
    against = next(iter(allowed), None)
    for each in sorted(held, key=lambda one: (side.assets.index(one.code), one.own.currency)):
        part, part_borne = min(amount, each.usd), min(borne, amount, each.usd)
        if part <= zero():
            continue
        assert each.of is not None
        original, rate = each.share(part), each.carried_at
        own = against.share(part_borne) if against is not None and part_borne and each.foreign and against.foreign else None
        allowed_in = own if own is not None else part_borne if each.foreign else None
        about: dict[str, Any] = {"original": original, "allowed_original": allowed_in, "rate": rate}
        legs += within(each.window, _in_usd(finance_postings.written_off(each.code, each.of, part, allowed=part_borne, **about)))
        amount, borne = amount - part, borne - part_borne
    return legs


def _in_usd(legs: Legs) -> Legs:
    """A leg that is in USD has no rate beside it."""
    return [replace(leg, original=None, rate=None) if leg.original is not None and leg.original.currency == "USD" else leg for leg in legs]


def _write_off_limits(side: Side, moment: Moment, inputs: Inputs) -> Iterator[Problem]:
    stands = moment.least(*side.assets, of=inputs["of"])
    if (inputs.get("amount") or stands) > stands or stands <= zero():
        yield Problem(_("Only what is in the books can be written off: %(held)s.") % {"held": money_text(stands)}, field="amount")
    elif side is PARTNERS:
        yield from _kept(moment, inputs["of"], inputs.get("amount") or stands)


def _kept(moment: Moment, of: Subaccount, amount: Money) -> Iterator[Problem]:
    """The bank may have paid a tranche already less what the NGO owes: so much is settled with it, and not written off too."""
    kept = total(keeper(of.pk) for keeper, _locked in _keepers)
    due = moment.least(PARTNERS.assets[0], of=of)
    left = max(due - kept, zero())
    if kept and min(amount, due) > left:
        said = _(
            "A payment under way keeps %(kept)s of what the NGO owes: at most %(left)s can be written off until it is paid or stopped."
        )
        yield Problem(said % {"kept": money_text(kept), "left": money_text(left)}, field="amount")


def _impairing(side: Side, title: Promise, text: Promise) -> Event:
    hint = gettext_lazy("All that is doubtful of it on this day, in USD. Less than before reverses an impairment; 0 takes it back.")
    return Event(
        name=f"impair_{side.name}",
        title=title,
        help=text,
        narrative=title,
        form=_form(side, gettext_lazy("Allowance wanted"), hint, required=True),
        accounts=frozenset({"5500", side.allowance}),
        propose=lambda moment, inputs: _impair(side, moment, inputs),
        limits=lambda moment, inputs: _impair_limits(side, moment, inputs),
        beside=lambda inputs: _beside(side, inputs),
    )


def _writing_off(side: Side, title: Promise, text: Promise) -> Event:
    hint = gettext_lazy("In USD as it stands in the books; empty for all of it.")
    return Event(
        name=WRITING_OFF.removeprefix("voucher.") if side is CONTRIBUTIONS else "write_off_partner",
        title=title,
        help=text,
        narrative=title,
        form=_form(side, gettext_lazy("To write off"), hint, required=False),
        accounts=frozenset({"5500", side.allowance, *side.assets}),
        propose=lambda moment, inputs: _write_off(side, moment, inputs),
        limits=lambda moment, inputs: _write_off_limits(side, moment, inputs),
        beside=lambda inputs: _beside(side, inputs),
    )


IMPAIR_CONTRIBUTION = _impairing(
    CONTRIBUTIONS,
    gettext_lazy("Impairment of a contribution receivable"),
    gettext_lazy("Sets the allowance against what an instalment still owes: 5500 against 1190. Less than before reverses it."),
)
IMPAIR_PARTNER = _impairing(
    PARTNERS,
    gettext_lazy("Impairment of an advance or a refund due"),
    gettext_lazy("Sets the allowance against what an NGO has or owes: 5500 against 1290. Less than before reverses it."),
)
WRITE_OFF_CONTRIBUTION = _writing_off(
    CONTRIBUTIONS,
    gettext_lazy("Write-off of a contribution receivable"),
    gettext_lazy("Takes what will not come out of the books, first from its allowance (1190), the rest from 5500."),
)
WRITE_OFF_PARTNER = _writing_off(
    PARTNERS,
    gettext_lazy("Write-off of an advance or a refund due"),
    gettext_lazy("Takes what an NGO will not account for or pay back out of the books: refunds due first, then advances."),
)
