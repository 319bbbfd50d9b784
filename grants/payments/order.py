"""The order to the bank: one page that says to whom, how much, from which account, and who certified and approved it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from trustfund.documents.pdf import Document
from trustfund.ui.formatting import day_text

if TYPE_CHECKING:
    from grants.payments.models import Payment

LANGUAGE = "en"


def pdf_of(payment: Payment, on: date) -> bytes:
    """The payment order as PDF, in English: what the bank asks for."""
    with translation.override(LANGUAGE):
        document = Document(_("Payment order %(reference)s") % {"reference": payment.reference}, str(settings.FUND_NAME), LANGUAGE)
        account = payment.bank_account
        document.facts(
            [
                (_("Date"), day_text(on)),
                (_("From our account"), payment.paid_from.name),
                (_("Amount"), payment.to_transfer),
                (_("Beneficiary"), account.holder),
                (_("Account number"), account.account_number),
                (_("Bank"), account.bank_name),
                (_("SWIFT code"), account.swift),
                (_("Purpose"), payment.reference),
                (_("Certified by"), payment.certified_by.name),
                (_("Approved by"), payment.approved_by.name if payment.approved_by else "–"),
            ]
        )
        document.signatures([[_("For the Fund")]])
        return document.pdf()
