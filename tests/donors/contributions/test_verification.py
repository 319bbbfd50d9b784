"""`check_books` on donors: what is still owed against the receivables, what came against the bank."""

from __future__ import annotations

import pytest

from donors.contributions.models import Contribution
from donors.pledges.models import Instalment
from tests.factories.books import post
from tests.factories.donors import make_agreement, make_contribution
from tests.ledger.forcing import alter, said_by
from trustfund import clock
from trustfund.ledger.legs import credit, debit
from trustfund.ledger.models import Line
from trustfund.money import usd

pytestmark = pytest.mark.django_db


def test_an_instalment_that_owes_another_amount_is_found():
    pledge = make_agreement()
    assert said_by("receivables") == []
    instalment = pledge.instalments.first()
    Instalment.objects.filter(pk=instalment.pk).update(amount_minor=instalment.amount_minor + 100)
    (said,) = said_by("receivables")
    assert said.startswith(f"instalment {instalment}: expected receivables of ")
    assert said.endswith(f"found {instalment.amount}.")


def test_a_receivable_of_another_instalment_is_found():
    first, second = make_agreement().instalments.first(), make_agreement().instalments.first()
    old, new = first.subaccount_id, second.subaccount_id
    alter(f"UPDATE ledger_line SET subaccount_id = {new} WHERE subaccount_id = {old} AND account_id = '1100'")
    assert len(said_by("receivables")) == 2


def test_a_contribution_that_brought_another_amount_is_found():
    contribution = make_contribution()
    assert said_by("contributions") == []
    Contribution.objects.filter(pk=contribution.pk).update(amount_minor=contribution.amount_minor + 1)
    (said,) = said_by("contributions")
    assert said.startswith(f"contribution {contribution.number}: expected its entry to bring ")
    assert Line.objects.filter(entry=contribution.entry).exists()


def test_what_was_written_off_is_owed_still_and_no_receivable_any_more():
    instalment = make_agreement().instalments.first()
    of, amount = instalment.subaccount, usd("10.00")
    post([debit("5500", amount, of), credit("1190", amount, of)], on=clock.today())
    post([debit("1190", amount, of), credit("1100", amount, of)], on=clock.today())
    assert said_by("receivables") == []
