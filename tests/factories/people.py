"""People for tests."""

from __future__ import annotations

from itertools import count

from trustfund import clock
from trustfund.people.models import RoleGrant, User
from trustfund.people.roles import Role

_number = count(1)


def make_user(*roles: Role | None, **fields: object) -> User:
    """A person with the given staff roles (none for an NGO member, a donor or a stranger)."""
    number = next(_number)
    user = User.objects.create_user(email=fields.pop("email", f"person{number}@example.org"), name=fields.pop("name", f"Person {number}"), **fields)
    for role in roles:
        if role is not None:
            RoleGrant.objects.create(user=user, role=role, since=clock.today())
    return user
