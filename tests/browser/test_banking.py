"""A bank's statement in the hands of finance: it is imported, its line matched, the account reconciled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.banking.files import Fact, Facts, camt
from tests.factories.banking import make_details
from tests.factories.books import DAY, make_bank, open_years, post
from tests.factories.people import make_user
from trustfund import clock
from trustfund.banking.models import BankLine
from trustfund.ledger import postings
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _day():
    open_years(2026, clock.today().year)


def test_a_statement_is_imported_matched_and_reconciled(browser_page, sign_in, axe, look):
    post(postings.interest(make_bank(), usd("250.00")), DAY)
    make_details()
    content = camt(Facts([Fact(usd("250.00"), text="Interest of March")], opening=usd("0.00"), first=DAY, days=3))
    page = browser_page()
    sign_in(page, make_user(Role.FINANCE))
    page.goto("/banking/import/")
    page.set_input_files("input[type=file]", {"name": "march.xml", "mimeType": "application/xml", "buffer": content})
    page.get_by_role("button", name="Import it").click()
    page.get_by_role("heading", name="Statement 2026-12").wait_for()
    page.goto(BankLine.objects.get().get_absolute_url())
    assert axe(page) == []
    with page.expect_navigation():
        page.get_by_role("button", name="Confirm").click()
    assert BankLine.objects.get().is_matched
    page.goto(f"/banking/reconciliation/?bank=BANK-USD&day={DAY + timedelta(days=3)}")
    assert page.get_by_text("The balance per bank leads to the balance per books").is_visible()
    look(page, "banking-reconciled")
    assert axe(page) == []
    with page.expect_download() as found:
        page.get_by_role("link", name="PDF").click()
    assert found.value.suggested_filename == f"reconciliation-BANK-USD-{DAY + timedelta(days=3)}.pdf"
