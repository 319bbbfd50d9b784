"""Donors, agreements and contributions for tests, by the real actions.

    make_contribution(usd("100000"))                      # a gift of a State, received by bank: it can fund grants at once
    make_contribution(usd("100000"), earmark=tag, psc_rate=Decimal("0.13"))
    make_agreement(usd("50000"), due_on=date(2026, 6, 1)) # signed and booked; make_contribution(..., instalment=...) pays it
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from django.core.files.base import ContentFile

from donors.contributions import actions as contributions
from donors.contributions.models import Contribution
from donors.donors import actions as donors
from donors.donors.models import Donor
from donors.pledges import actions as pledges
from donors.pledges.models import Instalment, Pledge
from tests.factories.books import make_bank, open_years
from tests.factories.people import make_user
from tests.factories.remembered import remembered
from trustfund import clock
from trustfund.files.storing import store
from trustfund.money import Money, usd
from trustfund.people.models import User
from trustfund.people.roles import Role

_number = count(1)
COUNTRIES = """AT BE CH DE EE FI GR HR IE JO KW LU MT NO OM PT QA RO SE TN UY VN ZM AR BR CL DZ EG FJ GH HN IN JP KE LB MA NP PE RW
    SN TH UG""".split()
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@remembered
def make_donor(kind: str = "state", **fields: object) -> Donor:
    """A registered donor; States get a country of their own."""
    number = next(_number)
    used = set(Donor.objects.values_list("country", flat=True))
    country = fields.pop("country", None) or next((code for code in COUNTRIES if code not in used), "AT")
    by = fields.pop("by", None) or make_user(Role.MANAGER)
    return donors.register(by=by, name=fields.pop("name", f"Donor {number}"), kind=kind, country=country, **fields)


@remembered
def make_contact(donor: Donor, **fields: object) -> User:
    """A person who acts for the donor."""
    user = make_user(**fields)
    donors.add_contact(donor, user=user, by=make_user(Role.MANAGER))
    return user


@remembered
def make_document(by: User | None = None):
    """A stored PDF."""
    return store(ContentFile(PDF, name="agreement.pdf"), by=by or make_user())


@remembered
def make_pledge(amount: Money | None = None, *, donor: Donor | None = None, on: date | None = None, **fields: object) -> Pledge:
    """An announced pledge, in one instalment due in ninety days unless `instalments` says otherwise."""
    amount, on = amount or usd("100000"), on or clock.today()
    open_years(on.year)
    fields.setdefault("instalments", [(fields.pop("due_on", None) or on + timedelta(days=90), amount)])
    fields.setdefault("psc_rate", Decimal("0"))
    return pledges.announce(donor or make_donor(), by=make_user(Role.MANAGER), on=on, amount=amount, **fields)


@remembered
def make_agreement(amount: Money | None = None, *, booked: bool = True, on: date | None = None, **fields: object) -> Pledge:
    """An agreement signed on `on` (today) and, unless `booked` is False, in the books."""
    on = on or clock.today()
    pledge = make_pledge(amount, on=on, **fields)
    manager = make_user(Role.MANAGER)
    pledge = pledges.sign(pledge, by=manager, on=on, document=make_document(manager))
    return pledges.book(pledge, by=make_user(Role.FINANCE)) if booked else pledge


@remembered
def make_contribution(
    amount: Money | None = None,
    *,
    donor: Donor | None = None,
    instalment: Instalment | None = None,
    on: date | None = None,
    bank: object = None,
    earmark: object = None,
    psc_rate: Decimal = Decimal("0"),
    **fields: object,
) -> Contribution:
    """Money that came by bank: a gift of `donor` (a new State), or cash of `instalment`; its `subaccount` is what funds grants."""
    amount, on = amount or usd("100000"), on or clock.today()
    open_years(on.year)
    cash = {"bank": bank or make_bank(amount.currency), "on": on, "amount": amount}
    cash["bank_reference"] = fields.pop("bank_reference", f"TRX{next(_number):06d}")
    by = fields.pop("by", None) or make_user(Role.FINANCE)
    if instalment is not None:
        return contributions.receive_on_instalment(instalment, by=by, **cash, **fields)
    return contributions.receive_gift(donor or make_donor(), by=by, psc_rate=psc_rate, earmark=earmark, **cash, **fields)


@remembered
def make_unidentified(amount: Money | None = None, *, on: date | None = None, **fields: object) -> Contribution:
    """Money that nobody can name yet."""
    amount, on = amount or usd("500"), on or clock.today()
    open_years(on.year)
    about = {"bank_reference": f"TRX{next(_number):06d}", "by": make_user(Role.FINANCE), "bank": make_bank(amount.currency), **fields}
    return contributions.receive_unidentified(on=on, amount=amount, **about)
