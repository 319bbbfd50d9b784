"""The accounts that NGOs are paid to, against the acts on record: what was proposed, who called, who confirmed, and which number it was."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from ngos.bank_accounts.models import BankAccount
from trustfund.audit.models import Event
from trustfund.chain import Finding, advised, canonical
from trustfund.encryption import Tampered
from trustfund.ledger.facts import ACTOR, Facts, unlike
from trustfund.workflow import Digest

FACTS = Facts(
    BankAccount,
    acts={
        "propose": {"organisation_id": "organisation", "proposed_by_id": ACTOR},
        "record_call": {"called_by_id": ACTOR, "called_on": "on"},
        "verify": {"verified_by_id": ACTOR, "active_from": "active_from"},
        "supersede": {"superseded_on": "on"},
    },
    defer=("account_number",),
)
WHERE = ("account_number", "holder", "bank_name", "country", "currency", "swift")
"""What says where the money goes."""


def digest_of(account: Any, key: str | None = None) -> Digest:
    """A hash of where the money goes, with a key (the newest of ENCRYPTION_KEYS): the number can't be guessed from what is on record."""
    text = canonical({"account": account.pk, **{name: getattr(account, name) for name in WHERE}})
    return Digest(salted_hmac("ngos.bankaccount", text, secret=key or settings.ENCRYPTION_KEYS[0], algorithm="sha256").hexdigest())


@advised("Pay nothing to this account: ask the NGO by a number known from before, and put the row back from a backup.")
def bank_accounts_on_record() -> list[Finding]:
    """Each account of an NGO is as it was proposed, called about and confirmed, and it is the account that it was then."""
    wanted = "the account that was proposed and confirmed, as on record"
    return [*unlike(FACTS), *(Finding(f"bank account {pk}", wanted, "another") for pk in sorted(exchanged_accounts()))]


def exchanged_accounts() -> set[int]:
    """The primary keys of the accounts that are not where the acts on record say."""
    events = Event.objects.filter(object_type=BankAccount._meta.label_lower).order_by("seq").values_list("object_id", "details")
    known = {key: details["digest"] for key, details in events if "digest" in details}
    rows = BankAccount.objects.defer("account_number").order_by("pk")  # one that no key opens must not hide the others
    return {each.pk for each in rows if not _is_known(each, known.get(str(each.pk)))}


def _is_known(account: BankAccount, digest: str | None) -> bool:
    """True also of one whose digest was never put on record; a number that no key opens is none that was proposed."""
    try:
        return digest is None or digest in {digest_of(account, key) for key in settings.ENCRYPTION_KEYS}
    except Tampered:
        return False
