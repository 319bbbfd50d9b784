"""The grant's statement: figures of the books, the same in page, PDF and workbook."""

import io

import pytest
from openpyxl import load_workbook

from grants.closing import resources
from grants.closing.statement import statement_of
from tests.factories.agreements import accept, make_payment
from tests.factories.people import make_user
from trustfund import clock
from trustfund.money import usd
from trustfund.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def grant():
    make_user(Role.APPROVER)
    grant = make_payment("paid").grant
    accept(grant, usd(5_000))
    return grant


def test_the_figures_are_those_of_the_books(grant):
    found = statement_of(grant, clock.today())
    assert (found.position.paid, found.position.accepted, found.position.advance) == (usd(12_000), usd(5_000), usd(7_000))
    assert (found.totals.budget, found.totals.accepted) == (usd(24_000), usd(0))
    assert [line.account_id for line in found.lines] == ["1200", "5010", "1200", "5100"]


def test_it_is_read_as_of_a_day(grant):
    before = statement_of(grant, grant.approved_on.replace(year=grant.approved_on.year - 1))
    assert (before.position.paid, before.lines) == (usd(0), [])


def test_pdf_and_workbook_are_made_again_byte_for_byte(grant):
    found = statement_of(grant, clock.today())
    assert resources.pdf(found) == resources.pdf(found)
    content = resources.xlsx(found)
    assert content == resources.xlsx(statement_of(grant, clock.today()))
    book = load_workbook(io.BytesIO(content), data_only=True)
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert ["Total", 24000, 0, 0, 0, 24000] in [row[:6] for row in rows]
