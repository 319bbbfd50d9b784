"""The staff roles, as a pure table. NGO members and donor contacts are not roles: they are who they act for."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    PROGRAMME = "programme", _("Programme officer")
    REVIEWER = "reviewer", _("Reviewer")
    TRUSTEE = "trustee", _("Trustee")
    MANAGER = "manager", _("Fund manager")
    FINANCE = "finance", _("Finance officer")
    APPROVER = "approver", _("Approving officer")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


# These hold nothing else, ever. All other duties exclude one another per object: who made it can't approve it.
ALONE = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})

SECRETARIAT = frozenset({Role.PROGRAMME, Role.MANAGER})
MONEY = frozenset({Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR})


def conflict(held: frozenset[Role], wanted: Role) -> Role | None:
    """The role among `held` that excludes `wanted`, or None."""
    others = held - {wanted}
    if wanted in ALONE and others:
        return min(others)
    return next((role for role in sorted(others) if role in ALONE), None)


def roles_of(user: Any) -> frozenset[Role]:
    """The active roles of a user; none for the anonymous and for None (the clock)."""
    return getattr(user, "roles", frozenset()) if getattr(user, "is_active", False) else frozenset()


def holds(user: Any, *wanted: Role) -> bool:
    """Whether the user holds any of the roles today."""
    return not roles_of(user).isdisjoint(wanted)
