"""The recognition policy in words, for the notes of the financial statements."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _

from donors.pledges.policy import IPSAS_23, IPSAS_47, Policy
from trustfund.ui.formatting import day_text


def paragraphs(since: date, until: date) -> list[str]:
    """A paragraph for each policy that is in force in the period; an agreement keeps the one under which it was signed."""
    found = []
    if since < IPSAS_47.since:
        last = min(until, IPSAS_47.since - timedelta(days=1))
        found.append(_earlier(IPSAS_23, last))
    if until >= IPSAS_47.since:
        found.append(_now(IPSAS_47))
    kept = _("Each agreement keeps the policy, and its version, under which it was signed, so that earlier years remain as published.")
    return [*found, kept]


def _earlier(policy: Policy, last: date) -> str:
    names = {"version": policy.version, "last": day_text(last)}
    return _("Contributions, to %(last)s, under IPSAS 23, Revenue from Non-Exchange Transactions (version %(version)s of the Fund’s "
             "policy): an unconditional agreement is revenue when it is signed; a conditional one is a liability until its condition "
             "is met.") % names  # fmt: skip


def _now(policy: Policy) -> str:
    names = {"version": policy.version, "since": day_text(policy.since)}
    return _("Contributions and grants, from %(since)s, under IPSAS 47, Revenue, and IPSAS 48, Transfer Expenses (version %(version)s of "
             "the Fund’s policy): an agreement without compliance obligations is revenue when it is enforceable; with them, what is "
             "received is a liability until they are met.") % names  # fmt: skip
