"""The receipt of a contribution: a PDF made once, kept with its hash, sent to nobody but its donor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from trustfund.documents.pdf import Document
from trustfund.files.kinds import Kind
from trustfund.files.models import StoredFile
from trustfund.files.storing import store_bytes
from trustfund.ledger.exchange import rates

if TYPE_CHECKING:
    from donors.contributions.models import Contribution


def language_of(contribution: Contribution) -> str:
    """The language of the donor's first contact, English when there is none."""
    first = contribution.donor.people().first() if contribution.donor else None
    return first.language if first else "en"


def made(contribution: Contribution) -> bytes:
    """The receipt as PDF: the same bytes for the same contribution."""
    language = language_of(contribution)
    with translation.override(language):
        document = Document(_("Receipt of a contribution"), settings.FUND_NAME, language, reference=contribution.receipt_number or "")
        document.facts(_facts(contribution))
        document.paragraph(
            _(
                "The Fund has received this voluntary contribution and thanks the donor for it. It is used for direct assistance "
                "to victims of trafficking in persons through non-governmental organisations. What it was used for can be followed "
                "on the donor’s own pages."
            )
        )
        foot = _("Receipt %(number)s. Made by the Fund’s system; valid without signature.")
        document.footer(foot % {"number": contribution.receipt_number})
    return document.pdf()


def _facts(contribution: Contribution) -> list[tuple[str, Any]]:
    """Who gave how much, when, and for what."""
    facts: list[tuple[str, Any]] = [
        (_("Receipt"), contribution.receipt_number),
        (_("Donor"), contribution.donor.name if contribution.donor else ""),
        (_("Amount"), contribution.amount),
        *_worth(contribution),
        (_("Value date"), contribution.received_on),
        (_("Bank reference"), contribution.bank_reference),
    ]
    if contribution.instalment is not None:
        facts += [(_("Agreement"), contribution.instalment.pledge.reference), (_("Instalment"), str(contribution.instalment))]
    return facts


def _worth(contribution: Contribution) -> list[tuple[str, Any]]:
    """What another currency is worth in USD, as it is booked, and what it pays of an agreement in yet another one."""
    facts: list[tuple[str, Any]] = []
    if contribution.currency != "USD":
        worth, rate = rates.to_usd(contribution.amount, contribution.received_on)
        facts.append((_("In USD"), worth))
        facts.append((_("Rate of exchange, %(currency)s per USD") % {"currency": contribution.currency}, rate))
    if contribution.settles is not None and contribution.settles != contribution.amount:
        facts.append((_("Pays of the instalment"), contribution.settles))
    return facts


def kept(contribution: Contribution, *, by: Any) -> StoredFile:
    """Make the receipt and keep it."""
    return store_bytes(made(contribution), f"receipt-{contribution.receipt_number}.pdf", by=by, kinds={Kind.PDF})
