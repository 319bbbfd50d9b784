"""The auditor's walk on the demo fund: from every figure to its lines, entry, act, object and documents; nothing ends in a wall."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories.people import sign_in
from trustfund.ledger.models import Entry
from trustfund.people.models import User
from trustfund.statements.catalogue import STATEMENTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor():
    return sign_in(Client(), User.objects.get(email="auditor@demo.example"))


def test_every_entry_leads_to_its_act_its_object_and_its_documents(auditor):
    walls, without = [], []
    for entry in Entry.objects.order_by("seal"):
        page = auditor.get(entry.get_absolute_url())
        context = page.context
        addresses = [each.url for each in context["documents"]] + ([context["source"].get_absolute_url()] if context["source"] else [])
        walls += [(str(entry), address) for address in addresses if auditor.get(address).status_code != 200]
        if entry.object_type and not (context["act"] and context["source"]):
            without.append(str(entry))
    assert walls == []
    assert without == []


def test_payments_and_reports_have_documents(auditor):
    for source in ("payment.settle", "report.accept", "grant.countersign", "voucher.approve", "contribution.enter"):
        entry = Entry.objects.filter(source=source).first()
        assert auditor.get(entry.get_absolute_url()).context["documents"], source


@pytest.mark.parametrize("code", STATEMENTS)
def test_every_figure_leads_to_lines_and_every_line_to_an_entry(auditor, code):
    tables = auditor.get(f"/statements/{code}/?as_of=2026-11-20").context["tables"]
    urls = {cell["url"] for table in tables for row in table["rows"] for cell in row["cells"] if cell.get("url")}
    for url in sorted(urls)[:40]:
        listing = auditor.get(url).context["listing"]
        assert listing.rows, url
        assert auditor.get(listing.cells()[0]["cells"][1]["url"]).status_code == 200
