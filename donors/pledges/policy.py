"""The recognition policy that holds for an agreement. Pure.

It is stored with the agreement, so that a year can be shown as it was published.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Policy:
    """A standard and the version of the Fund's policy on it."""

    code: str
    version: str
    since: date


IPSAS_23 = Policy("ipsas-23", "2010", date.min)
IPSAS_47 = Policy("ipsas-47-48", "2026", date(2026, 1, 1))
POLICIES = (IPSAS_47, IPSAS_23)
CHOICES = [(IPSAS_23.code, "IPSAS 23"), (IPSAS_47.code, "IPSAS 47 / IPSAS 48")]


def policy_on(day: date) -> Policy:
    """The policy in force on a day: IPSAS 23 up to 2025, IPSAS 47 and 48 from 1 January 2026."""
    return next(policy for policy in POLICIES if policy.since <= day)


def within_a_year(due_on: date, on: date) -> bool:
    """Whether what is due on `due_on` is current on `on`: payable within twelve months."""
    try:
        limit = on.replace(year=on.year + 1)
    except ValueError:  # 29 February
        limit = on.replace(year=on.year + 1, day=28)
    return due_on <= limit
