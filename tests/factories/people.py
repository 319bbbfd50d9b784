"""People for tests."""

from __future__ import annotations

import time
from datetime import date
from itertools import count
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from tests.factories.remembered import remembered
from trustfund.people.models import RoleGrant, User
from trustfund.people.roles import Role

_number = count(1)
PASSWORD = "correct horse battery staple"


@remembered
def make_user(*roles: Role | None, second_factor: bool = True, **fields: Any) -> User:
    """A person with the given staff roles (none for an NGO member, a donor or a stranger).

    Who has a role has a second factor, as everywhere but in the demo; `password=PASSWORD` for whoever signs in by the form.
    """
    number = next(_number)
    email, name = fields.pop("email", f"person{number}@example.org"), fields.pop("name", f"Person {number}")
    user = User.objects.create_user(email=email, name=name, **fields)
    given = [role for role in roles if role is not None]
    for role in given:
        RoleGrant.objects.create(user=user, role=role, since=date(2000, 1, 1))
    if given and second_factor:
        add_second_factor(user)
    return user


def add_second_factor(user: User) -> str:
    """An authenticator app; returns its secret, see `code_of`."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret: str) -> str:
    """What the authenticator app shows now."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    if time.time() % 30 > 27:
        time.sleep(30 - time.time() % 30)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client: Any, user: User) -> Any:
    """`client.force_login` as if the person had signed in a moment ago: for views behind `fresh_sign_in`. Returns the client."""
    client.force_login(user)
    age_sign_in(client, user, seconds=0)
    return client


def age_sign_in(client: Any, user: User, *, seconds: int) -> None:
    """As if the client's person had proved who they are so many seconds ago."""
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() - seconds}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


def factors(user: User) -> list[str]:
    return sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))
