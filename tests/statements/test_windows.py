"""The windows of the fund side by side, and the whole of them as Statement I has it."""

from __future__ import annotations

from datetime import date

import pytest

from tests.donors.support import signed_in
from tests.factories.books import DAY, give, post
from trustfund import clock
from trustfund.ledger.legs import credit, debit
from trustfund.ledger.models import FundWindow
from trustfund.money import usd, zero
from trustfund.people.roles import Role
from trustfund.statements.books import books_at
from trustfund.statements.windows import windows

pytestmark = pytest.mark.django_db


def test_each_window_has_its_figures_and_the_total_is_that_of_the_fund():
    with clock.frozen(DAY):
        give("1000")
        FundWindow.objects.create(code="haven", name="Safe haven")
        post([debit("5220", usd("10")), credit("2010", usd("10"))], window="haven")
        found = windows(books_at(DAY))
        assert found.amounts("w:general") == [usd(1000), zero(), usd(1000), usd(1000), zero()]
        assert found.amounts("w:haven") == [zero(), usd(10), usd(-10), zero(), usd(10)]
        assert found.amounts("w:total") == [usd(1000), usd(10), usd(990), usd(1000), usd(10)]
        assert windows(books_at(date(2026, 3, 1))).amounts("w:total") == [zero()] * 5
        client = signed_in(Role.FINANCE)
        assert "/books/windows/of/haven/" in client.get("/statements/windows/").content.decode()
        assert client.get("/statements/windows.xlsx").status_code == 200
