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


WELCOMES = {
    Role.PROGRAMME: _("You run calls, check eligibility and due diligence, and accept the substance of reports."),
    Role.REVIEWER: _("You score the applications assigned to you, after declaring whom you can't judge."),
    Role.TRUSTEE: _("You read the dossiers, score, deliberate and recommend; you never see a case from which you are recused."),
    Role.MANAGER: _("You approve awards on the Board's recommendation and sign agreements."),
    Role.FINANCE: _("You certify funds and payments and keep the books; somebody else approves what you made."),
    Role.APPROVER: _("You approve payments and bank details that somebody else made."),
    Role.AUDITOR: _("You read everything about money and its evidence, and verify the chains."),
    Role.ADMINISTRATOR: _("You look after people and their roles."),
}


def welcomes_for(user: Any) -> list[dict[str, Any]]:
    """One sentence per role in force, for the home page."""
    return [{"role": role.label, "text": WELCOMES[role]} for role in Role if role in roles_of(user)]
