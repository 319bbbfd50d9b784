"""The mapping: what is in force on a day, writing a new one, and reading one from a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from trustfund.audit.recording import lock_head, record
from trustfund.erp import permissions
from trustfund.erp.layout import rows_of
from trustfund.erp.models import Mapping
from trustfund.ledger import chart
from trustfund.ledger.models import FundWindow, Subaccount

Kind = Mapping.Kind
COLUMNS = ["kind", "code", "target"]


@dataclass(frozen=True)
class Mapped:
    """One of our codes, its name, and the ERP's code for it on a day ("" where there is none)."""

    kind: str
    code: str
    name: str
    target: str = ""
    since: date | None = None


def in_force(on: date) -> dict[tuple[str, str], Mapping]:
    """The mappings in force on a day, by kind and our code; ended ones are left out."""
    found: dict[tuple[str, str], Mapping] = {}
    for row in Mapping.objects.filter(effective_on__lte=on).order_by("effective_on", "pk"):
        found[row.kind, row.code] = row
    return {key: row for key, row in found.items() if row.target}


def table(on: date, kind: str = "") -> list[Mapped]:
    """Every account and window, and each grant that is mapped, with the ERP's code on a day."""
    known = in_force(on)
    accounts = [(Kind.ACCOUNT.value, each.code, each.name) for each in chart.CHART if each.type != chart.MEMO]
    windows = [(Kind.WINDOW.value, each.code, each.name) for each in FundWindow.objects.all()]
    codes = [code for of, code in known if of == Kind.GRANT]
    grants = [(Kind.GRANT.value, each.code, each.name) for each in Subaccount.objects.filter(kind="grant", code__in=codes).order_by("code")]
    return [_mapped(each, known) for each in [*accounts, *windows, *grants] if kind in ("", each[0])]


def _mapped(each: tuple[str, str, str], known: dict[tuple[str, str], Mapping]) -> Mapped:
    row = known.get((each[0], each[1]))
    return Mapped(*each, row.target, row.effective_on) if row else Mapped(*each)


@transaction.atomic
def save(rows: Iterable[tuple[str, str, str]], *, effective_on: date, by: Any) -> int:
    """Write (kind, our code, the ERP's code) from a day on; what is so already is left alone. Returns how many are new.

    ValidationError: one of our codes that is none, the same one twice, or a later or other word of the same day.
    """
    if not permissions.can_map(by):
        raise PermissionDenied
    lock_head()
    wanted = _consistent(list(rows))
    known = in_force(effective_on)
    changed = {key: target for key, target in wanted.items() if target != (known[key].target if key in known else "")}
    _refuse_later(changed, effective_on)
    for (kind, code), target in changed.items():
        row = Mapping.objects.create(kind=kind, code=code, target=target, effective_on=effective_on, entered_by=by)
        record("mapping.save", of=row, by=by, kind=kind, code=code, target=target, effective_on=str(effective_on))
    return len(changed)


def _consistent(rows: list[tuple[str, str, str]]) -> dict[tuple[str, str], str]:
    """The ERP's code for each kind and code of ours. ValidationError that names every row with a fault."""
    known = _known({code for kind, code, _target in rows if kind == Kind.GRANT})
    wanted: dict[tuple[str, str], str] = {}
    for kind, code, target in rows:
        wanted.setdefault((kind, code), target)
    problems = list(filter(None, (_wrong(number, row, known, wanted) for number, row in enumerate(rows, 1))))
    if problems:
        raise ValidationError(problems[:50], code="rows")
    return wanted


def _wrong(number: int, row: tuple[str, str, str], known: set[tuple[str, str]], wanted: dict[tuple[str, str], str]) -> str:
    """The first thing that is wrong with a row; `wanted` is what the first row of each code says."""
    kind, code, target = row
    if (kind, code) not in known:
        return _("Row %(row)s: there is no %(kind)s “%(code)s”.") % {"row": number, "kind": kind[:20], "code": code[:60]}
    if wanted[kind, code] != target:
        return _("Row %(row)s: %(code)s has another code in a row above.") % {"row": number, "code": code}
    if len(target) > 40:
        return _("Row %(row)s: the ERP’s code is longer than 40 characters.") % {"row": number}
    return ""


def _known(grants: set[str]) -> set[tuple[str, str]]:
    return {
        *((Kind.ACCOUNT.value, each.code) for each in chart.CHART if each.type != chart.MEMO),
        *((Kind.WINDOW.value, code) for code in FundWindow.objects.values_list("code", flat=True)),
        *((Kind.GRANT.value, code) for code in Subaccount.objects.filter(kind="grant", code__in=grants).values_list("code", flat=True)),
    }


def _refuse_later(changed: dict[tuple[str, str], str], effective_on: date) -> None:
    """Never overwritten: a new word takes effect after the last one on the same code."""
    later = {(row.kind, row.code): row.effective_on.isoformat() for row in Mapping.objects.filter(effective_on__gte=effective_on)}
    message = _("%(code)s has a mapping of %(day)s already: choose a later day.")
    problems = [message % {"code": key[1], "day": later[key]} for key in changed if key in later]
    if problems:
        raise ValidationError(problems[:50], code="later")


def read(name: str, content: bytes) -> list[tuple[str, str, str]]:
    """The rows of a file with the columns kind, code, target; ValidationError when a column is missing."""
    rows = rows_of(name, content)
    head = [str(cell or "").strip().lower() for cell in rows[0]] if rows else []
    if any(column not in head for column in COLUMNS):
        raise ValidationError(_("The first row names the columns kind, code and target."), code="columns")
    found = [dict(zip(head, row, strict=False)) for row in rows[1:]]
    texts = [tuple(_text(each.get(column)) for column in COLUMNS) for each in found]
    return [(kind, code, target) for kind, code, target in texts if kind or code]


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).replace("\x00", "").strip().removesuffix(".0").removeprefix("'")
