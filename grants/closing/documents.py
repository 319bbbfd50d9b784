"""What grants, their payments and reports rest on, for whoever follows their entries. Receipts of shelters are never among it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from grants.agreements.models import Grant
from grants.closing.models import Closure
from grants.payments import permissions as payments
from grants.payments.models import Payment
from grants.reports import resources
from grants.reports.disallowances import permissions as disallowances
from grants.reports.disallowances.models import Disallowance
from grants.reports.models import Report
from trustfund.documents import Workbook
from trustfund.ledger.evidence import Document, of_file


def of_grant(grant: Grant, user: Any) -> Iterable[Document]:
    """Every version of the agreement, with its signatures once it has them."""
    if not Grant.objects.visible_to(user).filter(pk=grant.pk).exists():
        return []
    words = _("Agreement, version %(number)d")
    return [
        of_file(words % {"number": each.number}, each.best_pdf, reverse("agreements:pdf", args=[grant.pk, each.number]))
        for each in grant.versions.select_related("pdf", "signed_pdf").order_by("number")
    ]


def of_payment(payment: Payment, user: Any) -> Iterable[Document]:
    """The order as it went to the bank (read on screen only: it names an account in full), and the agreement."""
    if not Payment.objects.visible_to(user).filter(pk=payment.pk).exists():
        return []
    own = []
    if payment.order is not None and payments.can_read_order(payment, user):
        name, url = f"payment-order-{payment.reference}.pdf", reverse("payments:order", args=[payment.pk])
        own = [Document(_("Payment order"), name, url, payment.order.sha256, payment.order.made_at)]
    return [*own, *of_grant(payment.grant, user)]


def of_report(report: Report, user: Any) -> Iterable[Document]:
    """The list of expenditure, and the agreement."""
    if not Report.objects.visible_to(user).filter(pk=report.pk).exists():
        return []
    name = f"expenditure-{report.grant.reference}-{report.number}.xlsx".replace("/", "-")
    url = reverse("reports:workbook", args=[report.pk])
    listed = Document(_("Expenditure by budget line"), name, url, at=report.submitted_at, read=lambda: _listed(report))
    return [listed, *of_grant(report.grant, user)]


def _listed(report: Report) -> bytes:
    """The list as a workbook that is the same whenever it is made, unlike the one to fill in."""
    rows = resources.ExpenditureResource().export(report.expenditures.select_related("budget_line").order_by("number"))
    book = Workbook(f"{report.grant.reference} {report.number}")
    sheet = book.sheet(_("Expenditure"), widths=[22] * len(resources.HEADS))
    sheet.row(list(resources.HEADS.values()), "head")
    for row in rows:
        sheet.row(list(row))
    return book.content()


def of_disallowance(disallowance: Disallowance, user: Any) -> Iterable[Document]:
    """What it rests on, where something was put to it; the report's list, and the agreement."""
    if not Disallowance.objects.visible_to(user).filter(pk=disallowance.pk).exists():
        return []
    own = []
    if disallowance.document is not None and disallowances.can_read_document(disallowance, user):
        own = [of_file(_("What it rests on"), disallowance.document, reverse("disallowances:document", args=[disallowance.pk]))]
    return [*own, *of_report(disallowance.report, user)]


def of_closure(closure: Closure, user: Any) -> Iterable[Document]:
    """The agreement; the grant's statement is a page of its own."""
    return of_grant(closure.grant, user)
