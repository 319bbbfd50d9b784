"""What the statements of the banks learn of contributions: how a bank may call one, and what money that came in may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from donors.contributions import actions, permissions
from donors.contributions.models import Contribution
from donors.pledges.models import Instalment
from trustfund.banking.hooks import Offer
from trustfund.banking.models import BankLine
from trustfund.ledger.models import Entry

REFERENCE, PAYER = 80, 200
"""As long as a contribution keeps the reference of a bank and the name of its payer."""


def words(entries: Sequence[Entry]) -> Mapping[int, Iterable[str]]:
    """The bank references of the contributions that entries are about."""
    about = [(entry.pk, int(entry.object_id)) for entry in entries if entry.object_type == Contribution._meta.label_lower]
    named = dict(Contribution.objects.filter(pk__in=[pk for _entry, pk in about]).values_list("pk", "bank_reference"))
    return {entry: [named.get(pk, "")] for entry, pk in about}


def about(entries: Sequence[Entry]) -> Mapping[int, str]:
    """Which contribution an entry is about, and from whom it came."""
    of = {entry.pk: int(entry.object_id) for entry in entries if entry.object_type == Contribution._meta.label_lower}
    found = Contribution.objects.filter(pk__in=of.values()).select_related("donor").in_bulk()
    return {key: _about(found[pk]) for key, pk in of.items()}


def _about(contribution: Contribution) -> str:
    payer = contribution.donor.name if contribution.donor else contribution.payer
    names = {"number": contribution, "payer": payer or _("somebody not known yet")}
    return _("Contribution %(number)s from %(payer)s") % names


def offers(line: BankLine, user: Any) -> Iterable[Offer]:
    """What came in may be an instalment of the same amount; whatever it is, it can be entered as not known yet."""
    if line.amount.amount <= 0 or not permissions.can_enter(None, user):
        return []
    waiting = Instalment.objects.open().with_received().select_related("pledge__donor").order_by("due_on", "pk")
    fitting = [each for each in waiting if each.outstanding == line.amount]
    return [*(_instalment(line, each) for each in fitting), _unknown(line)]


def _instalment(line: BankLine, instalment: Instalment) -> Offer:
    shown = {"instalment": instalment, "donor": instalment.pledge.donor.name}
    return Offer(
        key=f"instalment-{instalment.pk}",
        label=_("Instalment %(instalment)s of %(donor)s") % shown,
        facts=[(_("Donor"), shown["donor"]), (_("Due on"), instalment.due_on), *_facts(line)],
        do=partial(_receive, line, instalment),
        warning=_("It is posted at once, and a receipt goes to the donor."),
    )


def _unknown(line: BankLine) -> Offer:
    return Offer(
        key="unidentified",
        label=_("A receipt that nobody can name yet"),
        facts=_facts(line),
        do=partial(_receive, line, None),
        warning=_("It is posted as an unidentified receipt, and waits to be identified."),
    )


def _receive(line: BankLine, instalment: Instalment | None, by: Any) -> Entry:
    cash = {
        "bank": line.bank,
        "on": line.value_on,
        "amount": line.amount,
        "bank_reference": line.reference[:REFERENCE],
        "payer": line.counterparty[:PAYER],
    }
    made = actions.receive_on_instalment(instalment, by=by, **cash) if instalment else actions.receive_unidentified(by=by, **cash)
    assert made.entry is not None
    return made.entry


def _facts(line: BankLine) -> list[tuple[str, Any]]:
    return [(_("Payer, as the bank has it"), line.counterparty)] if line.counterparty else []
