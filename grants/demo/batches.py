"""Payment batches of the demo: one that the bank carried out but for one payment, and a new one for that, to be approved. All invented."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from grants.demo.banks import ACCOUNT, BIC
from grants.payments import actions as payments
from grants.payments.batches import actions
from grants.payments.batches.models import Charges
from grants.payments.models import Payment
from trustfund import clock
from trustfund.banking import actions as banking

if TYPE_CHECKING:
    from grants.demo.today import Today

SAYS = "AC04: the account is closed, says the bank of the payee (invented)."


def describe(now: Today, ago: int) -> None:
    """Before the first file, finance says which number and bank our account has."""
    with clock.frozen(now.day(ago)):
        banking.describe(now.bank, by=now.cast.finance, account=ACCOUNT, bic=BIC, layout=None)


def send(now: Today, paid: Payment, refused: Payment, ago: int) -> None:
    """Both in one file; the bank pays one and refuses the other."""
    with clock.frozen(now.day(ago)):
        day = now.day(ago - 1)
        batch = actions.draft([paid, refused], by=now.cast.finance, paid_from=now.bank, execution_on=day, charges=Charges.OURS)
        actions.submit(batch, by=now.cast.finance)
        actions.approve(batch, by=now.cast.checker)
        actions.make_file(batch, by=now.cast.finance)
    with clock.frozen(now.day(ago - 2)):
        paid.refresh_from_db()
        payments.settle(paid, by=now.cast.finance, on=now.day(ago - 2), bank_reference=f"OUT-{paid.reference}")
        refused.refresh_from_db()
        actions.refuse(batch, [refused], by=now.cast.finance, note=SAYS)


def send_again(now: Today, refused: Payment, ago: int) -> None:
    """The NGO says that its account is open again: certified and approved anew, it waits in another batch for the checker."""
    refused.tranche.refresh_from_db()
    with clock.frozen(now.day(ago)):
        again = payments.certify(refused.tranche, by=now.cast.finance, paid_from=now.bank)
    with clock.frozen(now.day(ago - 1)):
        payments.approve(again, by=now.cast.checker)
        day = now.today + timedelta(days=2)
        batch = actions.draft([again], by=now.cast.finance, paid_from=now.bank, execution_on=day, charges=Charges.OURS)
        spelled = {"name": "Casa Libre", "town": "Cali", "address": "", "clearing_system": "", "clearing_code": "", "intermediary": ""}
        actions.spell(batch, again, by=now.cast.finance, **spelled)
        actions.submit(batch, by=now.cast.finance)
