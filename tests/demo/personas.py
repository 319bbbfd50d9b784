"""Everybody who could knock at a door of the demo fund: each role, the NGO whose things they are, and strangers."""

from __future__ import annotations

from trustfund.people.models import User

STAFF = ["programme", "reviewer", "trustee", "manager", "finance", "checker", "auditor", "administrator"]
STRANGERS = ["stranger NGO", "stranger donor", "nobody"]
PERSONAS = [*STAFF, "NGO", "donor", *STRANGERS]


def user_of(persona: str) -> User | None:
    """The demo's person; the stranger NGO is one that has nothing to do with the objects asked for. None is nobody."""
    if persona == "nobody":
        return None
    if persona == "NGO":
        return User.objects.get(email="ngo@demo.example")
    if persona == "stranger NGO":
        return User.objects.get(email="ngo14@demo.example")
    if persona == "stranger donor":
        return User.objects.get_or_create(email="stranger-donor@demo.example", defaults={"name": "Stranger"})[0]
    return User.objects.get(email=f"{persona}@demo.example")
