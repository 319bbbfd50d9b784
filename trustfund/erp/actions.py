"""What finance does with the ERP's extracts: says how they are laid out, brings one, withdraws one. (The mapping: `mapping`.)"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from trustfund import clock
from trustfund.audit.recording import lock_head, record
from trustfund.erp import layout as reading
from trustfund.erp import permissions
from trustfund.erp.layout import Layout, Posted
from trustfund.erp.models import Extract, ExtractLayout, ExtractLine
from trustfund.files.kinds import Kind
from trustfund.files.storing import store_read
from trustfund.ui.formatting import moment_text
from trustfund.workflow import advance


def layout() -> Layout:
    """How the extract is laid out; as Umoja's list display has it until somebody says otherwise."""
    found = ExtractLayout.objects.first()
    return found.layout if found else Layout()


@transaction.atomic
def describe(wanted: Layout, *, by: Any) -> ExtractLayout:
    """Say how the extract is laid out."""
    if not permissions.can_bring(by):
        raise PermissionDenied
    lock_head()
    found = ExtractLayout.objects.first() or ExtractLayout()
    found.layout = wanted
    found.save()
    record("extractlayout.describe", of=found, by=by)
    return found


def bring(name: str, content: bytes, *, starts_on: date, ends_on: date, by: Any) -> Extract:
    """Take in an extract of the ERP: all of it, or none. ValidationError says what is wrong by row and column, or is there already."""
    if not permissions.can_bring(by):
        raise PermissionDenied
    if starts_on > ends_on:
        raise ValidationError({"ends_on": _("The last day is before the first.")})
    if ends_on > clock.today():
        raise ValidationError({"ends_on": _("This day is in the future: what the ERP posts until then can’t be in the file.")})
    found = reading.read(name, content, layout(), starts_on, ends_on)
    return _kept(name, content, found, starts_on, ends_on, by)


@transaction.atomic
def _kept(name: str, content: bytes, found: list[Posted], starts_on: date, ends_on: date, by: Any) -> Extract:
    lock_head()
    digest = hashlib.sha256(content).hexdigest()
    _refuse_known(digest, starts_on, ends_on)
    kind = Kind.XLSX if content[:2] == b"PK" else Kind.CSV
    extract = Extract(starts_on=starts_on, ends_on=ends_on, sha256=digest, brought_by=by)
    extract.file = store_read(content, name, kind, by=by)
    extract.save()
    ExtractLine.objects.bulk_create([_line(extract, position, each) for position, each in enumerate(found, 1)], batch_size=500)
    record("extract.bring", of=extract, by=by, sha256=digest, starts_on=str(starts_on), ends_on=str(ends_on), lines=len(found))
    return extract


def _refuse_known(digest: str, starts_on: date, ends_on: date) -> None:
    in_use = Extract.objects.filter(state=Extract.State.IN_USE).select_related("brought_by")
    same = in_use.filter(sha256=digest).first()
    if same is not None:
        names = {"name": same.brought_by.name, "day": moment_text(same.brought_at)}
        raise ValidationError(_("This file is here already: %(name)s brought it on %(day)s.") % names, code="known")
    other = in_use.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).first()
    if other is not None:
        message = _("The extract %(extract)s has some of these days. Withdraw it first, or bring other days.")
        raise ValidationError(message % {"extract": other}, code="overlap")


def _line(extract: Extract, position: int, found: Posted) -> ExtractLine:
    line = ExtractLine(extract=extract, position=position, posted_on=found.posted_on, document=found.document, gl=found.gl)
    line.fund, line.amount, line.text = found.fund, found.amount, found.text
    return line


@transaction.atomic
def withdraw(extract: Extract, *, by: Any) -> Extract:
    """It counts no more; it stays in the list with its file."""
    withdrawn: Extract = advance(extract.withdraw, by=by)
    return withdrawn
