"""What is done to an organisation, its members and its documents."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ngos.organisations import hooks, permissions
from ngos.organisations.models import Membership, Organisation, OrganisationDocument, membership_of
from trustfund import clock
from trustfund.audit.recording import record
from trustfund.files.storing import store
from trustfund.people import invitations
from trustfund.people.actions import locked
from trustfund.people.models import Invitation, User
from trustfund.people.roles import roles_of
from trustfund.workflow import lock

Right = Membership.Right


@transaction.atomic
def register(*, by: Any, name: str, country: str, **fields: Any) -> Organisation:
    """Register an NGO; `by` becomes its owner and signatory.

    `fields` are the other columns of `Organisation`. Raises `PermissionDenied` for staff, `ValidationError` (by field) for what is
    wrong, and when `by` acts for an organisation already.
    """
    if not permissions.can_register(None, by):
        raise PermissionDenied
    by = locked(by)
    _refuse_staff(by)
    _refuse_second_membership(by)
    organisation = Organisation(name=name.strip(), country=country, registered_by=by, **fields)
    organisation.full_clean()
    organisation.save()
    Membership.objects.create(user=by, organisation=organisation, right=Right.OWNER, signatory=True)
    record("organisation.register", of=organisation, by=by, country=country)
    return organisation


@transaction.atomic
def update(organisation: Organisation, *, by: Any, **fields: Any) -> Organisation:
    """Change the profile; `fields` are columns of `Organisation`. Raises `ValidationError` by field."""
    if not permissions.can_edit(organisation, by):
        raise PermissionDenied
    lock(organisation)
    changed = sorted(name for name, value in fields.items() if getattr(organisation, name) != value)
    for name in changed:
        setattr(organisation, name, fields[name])
    organisation.full_clean()
    organisation.save()
    if changed:
        record("organisation.update", of=organisation, by=by, fields=changed)
        hooks.tell(organisation, changed, by)
    return organisation


PURPOSE = "ngos.membership"


@transaction.atomic
def invite(organisation: Organisation, *, by: Any, email: str, name: str, right: str, signatory: bool = False) -> Invitation:
    """Ask a colleague by letter; the right begins when they accept. Raises `ValidationError` for who acts for an NGO or for the Fund."""
    if not permissions.can_manage_members(organisation, by):
        raise PermissionDenied
    known = User.objects.filter(email__iexact=email.strip()).first()
    if known:
        _refuse_staff(known)
        _refuse_second_membership(known)
    reference = f"{organisation.pk}:{right}:{'signs' if signatory else 'reads'}"
    about = {"on_accept": f"{PURPOSE}:{reference}", "language": by.language, "template": "member_invitation"}
    invitation = invitations.invite(email, name, by=by, **about)
    record("organisation.invite", of=organisation, by=by, right=str(right), signatory=signatory)
    return invitation


def accept_invitation(reference: str, person: User, invitation: Invitation) -> Membership:
    """The accepter of "ngos.membership:<organisation>:<right>:<signs or reads>"."""
    pk, right, signs = reference.split(":")
    organisation = Organisation.objects.get(pk=pk)
    inviter = invitation.invited_by
    if inviter is None or not permissions.can_manage_members(organisation, inviter):
        raise ValidationError(_("Who invited you no longer manages this organisation. Please ask for a new invitation."))
    return _join(organisation, person, right=right, signatory=signs == "signs", by=inviter)


def open_invitations(organisation: Organisation) -> QuerySet[Invitation]:
    """The letters that were not answered yet."""
    return Invitation.objects.open(clock.now()).filter(purpose__startswith=f"{PURPOSE}:{organisation.pk}:").order_by("pk")


@transaction.atomic
def withdraw_invitation(organisation: Organisation, invitation: Invitation, *, by: Any) -> None:
    """The link is worth nothing any more."""
    if not permissions.can_manage_members(organisation, by):
        raise PermissionDenied
    invitations.withdraw(invitation, by=by)


@transaction.atomic
def add_member(organisation: Organisation, *, user: User, right: str, signatory: bool = False, by: Any) -> Membership:
    """Make `user` a member. Raises `ValidationError` when the person works for the Fund or acts for an organisation already."""
    if not permissions.can_manage_members(organisation, by):
        raise PermissionDenied
    return _join(organisation, user, right=right, signatory=signatory, by=by)


def _join(organisation: Organisation, user: User, *, right: str, signatory: bool, by: Any) -> Membership:
    lock(organisation)
    user = locked(user)
    _refuse_staff(user)
    _refuse_second_membership(user)
    membership = Membership.objects.create(user=user, organisation=organisation, right=right, signatory=signatory)
    record("organisation.member_joined", of=organisation, by=by, member=user.pk, right=str(right), signatory=signatory)
    return membership


@transaction.atomic
def change_right(membership: Membership, *, right: str, signatory: bool, by: Any) -> Membership:
    """Give a member another right; the last owner stays owner, the last signatory stays signatory."""
    if not permissions.can_manage_members(membership.organisation, by):
        raise PermissionDenied
    lock(membership.organisation, membership)
    _refuse_gone(membership)
    if right != Right.OWNER:
        _refuse_last(membership, "right", Right.OWNER, _("An organisation needs an owner. Make somebody else owner first."))
    if not signatory:
        _refuse_last(membership, "signatory", True, _("An organisation needs a signatory. Make somebody else signatory first."))
    membership.right, membership.signatory = right, signatory
    membership.save()
    details = {"member": membership.user_id, "right": str(right), "signatory": signatory}
    record("organisation.right_changed", of=membership.organisation, by=by, **details)
    return membership


@transaction.atomic
def remove(membership: Membership, *, by: Any) -> Membership:
    """End a membership: an owner ends anybody's, everybody may end their own; the last owner and the last signatory can't leave."""
    organisation = membership.organisation
    if by.pk != membership.user_id and not permissions.can_manage_members(organisation, by):
        raise PermissionDenied
    lock(organisation, membership)
    _refuse_gone(membership)
    _refuse_last(membership, "right", Right.OWNER, _("The last owner can't leave. Make somebody else owner first."))
    _refuse_last(membership, "signatory", True, _("The last signatory can't leave. Make somebody else signatory first."))
    membership.active, membership.left_at = False, clock.now()
    membership.save()
    record("organisation.member_left", of=organisation, by=by, member=membership.user_id)
    return membership


def _refuse_staff(user: User) -> None:
    if roles_of(user) or user.role_grants.overlapping(clock.today(), None).exists():
        raise ValidationError(_("This person works for the Fund or sits on its Board, and can't act for an organisation."))


def _refuse_second_membership(user: User) -> None:
    if membership_of(user):
        raise ValidationError(_("This person acts for an organisation already."))


def _refuse_gone(membership: Membership) -> None:
    if not membership.active:
        raise ValidationError(_("This person is no longer a member."))


def _refuse_last(membership: Membership, field: str, value: Any, message: str) -> None:
    """Refuse when the membership is the only active one that has `value`."""
    if getattr(membership, field) != value:
        return
    others = Membership.objects.filter(organisation=membership.organisation, active=True, user__is_active=True, **{field: value})
    if not others.exclude(pk=membership.pk).exists():
        raise ValidationError(message)


@transaction.atomic
def add_document(organisation: Organisation, *, by: Any, kind: str, upload: File[Any], **fields: Any) -> OrganisationDocument:
    """Keep a document (`fields`: title, issued_on, expires_on, replaces). `replaces` is an older document of the organisation.

    Raises `ValidationError` for a file that is not taken, dates that can't be, and an older document that was replaced already.
    """
    if not permissions.can_edit(organisation, by):
        raise PermissionDenied
    lock(organisation)
    older = fields.pop("replaces", None)
    _refuse_replaced(organisation, older)
    document = OrganisationDocument(organisation=organisation, kind=kind, file=store(upload, by=by), **fields)
    document.full_clean()
    document.save()
    if older:
        older.superseded_by = document
        older.save(update_fields=["superseded_by"])
    record("organisation.document_added", of=organisation, by=by, document=document.pk, kind=str(kind), sha256=document.file.sha256)
    return document


def _refuse_replaced(organisation: Organisation, older: OrganisationDocument | None) -> None:
    if older is None:
        return
    older.refresh_from_db()
    if older.organisation_id != organisation.pk or older.superseded_by_id:
        raise ValidationError({"replaces": _("That document was replaced already.")})
