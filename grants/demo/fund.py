"""The Fund's money in the demo: years, bank accounts, rates, donors and their contributions."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile

from donors.contributions import actions as contributions
from donors.donors import actions as donors
from donors.donors.models import Donor
from donors.pledges import actions as pledges
from donors.pledges.models import Pledge
from grants.demo import facts, papers
from grants.demo.cast import Cast
from trustfund import clock
from trustfund.files.storing import store
from trustfund.ledger import periods, subaccounts
from trustfund.ledger.exchange import rates
from trustfund.ledger.models import Subaccount, Tag
from trustfund.money import Money, usd

PSC = Decimal("0.13")


def open_books(cast: Cast, today: date) -> tuple[Subaccount, Subaccount]:
    """The years of the first cycle and of today, two bank accounts, the euro's rates. Returns the USD and the EUR account."""
    for year in [*range(2010, 2016), today.year - 1, today.year, today.year + 1]:
        periods.open_year(year, by=cast.finance)
    for day, units in facts.EURO_RATES:
        rates.add("EUR", date.fromisoformat(day), Decimal(units), source="ECB reference rate, inverted", by=cast.finance)
    for days in (300, 270, 240, 210, 180, 150, 120, 90, 60, 30, 5):
        rates.add("EUR", today - timedelta(days=days), Decimal(facts.EURO_NOW), source="invented for the demo", by=cast.finance)
    dollars = subaccounts.open(
        "bank", "BANK-USD", name="Fund, USD account (invented)", public_label="Bank account in USD", currency="USD"
    )
    euros = subaccounts.open("bank", "BANK-EUR", name="Fund, EUR account (invented)", public_label="Bank account in EUR", currency="EUR")
    return dollars, euros


def agreement(
    cast: Cast, donor: Donor, amount: Money, on: date, *, condition: str = "", earmark: Tag | None = None, instalments: Any = None
) -> Pledge:
    """A pledge announced, signed ten days later and booked by finance."""
    parts = instalments or [(on + timedelta(days=60), amount)]
    with clock.frozen(on):
        pledge = pledges.announce(
            donor, by=cast.manager, on=on, amount=amount, instalments=parts, psc_rate=PSC, condition=condition, earmark=earmark
        )
    with clock.frozen(on + timedelta(days=10)):
        document = store(ContentFile(papers.page("Agreement (invented)"), name="agreement.pdf"), by=cast.manager)
        pledge = pledges.sign(pledge, by=cast.manager, on=clock.today(), document=document)
        return pledges.book(pledge, by=cast.finance)


def pay_in(cast: Cast, pledge: Pledge, bank: Subaccount, on: date, reference: str, number: int = 1) -> None:
    """One instalment arrives in full."""
    instalment = pledge.instalments.get(number=number)
    with clock.frozen(on):
        contributions.receive_on_instalment(
            instalment, by=cast.finance, bank=bank, on=on, amount=instalment.amount, bank_reference=reference
        )


def first_donors(cast: Cast, dollars: Subaccount, euros: Subaccount) -> list[Donor]:
    """The contributions of 2010 and 2011 (invented) that paid for the first cycle."""
    with clock.frozen(date(2010, 11, 8)):
        state = donors.register(by=cast.manager, name="Kingdom of Arendal (invented)", kind="state", country="NO")
        union = donors.register(by=cast.manager, name="Republic of Valmora (invented)", kind="state", country="PT")
        foundation = donors.register(by=cast.manager, name="Lantern Foundation (invented)", kind="organisation", country="CH")
        person = donors.register(by=cast.manager, name="J. Invented", kind="person", country="CA", anonymous_in_public=True)
        donors.add_contact(state, user=cast.donor_contact, by=cast.manager)
    large = agreement(cast, state, usd(650_000), date(2010, 11, 15))
    pay_in(cast, large, dollars, date(2010, 12, 20), "ARD-2010-1220")
    euro = agreement(cast, union, Money(200_000, "EUR"), date(2010, 12, 2))
    pay_in(cast, euro, euros, date(2011, 3, 10), "VAL-2011-0310")
    with clock.frozen(date(2011, 3, 22)):
        contributions.receive_gift(
            foundation,
            by=cast.finance,
            psc_rate=PSC,
            bank=dollars,
            on=date(2011, 3, 22),
            amount=usd(125_000),
            bank_reference="LAN-2011-0322",
        )
    with clock.frozen(date(2011, 6, 6)):
        contributions.receive_gift(
            person,
            by=cast.finance,
            psc_rate=Decimal(0),
            bank=dollars,
            on=date(2011, 6, 6),
            amount=usd(2_500),
            bank_reference="PRV-2011-0606",
        )
    return [state, union, foundation, person]


def later_donors(cast: Cast, first: list[Donor], dollars: Subaccount, euros: Subaccount, today: date) -> None:
    """This year's contributions, and what waits for finance and for the manager."""

    def day(ago: int) -> date:
        return today - timedelta(days=ago)

    state, union, foundation, _person = first
    pledge = agreement(cast, state, usd(500_000), day(290), instalments=[(day(230), usd(300_000)), (day(20), usd(200_000))])
    pay_in(cast, pledge, dollars, day(228), "ARD-NOW-1")
    conditional = agreement(cast, foundation, usd(80_000), day(160), condition="A mid-term evaluation is published (invented).")
    pay_in(cast, conditional, dollars, day(100), "LAN-NOW-1")
    euro = agreement(cast, union, Money(150_000, "EUR"), day(210))
    pay_in(cast, euro, euros, day(149), "VAL-NOW-1")
    with clock.frozen(day(12)):
        announced = [(today + timedelta(days=90), Money(75_000, "EUR"))]
        pledges.announce(union, by=cast.manager, on=day(12), amount=Money(75_000, "EUR"), instalments=announced, psc_rate=PSC)
    with clock.frozen(day(3)):
        contributions.receive_unidentified(
            by=cast.finance, bank=dollars, on=day(3), amount=usd("1200.00"), bank_reference="UNK-NOW-1", payer="Charity run (invented)"
        )
