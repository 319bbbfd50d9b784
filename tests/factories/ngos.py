"""NGOs for tests, brought to a state through the real actions."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from ngos.bank_accounts import actions as bank_accounts
from ngos.bank_accounts.models import BankAccount
from ngos.due_diligence import actions as due_diligence
from ngos.due_diligence.models import Assessment, CheckItem
from ngos.organisations import actions
from ngos.organisations.models import Membership, Organisation, OrganisationDocument
from ngos.screening import actions as screenings
from ngos.screening.models import Screening
from tests.factories.people import make_user
from tests.factories.remembered import remembered
from trustfund import clock
from trustfund.people.models import User
from trustfund.people.roles import Role

_number = count(1)
IBAN = "AT611904300234573201"
SWIFT = "BKAUATWW"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@remembered
def make_organisation(owner: User | None = None, **fields: Any) -> Organisation:
    """An NGO with a complete profile, registered by `owner` (or a new person), who is its owner and signatory."""
    number = next(_number)
    complete = {
        "name": f"Shelter {number}",
        "country": "AT",
        "registration_number": f"REG-{number}",
        "founded_on": date(2001, 5, 4),
        "address": "1 Road, Town",
        "phone": "+43 1 2345678",
        "description": "Gives shelter.",
    }
    return actions.register(by=owner or make_user(), **{**complete, **fields})


def owner_of(organisation: Organisation) -> User:
    return organisation.memberships.filter(right="owner", active=True).order_by("pk").first().user


@remembered
def make_member(organisation: Organisation, right: str = "editor", *, signatory: bool = False, user: User | None = None) -> User:
    """A person who acts for the organisation."""
    user = user or make_user()
    actions.add_member(organisation, user=user, right=right, signatory=signatory, by=owner_of(organisation))
    return user


def membership(organisation: Organisation, user: User) -> Membership:
    return organisation.memberships.get(user=user, active=True)


@remembered
def make_document(organisation: Organisation, kind: str = "registration", **fields: Any) -> OrganisationDocument:
    upload = SimpleUploadedFile(f"{kind}.pdf", PDF, content_type="application/pdf")
    return actions.add_document(organisation, by=owner_of(organisation), kind=kind, upload=upload, **fields)


@remembered
def make_bank_account(
    organisation: Organisation | None = None, state: str = "active", *, on: date | None = None, **fields: Any
) -> BankAccount:
    """An account that was proposed on `on` (today) at the latest; "active" means past its cooling-off on that day."""
    organisation = organisation or make_organisation()
    with clock.frozen((on or clock.today()) - timedelta(days=10)):
        account = _proposed(organisation, **fields)
        if state in ("verified", "active"):
            bank_accounts.record_call(account, by=make_user(Role.FINANCE), on=clock.today(), person="Director", number="+43 1 2345678")
        if state == "active":
            bank_accounts.verify(account, by=make_user(Role.APPROVER))
    if state == "verified":
        bank_accounts.verify(account, by=make_user(Role.APPROVER), on=on)
    if state == "active":
        bank_accounts.activate(account, by=None, on=on)
    if state == "rejected":
        bank_accounts.reject(account, by=make_user(Role.FINANCE), reason="The bank does not know it.")
    account.refresh_from_db()
    return account


def _proposed(organisation: Organisation, **fields: Any) -> BankAccount:
    details = {"holder": organisation.name, "bank_name": "Bank Austria", "country": "AT", "currency": "EUR", "account_number": IBAN}
    return bank_accounts.propose(organisation, by=owner_of(organisation), **{**details, "swift": SWIFT, **fields})


@remembered
def make_assessment(
    organisation: Organisation | None = None, state: str = "cleared", *, on: date | None = None, valid_until: date | None = None
) -> Assessment:
    """An assessment in a state; a cleared one is valid for a year from `on`."""
    officer, on = make_user(Role.PROGRAMME), on or clock.today()
    assessment = due_diligence.open_assessment(organisation or make_organisation(), by=officer)
    if state == "open":
        return assessment
    items = list(assessment.items.all())
    for item in items[:1] if state == "in_progress" else items:
        due_diligence.judge(item, by=officer, outcome=CheckItem.Outcome.OK, on=on)
    until = valid_until or on + timedelta(days=365)
    if state == "cleared":
        due_diligence.clear(assessment, by=officer, valid_until=until, on=on)
    if state == "cleared_with_conditions":
        due_diligence.clear(assessment, by=officer, valid_until=until, on=on, conditions="Send the accounts of the year.")
    if state == "failed":
        due_diligence.fail(assessment, by=officer, reason="No accounts.", on=on)
    assessment.refresh_from_db()
    return assessment


@remembered
def make_screening(organisation: Organisation, outcome: str = "clear", *, on: date | None = None) -> Screening:
    on = on or clock.today()
    officer = make_user(Role.PROGRAMME)
    return screenings.screen(
        organisation, by=officer, outcome=outcome, list_date=on, performed_on=on, officers="A. Director", note="Compared by hand."
    )


@remembered
def make_ready_organisation(on: date | None = None, **fields: Any) -> Organisation:
    """An NGO that can be given and paid a grant: cleared, screened, with an active bank account."""
    organisation = make_organisation(**fields)
    make_assessment(organisation, on=on)
    make_screening(organisation, on=on)
    make_bank_account(organisation, on=on)
    return organisation
