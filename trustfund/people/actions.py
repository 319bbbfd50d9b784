"""What the administrator does: roles, and who may sign in. Every act is on record, and ends the person's sessions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from trustfund import clock
from trustfund.audit import recording
from trustfund.mail import outbox
from trustfund.people import duties, permissions
from trustfund.people.models import RoleGrant, User
from trustfund.people.roles import Role, conflict


@transaction.atomic
def give_role(person: User, role: Role, *, by: Any, since: date | None = None, until: date | None = None) -> RoleGrant:
    """Give a role from a day (today) until a day (for good); a deputy is given both. `by` None: the invitation's accepter or the demo.

    ValidationError: the role excludes another of the same days, the person has it already, or acts for an NGO or a donor.
    """
    _only_by(permissions.can_change_roles, person, by)
    since = since or clock.today()
    person = locked(person)
    _check_days(since, until)
    _check_duties(person, role, since, until)
    grant = RoleGrant.objects.create(user=person, role=role, since=since, until=until, given_by=by)
    _end_sessions(person)
    recording.record("role.give", of=person, by=by, role=str(role), since=str(since), until=str(until) if until else None)
    outbox.queue("role_given", to=[person], key=f"role-given:{grant.pk}", path="/home/", role=role.label, since=since, until=until)
    return grant


@transaction.atomic
def end_role(grant: RoleGrant, *, by: Any, on: date | None = None) -> None:
    """End a role: `on` is its last day; without a day it ends at once, and one that began today or later is taken back whole."""
    _only_by(permissions.can_change_roles, grant.user, by)
    person = locked(grant.user)
    grant.refresh_from_db()
    if on is not None and on < grant.since:
        raise ValidationError({"on": _("A role can't end before it begins.")})
    last = on or clock.today() - timedelta(days=1)
    if grant.until is not None and grant.until <= last:
        raise ValidationError(_("This role has ended already, or ends before that day."))
    if last < grant.since:
        grant.delete()
    else:
        RoleGrant.objects.filter(pk=grant.pk).update(until=last)
    _end_sessions(person)
    recording.record("role.end", of=person, by=by, role=grant.role, until=str(last))


@transaction.atomic
def deactivate(person: User, *, by: Any) -> User:
    """Whoever leaves can't sign in any more; what they did stays under their name."""
    return _let_in(person, False, "user.deactivate", by)


@transaction.atomic
def reactivate(person: User, *, by: Any) -> User:
    return _let_in(person, True, "user.reactivate", by)


@transaction.atomic
def end_sessions(person: User, *, by: Any) -> User:
    """Sign out everywhere."""
    person = locked(person)
    _end_sessions(person)
    recording.record("user.end_sessions", of=person, by=by)
    return person


@transaction.atomic
def reset_second_factor(person: User, *, by: Any) -> None:
    """For whoever lost telephone and recovery codes: at the next sign-in they set up a new one. They are told by letter."""
    from allauth.mfa.models import Authenticator

    _only_by(permissions.can_change_roles, person, by)
    person = locked(person)
    Authenticator.objects.filter(user=person).delete()
    _end_sessions(person)
    event = recording.record("user.reset_second_factor", of=person, by=by)
    outbox.queue("second_factor_reset", to=[person], key=f"second-factor-reset:{event.seq}", path="/home/")


def _only_by(predicate: Any, person: User, by: Any) -> None:
    if by is not None and not predicate(person, by):
        raise PermissionDenied


def locked(person: Any) -> User:
    """The person, locked: what they are to the Fund, an NGO or a donor changes one thing at a time."""
    found: User = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    return found


def _let_in(person: User, active: bool, act: str, by: Any) -> User:
    _only_by(permissions.can_let_in, person, by)
    person = locked(person)
    if person.is_active == active:
        raise ValidationError(_("That is how it is already."))
    person.is_active = active
    person.save(update_fields=["is_active"])
    _end_sessions(person)
    recording.record(act, of=person, by=by)
    return person


def _end_sessions(person: User) -> None:
    User.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)
    person.refresh_from_db(fields=["session_epoch"])


def _check_days(since: date, until: date | None) -> None:
    if until is not None and until < since:
        raise ValidationError({"until": _("The last day comes before the first.")})


def _check_duties(person: User, role: Role, since: date, until: date | None) -> None:
    held = frozenset(Role(each) for each in person.role_grants.overlapping(since, until).values_list("role", flat=True))
    if role in held:
        raise ValidationError({"role": _("This person has this role on these days already.")})
    if excluded := conflict(held, role):
        raise ValidationError({"role": _("This role excludes another of the same days: %(role)s.") % {"role": excluded.label}})
    if reasons := duties.reasons_against(person):
        raise ValidationError({"role": reasons})
