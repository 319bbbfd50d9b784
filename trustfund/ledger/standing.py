"""What a subaccount, an earmark, a window, a funding rule or a rate is, put on record in the audit trail: SQL can't rewrite its chain.

Their rows stand outside the seals and some may change, but they move money and names: a cost rate the headroom, a label what the public
reads. Texts are on record as keyed digests only, for they may name people and what is on record can't be erased.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from trustfund.audit.models import Event
from trustfund.audit.recording import lock_head, record
from trustfund.chain import Finding
from trustfund.ledger.exchange.models import Rate
from trustfund.ledger.funding.models import FundingRule
from trustfund.ledger.models import GENERAL, FundWindow, Subaccount, Tag

PLAIN = {
    "subaccount": ("code", "kind", "parent", "tag", "currency", "expires_on", "psc_rate"),
    "tag": ("code", "kind", "parent"),
    "fundwindow": ("code",),
    "fundingrule": ("effective_on", "split", "reserve_share", "adopted_by_id", "approved_by_id"),
    "rate": ("currency", "effective_on", "value", "added_at", "added_by_id"),
}
DIGESTED = {
    "subaccount": ("name", "public_label"),
    "tag": ("name",),
    "fundwindow": ("name", "purpose"),
    "fundingrule": (),
    "rate": ("source",),
}
NAMES = {"subaccount": "subaccount", "tag": "earmark", "fundwindow": "fund window", "fundingrule": "funding rule", "rate": "exchange rate"}

ORIGINAL = [
    FundWindow(code=GENERAL, name="General window"),
    FundingRule(pk=1, effective_on=date(2000, 1, 1), split="pro_rata", reserve_share=Decimal(0)),
]
"""The rows that the migrations made (0002), before there was a trail."""

MODELS: list[tuple[Any, tuple[str, ...]]] = [
    (Subaccount, ("parent", "tag")),
    (Tag, ("parent",)),
    (FundWindow, ()),
    (FundingRule, ()),
    (Rate, ()),
]
"""What is on record, and the rows that each points at by their code."""

TAKE_IN, RESEAL = "books.take_in", "books.reseal"
"""The acts that put on record what was there before its kind was recorded, and that renew the digests of texts with a new key."""


def _text(value: Any) -> str:
    """A column as text, the same from Python and from the database; a row that is pointed at by its code."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(getattr(value, "code", value))


def _digest(row: Any, field: str, key: str) -> str:
    salt = f"{row._meta.label_lower}.{field}.{row.pk}"
    return salted_hmac(salt, str(getattr(row, field)), secret=key, algorithm="sha256").hexdigest()


def plain_of(row: Any) -> dict[str, str]:
    """The columns of a row that are on record as they are."""
    return {field: _text(_value(row, field)) for field in PLAIN[row._meta.model_name]}


def _value(row: Any, field: str) -> Any:
    """A column, or the row that it points at; the bare key where it points at no row, which is not the same as pointing nowhere."""
    value = getattr(row, field)
    return getattr(row, f"{field}_id", None) if value is None else value


def digest_of(row: Any, field: str) -> str:
    """A text of a row as it goes on record: by the first of ENCRYPTION_KEYS; older keys are still known when it is compared."""
    return _digest(row, field, settings.ENCRYPTION_KEYS[0])


def put(act: str, row: Any, *, by: Any) -> None:
    """Put all of a row on record."""
    record(act, of=row, by=by, **plain_of(row), **{field: digest_of(row, field) for field in DIGESTED[row._meta.model_name]})


# The rows against the record


def on_record(model: Any) -> dict[str, dict[str, str]]:
    """What the acts on record say of the rows of a model, the latest word on each column, by primary key as text."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for key, details in Event.objects.filter(object_type=model._meta.label_lower).order_by("seq").values_list("object_id", "details"):
        found[key] |= details
    return found


def _named(known: dict[str, str]) -> str:
    """What a row was called when it was put on record."""
    return known.get("code") or " ".join(known[each] for each in ("currency", "effective_on") if known.get(each))


def _compared(row: Any, known: dict[str, str]) -> Iterator[Finding]:
    where = f"{NAMES[row._meta.model_name]} {_named(known) or row}"
    for field, found in plain_of(row).items():
        if found != known.get(field):
            yield Finding(where, f"{field} {known.get(field) or 'none'}, as on record", found or "none")
    for field in DIGESTED[row._meta.model_name]:
        if known.get(field) not in [_digest(row, field, key) for key in settings.ENCRYPTION_KEYS]:
            yield Finding(where, f"the {field} on record", "another text")


def _original(model: Any) -> dict[str, dict[str, str]]:
    rows = [row for row in ORIGINAL if isinstance(row, model)]
    return {str(row.pk): plain_of(row) | {field: digest_of(row, field) for field in DIGESTED[row._meta.model_name]} for row in rows}


def _rows(model: Any, pointed: tuple[str, ...]) -> dict[str, Any]:
    return {str(row.pk): row for row in model.objects.select_related(*pointed or (None,)).order_by("pk")}


def findings() -> list[Finding]:
    """Each row is as the last act on record left it; none is missing, none was slipped in."""
    found: list[Finding] = []
    for model, pointed in MODELS:
        name, known, rows = NAMES[model._meta.model_name], _original(model) | on_record(model), _rows(model, pointed)
        for key, row in rows.items():
            found += _compared(row, known[key]) if key in known else [Finding(f"{name} {row}", "an act on record that made it", "none")]
        missing = [_named(known[key]) or key for key in known if key not in rows]
        found += [Finding(f"{name} {each}", "to be there, as on record", "no such row") for each in missing]
    return found


@transaction.atomic
def reseal() -> int:
    """Put the texts on record anew with the first of ENCRYPTION_KEYS, so that older keys can go; returns of how many rows.

    A row that is not as on record is left alone: it stays a finding.
    """
    lock_head()
    count = 0
    for model, pointed in MODELS:
        known = on_record(model)
        for key, row in _rows(model, pointed).items():
            fresh = {field: digest_of(row, field) for field in DIGESTED[model._meta.model_name]}
            if key in known and not known[key].items() >= fresh.items() and not any(_compared(row, known[key])):
                record(RESEAL, of=row, by=None, **fresh)
                count += 1
    return count
