"""Is this the demonstration? A row in the database says so, never a setting: only there is the second factor waived."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trustfund.audit.models import Event
from trustfund.people.models import Installation, User

_known: list[bool] = []


def is_demo() -> bool:
    """Whether `manage.py demo` made this database; asked once per process."""
    if not _known:
        _known.append(Installation.objects.exists())
    return _known[0]


def forget() -> None:
    """Ask again: for the command that makes the demo, and for tests."""
    _known.clear()


def claim() -> bool:
    """Make an empty database the demo's. True when it was empty, False when it is the demo's already.

    ValidationError for any other: who works here would lose their second factor.
    """
    forget()
    if is_demo():
        return False
    if User.objects.exists() or Event.objects.exists():
        raise ValidationError(_("This database is not empty and was not made by the demo: the demo refuses to touch it."))
    Installation.objects.create()
    forget()
    return True
