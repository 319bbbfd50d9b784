"""Opening and naming subaccounts: what the lines of the ledger are about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from trustfund.audit.recording import lock_head, record
from trustfund.ledger import standing
from trustfund.ledger.models import FundWindow, Subaccount, Tag


@transaction.atomic
def open(
    kind: str,
    code: str,
    *,
    name: str,
    public_label: str,
    parent: Subaccount | None = None,
    expires_on: date | None = None,
    psc_rate: Decimal | None = None,
    tag: Tag | None = None,
    currency: str = "",
    by: Any = None,
) -> Subaccount:
    """The subaccount with this neutral code, made if it is new; ValidationError if the code is another kind's.

    `currency` is a bank account's; `psc_rate` is a share (0.13); a narrower subaccount without its own rate, tag or expiry takes its
    parent's. A new one goes on record, so this takes the lock of the audit trail's head: lock your own rows first.
    """
    if kind not in Subaccount.Kind.values:
        raise ValidationError(_("“%(kind)s” is no kind of subaccount.") % {"kind": kind}, code="kind")
    values = {
        "kind": kind,
        "name": name,
        "public_label": public_label,
        "parent": parent,
        "expires_on": expires_on,
        "psc_rate": psc_rate,
        "tag": tag,
        "currency": currency,
    }
    found = Subaccount.objects.filter(code=code).first()
    if found is None:
        lock_head()
        found, created = Subaccount.objects.get_or_create(code=code, defaults=values)
        if created:
            standing.put("subaccount.open", found, by=by)
    if found.kind != kind:
        raise ValidationError(_("The code %(code)s is taken.") % {"code": code}, code="taken")
    return found


def window_code(window: FundWindow) -> str:
    """The code of the one subaccount under which other windows know a window, on 1900 and 2900."""
    return f"WINDOW-{window.code.upper()}"


def relabel(subaccount: Subaccount, public_label: str, *, by: Any = None) -> Subaccount:
    """What donors and the public read; follows the publication setting of a grant and the anonymity of a donor."""
    return _change(subaccount, "public_label", public_label, by)


def rename(subaccount: Subaccount, name: str, *, by: Any = None) -> Subaccount:
    """What staff read."""
    return _change(subaccount, "name", name, by)


@transaction.atomic
def _change(subaccount: Subaccount, field: str, text: str, by: Any) -> Subaccount:
    lock_head()
    before = Subaccount.objects.values_list(field, flat=True).get(pk=subaccount.pk)
    setattr(subaccount, field, text)
    if before != text:
        subaccount.save(update_fields=[field])
        record("subaccount.relabel", of=subaccount, by=by, **{field: standing.digest_of(subaccount, field)})
    return subaccount


@transaction.atomic
def keep(subaccount: Subaccount, *, by: Any, general: bool) -> Subaccount:
    """The donor lets the fund keep what is left after the agreement's end: it does not expire any more; `general` takes its earmark off."""
    lock_head()
    subaccount.expires_on = None
    if general:
        subaccount.tag = None
    subaccount.save(update_fields=["expires_on", "tag"])
    changed = {"expires_on": "", "tag": ""} if general else {"expires_on": ""}
    record("subaccount.keep", of=subaccount, by=by, **changed)
    return subaccount
