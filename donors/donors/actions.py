"""What is done to a donor and its contacts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from donors.donors import permissions
from donors.donors.models import Contact, Donor
from trustfund import clock
from trustfund.audit.recording import record
from trustfund.ledger import subaccounts
from trustfund.ledger.models import Subaccount
from trustfund.ledger.postings import REVENUE
from trustfund.people import invitations
from trustfund.people.actions import locked
from trustfund.people.models import Invitation, User
from trustfund.people.roles import roles_of
from trustfund.workflow import lock


@transaction.atomic
def register(*, by: Any, name: str, kind: str, country: str, anonymous_in_public: bool = False) -> Donor:
    """Register a donor and open its subaccount in the ledger.

    Raises `PermissionDenied`, or `ValidationError` by field: not a country, or a State that is registered already.
    """
    if not permissions.can_register(None, by):
        raise PermissionDenied
    donor = Donor(name=name.strip(), kind=kind, country=country, anonymous_in_public=anonymous_in_public, registered_by=by)
    donor.full_clean(exclude=["subaccount"])
    donor.save()
    donor.subaccount = subaccounts.open("donor", donor.code, name=donor.internal_name, public_label=donor.public_label)
    donor.save()
    record("donor.register", of=donor, by=by, kind=str(kind), country=country, anonymous=anonymous_in_public)
    return donor


@transaction.atomic
def change(donor: Donor, *, by: Any, name: str, country: str, anonymous_in_public: bool) -> Donor:
    """Change what is known of a donor; its labels in the ledger, and those of its agreements and gifts, follow."""
    if not permissions.can_change(donor, by):
        raise PermissionDenied
    lock(donor)
    donor.name, donor.country, donor.anonymous_in_public = name.strip(), country, anonymous_in_public
    donor.full_clean()
    donor.save()
    _relabel(donor)
    record("donor.change", of=donor, by=by, country=country, anonymous=anonymous_in_public)
    return donor


def label_under(donor: Donor, code: str) -> str:
    """The public label of an agreement, instalment or gift of the donor: whose it is, and its neutral code."""
    return f"{donor.public_label}, {code}"


def _relabel(donor: Donor) -> None:
    """Put the donor's name and public label on its subaccount and on all below it."""
    subaccounts.rename(donor.account, donor.internal_name)
    subaccounts.relabel(donor.account, donor.public_label)
    for below in Subaccount.objects.filter(Q(parent=donor.subaccount) | Q(parent__parent=donor.subaccount)).order_by("pk"):
        subaccounts.rename(below, f"{donor.internal_name}, {below.code}")
        subaccounts.relabel(below, label_under(donor, below.code))


PURPOSE = "donors.contact"


@transaction.atomic
def invite_contact(donor: Donor, *, by: Any, email: str, name: str, language: str = "en") -> Invitation:
    """Write to a person who shall act for the donor; accepting the letter makes them its contact. ValidationError: they are one already."""
    if not permissions.can_invite(donor, by):
        raise PermissionDenied
    if donor.contacts.filter(active=True, user__email__iexact=email.strip()).exists():
        raise ValidationError({"email": _("This person acts for the donor already.")})
    return invitations.invite(email, name, by=by, on_accept=f"{PURPOSE}:{donor.pk}", language=language)


def accept_contact(reference: str, user: User, invitation: Invitation) -> Contact:
    """The accepter of the invitation: `reference` is the donor's primary key."""
    return join(Donor.objects.get(pk=int(reference)), user=user, by=user)


@transaction.atomic
def add_contact(donor: Donor, *, user: User, by: Any) -> Contact:
    """Let `user` act for the donor. Raises `ValidationError` for staff: a donor's contact holds no role in the Fund."""
    if not permissions.can_invite(donor, by):
        raise PermissionDenied
    return join(donor, user=user, by=by)


@transaction.atomic
def join(donor: Donor, *, user: User, by: Any) -> Contact:
    """Make `user` an active contact; once only, a former contact is taken back. ValidationError for staff."""
    known = Contact.objects.filter(user=user, donor=donor)
    lock(donor, *known)
    user = locked(user)
    if roles_of(user) or user.role_grants.overlapping(clock.today(), None).exists():
        raise ValidationError(_("This person works for the Fund or sits on its Board, and can't act for a donor."))
    contact = known.first() or Contact(user=user, donor=donor)
    contact.active = True
    contact.save()
    record("donor.contact_added", of=donor, by=by, contact=user.pk)
    return contact


@transaction.atomic
def end_contact(contact: Contact, *, by: Any) -> Contact:
    """The person no longer acts for the donor and sees nothing of it from now on."""
    if not permissions.can_invite(contact.donor, by):
        raise PermissionDenied
    lock(contact)
    if not contact.active:
        raise ValidationError(_("This person is no longer a contact."))
    contact.active = False
    contact.save()
    record("donor.contact_ended", of=contact.donor, by=by, contact=contact.user_id)
    return contact


def contacts_of(donor: Donor) -> Any:
    """The donor's contacts with their people, the active first."""
    return donor.contacts.select_related("user")


def revenue_account(instalment: Any) -> str:
    """The revenue account of a contribution's donor, by the donor's kind; "" for one that nobody registered."""
    above = [each for each in (instalment.parent, instalment.parent and instalment.parent.parent) if each is not None]
    donor = Donor.objects.filter(subaccount__in=above).first()
    return REVENUE[donor.kind] if donor else ""
