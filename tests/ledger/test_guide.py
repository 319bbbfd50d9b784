"""The generated document is fresh, and the chart is the one in the database."""

from pathlib import Path

import pytest
from django.conf import settings

from trustfund.ledger import chart, postings
from trustfund.ledger.guide import page
from trustfund.ledger.models import Account


def test_the_document_is_fresh():
    assert (Path(settings.BASE_DIR) / "docs" / "ledger.md").read_text() == page()


def test_every_posting_function_says_its_entry():
    assert page().count("| `") > 25
    assert "`tranche_paid`" in page()
    assert postings.tranche_paid.__doc__ in page() or "Dr 1200 / Cr bank" in page()


@pytest.mark.django_db
def test_the_database_has_the_chart():
    stored = {account.code: (account.name, account.type, account.subaccount_rule) for account in Account.objects.all()}
    assert stored == {each.code: (each.name, each.type, each.subaccount_rule) for each in chart.CHART}


def test_every_code_of_the_statements_is_named():
    assert all(each.statement for each in chart.CHART)
    assert len(chart.BY_CODE) == len(chart.CHART) == 47
