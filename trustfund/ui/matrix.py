"""The role x act matrix, by asking every predicate on behalf of everybody who could ask.

The predicates are pure: they read the user's roles, the user's place in an organisation or at a donor, and who made what. So
they are asked about an object that nobody in particular made: `Anything`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any


@dataclass(frozen=True)
class Asker:
    """One column: a head, staff roles, or a place in the object's organisation or at its donor."""

    head: str
    roles: frozenset[str] = frozenset()
    right: str = ""
    signatory: bool = False
    anonymous: bool = False
    pk: int = 1
    is_active: bool = True

    @property
    def is_authenticated(self) -> bool:
        return not self.anonymous

    def has_role(self, *wanted: str) -> bool:
        return not self.roles.isdisjoint(wanted)

    @property
    def membership(self) -> Any:
        return SimpleNamespace(right=self.right, signatory=self.signatory, active=True) if self.right else None


class Anything:
    """An object of any kind: every attribute is another one, made by nobody who asks."""

    pk = 0

    def membership_of(self, user: Any) -> Any:
        return getattr(user, "membership", None)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return 0 if name.endswith("_id") else Anything()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return Anything()

    def __iter__(self) -> Any:
        return iter(())


STAFF = ("programme", "reviewer", "trustee", "manager", "finance", "approver", "auditor", "administrator")
ASKERS = [
    *[Asker(role.capitalize(), roles=frozenset({role})) for role in STAFF],
    Asker("NGO owner", right="owner"),
    Asker("NGO editor", right="editor"),
    Asker("NGO viewer", right="viewer"),
    Asker("NGO signatory", right="viewer", signatory=True),
    Asker("Donor contact"),
    Asker("Signed in", pk=2),
    Asker("Public", anonymous=True, is_active=False),
]
Rooms = Iterable[tuple[str, ModuleType, dict[str, Callable[..., Any]]]]


def allowed(predicate: Callable[..., Any], asker: Asker | None) -> bool:
    """Whether the predicate `can_x(obj, user)`, or `can_x(user)`, says yes to the asker (None is the clock)."""
    if len(inspect.signature(predicate).parameters) == 1:
        return bool(predicate(asker))
    return bool(predicate(Anything(), asker))


def page(rooms: Rooms) -> str:
    """The document: one table per room, an act per row."""
    heads = [asker.head for asker in ASKERS] + ["Clock"]
    parts = [
        "# Who may do what\n\nAsked of the code's own predicates by `python manage.py make_docs`; CI fails when it is not fresh.\n"
        "A dot is yes, for an object of one's own organisation or donor that somebody else made: who made something never\n"
        "approves it, whatever the role.\n"
    ]
    for name, _module, predicates in rooms:
        if predicates:
            parts.append(f"## {name}\n\n| act | {' | '.join(heads)} |\n|---|{':-:|' * len(heads)}\n{_rows(predicates)}\n")
    return "\n".join(parts)


def _rows(predicates: dict[str, Callable[..., Any]]) -> str:
    return "\n".join(
        f"| {name.removeprefix('can_').replace('_', ' ')} | {' | '.join('●' if allowed(can, asker) else '' for asker in [*ASKERS, None])} |"
        for name, can in predicates.items()
    )
