"""The NGOs of the demo: registered, cleared, screened, with a bank account that was called back."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.files.base import ContentFile

from grants.demo import papers
from grants.demo.cast import Cast, person
from grants.demo.facts import Ngo
from ngos.bank_accounts import actions as bank_accounts
from ngos.bank_accounts.numbers import uses_iban
from ngos.due_diligence import actions as due_diligence
from ngos.due_diligence.models import CheckItem
from ngos.organisations import actions
from ngos.organisations.models import Organisation
from ngos.screening import actions as screening
from trustfund import clock

PAPERS = ["registration", "statutes", "accounts", "psea"]
IBAN_LENGTH = {"AL": 28, "CR": 22, "FR": 27, "IL": 23, "MD": 24, "CZ": 24, "JO": 30, "KZ": 20, "GE": 22}


def register(cast: Cast, ngo: Ngo, on: date, *, number: int, email: str = "") -> Organisation:
    """The organisation with a complete profile and its papers; its owner is an invented person."""
    with clock.frozen(on):
        owner = person(email or f"ngo{number}", f"Member {number} (invented)", signs_in=bool(email))
        organisation = actions.register(
            by=owner,
            name=ngo.name,
            country=ngo.country,
            registration_number=f"DEMO-{number:03}",
            founded_on=date(1998, 1 + number % 12, 1 + number % 28),
            address="An address that was invented for the demonstration",
            phone=f"+000 000 {number:04}",
            description="Invented for the demonstration: direct help to victims of trafficking.",
        )
        cast.owners[organisation.name] = owner
        for kind in PAPERS:
            upload = ContentFile(papers.page(kind.capitalize()), name=f"{kind}.pdf")
            actions.add_document(organisation, by=owner, kind=kind, upload=upload)
    return organisation


def clear(cast: Cast, organisation: Organisation, on: date) -> None:
    """Due diligence with every point in order, valid for two years."""
    with clock.frozen(on):
        assessment = due_diligence.open_assessment(organisation, by=cast.screener)
        for item in assessment.items.all():
            due_diligence.judge(item, by=cast.screener, outcome=CheckItem.Outcome.OK, on=on)
        due_diligence.clear(assessment, by=cast.screener, valid_until=on + timedelta(days=720), on=on)


def screen(cast: Cast, organisation: Organisation, on: date) -> None:
    """The organisation and its officers compared with the sanctions list of that day."""
    with clock.frozen(on):
        officer = cast.owner(organisation).name
        screening.screen(
            organisation,
            by=cast.screener,
            outcome="clear",
            list_date=on,
            performed_on=on,
            officers=officer,
            note="Compared by hand (demo).",
        )


def bank_account(cast: Cast, organisation: Organisation, on: date, *, currency: str, number: int, stop_at: str = "active") -> None:
    """Proposed by the NGO, called back by finance, confirmed by the approving officer, active after the cooling-off."""
    with clock.frozen(on):
        account = bank_accounts.propose(
            organisation,
            by=cast.owner(organisation),
            holder=organisation.name,
            bank_name="An invented bank",
            country=organisation.country,
            currency=currency,
            account_number=account_number(organisation.country, number),
            swift=f"DEMO{organisation.country}XX",
        )
        if stop_at == "proposed":
            return
        bank_accounts.record_call(account, by=cast.finance, on=on, person="Director (invented)", number=organisation.phone)
    with clock.frozen(on + timedelta(days=1)):
        bank_accounts.verify(account, by=cast.checker, on=on + timedelta(days=1))
    with clock.frozen(on + timedelta(days=8)):
        bank_accounts.activate(account, by=None, on=on + timedelta(days=8))


def account_number(country: str, number: int) -> str:
    """An invented number that passes the checks: where banks use IBAN, zeros and the demo's own number with right check digits."""
    if not uses_iban(country):
        return f"0000{number:08}"
    account = f"{number:0{IBAN_LENGTH[country] - 4}}"
    digits = "".join(str(int(char, 36)) for char in f"{account}{country}00")
    return f"{country}{98 - int(digits) % 97:02}{account}"
