"""Opening and naming subaccounts: what the lines of the ledger are about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trustfund.ledger.models import Subaccount, Tag


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
) -> Subaccount:
    """The subaccount with this neutral code, made if it is new; ValidationError if the code is another kind's.

    `currency` is a bank account's; `psc_rate` is a share (0.13); a narrower subaccount without its own rate, tag or expiry takes its
    parent's.
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
    found, _created = Subaccount.objects.get_or_create(code=code, defaults=values)
    if found.kind != kind:
        raise ValidationError(_("The code %(code)s is taken.") % {"code": code}, code="taken")
    return found


def relabel(subaccount: Subaccount, public_label: str) -> Subaccount:
    """What donors and the public read; follows the publication setting of a grant and the anonymity of a donor."""
    subaccount.public_label = public_label
    subaccount.save(update_fields=["public_label"])
    return subaccount


def rename(subaccount: Subaccount, name: str) -> Subaccount:
    """What staff read."""
    subaccount.name = name
    subaccount.save(update_fields=["name"])
    return subaccount
