"""Letters that make an account. Rooms above say what accepting one does: they register an accepter for their purpose."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from trustfund import clock
from trustfund.audit import recording
from trustfund.mail import outbox
from trustfund.people.models import INVITATION_LASTS, Invitation, User

Accepter = Callable[[str, User, Invitation], Any]
_accepters: dict[str, Accepter] = {}


def register(purpose: str, accepter: Accepter) -> None:
    """`accepter(reference, user, invitation)` is called, in the transaction of the acceptance, for `on_accept="<purpose>:<reference>"`.

    It locks its own rows, so it comes before the acceptance is put on record.
    It may refuse with a ValidationError. Called from `AppConfig.ready()`; the purpose is "<app>.<noun>", e.g. "ngos.membership".
    """
    _accepters[purpose] = accepter


def invite(email: str, name: str, *, by: Any, on_accept: str, language: str = "en", template: str = "invitation") -> Invitation:
    """Write to somebody with a link, good once and for seven days; an earlier open invitation for the same thing is withdrawn.

    Whether the caller may is the caller's to check. The letter sees `invitation`, `url`, `by` (a name) and `until`.
    """
    return prepare(email, name, by=by, on_accept=on_accept, language=language, template=template)[0]


@transaction.atomic
def prepare(
    email: str, name: str, *, by: Any, on_accept: str, language: str = "en", template: str = "invitation", send: bool = True
) -> tuple[Invitation, str]:
    """As `invite`, giving the token too, which nobody can tell afterwards; `send=False` for whoever hands the link over themselves."""
    _accepter_of(on_accept)
    now, token = clock.now(), secrets.token_urlsafe(32)
    email = email.strip().lower()
    Invitation.objects.open(now).filter(email=email, purpose=on_accept).update(withdrawn_at=now)
    invitation = Invitation.objects.create(
        email=email,
        name=name,
        language=language,
        purpose=on_accept,
        token_digest=digest(token),
        invited_by=by,
        expires_at=now + INVITATION_LASTS,
    )
    recording.record("invitation.send", of=invitation, by=by, purpose=on_accept)
    if send:
        _write(invitation, token, template)
    return invitation, token


def _write(invitation: Invitation, token: str, template: str) -> None:
    """To the person's account if there is one, else to the address."""
    key, path = f"invitation:{invitation.pk}", path_of(token)
    context: dict[str, Any] = {"invitation": invitation, "by": invitation.invited_by, "until": invitation.expires_at, "confidential": True}
    person = User.objects.filter(email__iexact=invitation.email, is_active=True).first()
    if person:
        outbox.queue(template, to=[person], key=key, path=path, **context)
        return
    outbox.queue_to_address(
        template, address=invitation.email, name=invitation.name, language=invitation.language, key=key, path=path, **context
    )


def path_of(token: str) -> str:
    return reverse("people:invitation", args=[token])


def digest(token: str) -> str:
    """What is stored of a token; it is 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def find(token: str) -> Invitation | None:
    """The invitation of a link, open or not."""
    return Invitation.objects.filter(token_digest=digest(token)).first()


@transaction.atomic
def accept(invitation: Invitation, *, by: User | None, password: str = "", name: str = "", language: str = "", time_zone: str = "") -> User:
    """Take the invitation up: `by` is the account's owner, signed in, or None for whoever has none yet and gets one now.

    ValidationError: used, withdrawn or too old, or what it was for refuses. PermissionDenied: it was for somebody else.
    """
    invitation = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if not invitation.is_open:
        raise ValidationError(_("This invitation was used, withdrawn or is too old. Please ask for a new one."))
    person = _account_of(invitation, by)
    if person is None:
        details = {"name": name or invitation.name, "language": language or invitation.language}
        person = User.objects.create_user(invitation.email, password, **details, **({"time_zone": time_zone} if time_zone else {}))
    invitation.accepted_at, invitation.accepted_by = clock.now(), person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    _purpose, _separator, reference = invitation.purpose.partition(":")
    _accepter_of(invitation.purpose)(reference, person, invitation)
    recording.record("invitation.accept", of=invitation, by=person, purpose=invitation.purpose)
    accepted: User = User.objects.get(pk=person.pk)
    return accepted


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Any) -> None:
    """The link is worth nothing any more. Whether `by` may is the caller's to check."""
    invitation = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if not invitation.is_open:
        raise ValidationError(_("This invitation is not open any more."))
    invitation.withdrawn_at = clock.now()
    invitation.save(update_fields=["withdrawn_at"])
    recording.record("invitation.withdraw", of=invitation, by=by)


def _account_of(invitation: Invitation, by: User | None) -> User | None:
    """Somebody who has an account signs in first; the link alone never acts for them."""
    owner: User | None = User.objects.filter(email__iexact=invitation.email).first()
    if (owner is not None or by is not None) and owner != by:
        raise PermissionDenied
    return owner


def _accepter_of(purpose: str) -> Accepter:
    name = purpose.partition(":")[0]
    if name not in _accepters:
        raise ValueError(f"nobody registered an accepter for invitations of the purpose {name!r}")
    return _accepters[name]


def give_invited_role(reference: str, person: User, invitation: Invitation) -> None:
    """The accepter of "people.role:<role>", registered by this floor itself."""
    from trustfund.people.actions import give_role
    from trustfund.people.roles import Role

    give_role(person, Role(reference), by=invitation.invited_by)
