"""Who else sees an application: later rooms say so here, since this room can't know reviewers and trustees.

A room calls `register(include, exclude)` in `AppConfig.ready()`. Both take a user and return a `Q` over `Application`, or None
for nothing. What a room excludes (recusals) is excluded for staff too, whatever their role; only the NGO's own stays its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q

from grants.applications import permissions

Provider = Callable[[Any], Q | None]
_includes: list[Provider] = []
_excludes: list[Provider] = []


def register(include: Provider | None = None, exclude: Provider | None = None) -> None:
    """Add who sees more (`include`), and who must not see (`exclude`)."""
    if include is not None and include not in _includes:
        _includes.append(include)
    if exclude is not None and exclude not in _excludes:
        _excludes.append(exclude)


def condition(user: Any) -> Q | None:
    """The condition under which `user` sees an application, or None when they see none."""
    if not getattr(user, "is_authenticated", False):
        return None
    own = Q(organisation__in=user.memberships.filter(active=True).values("organisation"))
    others = _any(_includes, user)
    if permissions.sees_submitted(user):
        submitted = Q(submitted_at__isnull=False) & ~Q(state="draft")  # taken back and taken up again, it is a draft
        others = submitted if others is None else others | submitted
    if others is None:
        return own
    hidden = _any(_excludes, user)
    return own | (others & ~hidden if hidden is not None else others)


def _any(providers: list[Provider], user: Any) -> Q | None:
    found = [q for provider in providers if (q := provider(user)) is not None]
    return _joined(found) if found else None


def _joined(found: list[Q]) -> Q:
    joined = found[0]
    for q in found[1:]:
        joined |= q
    return joined
