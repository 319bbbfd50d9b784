"""Many lines of the banks are confirmed at once: all or none, each by the act that confirms one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from trustfund.banking import actions, permissions
from trustfund.banking.models import BankDetails, Match
from trustfund.banking.sure import Row, Seen, as_seen, shown
from trustfund.workflow import lock


@transaction.atomic
def confirm(chosen: Collection[Seen], *, by: Any) -> list[Match]:
    """Say of each line that it is what was seen of it; one event each.

    `PermissionDenied`; `ValidationError` that names each line that can't be confirmed, and why: then none is.
    """
    if not permissions.can_match(None, by):
        raise PermissionDenied
    lock(*BankDetails.objects.filter(bank__bank_lines__in=[each.line for each in chosen]).distinct())
    rows = as_seen(chosen, by)
    lock(*{(type(each), each.pk): each for row in rows if row.may.likely for each in row.may.likely.locks}.values())
    return [_confirm(row, by) for row in rows]


def _confirm(row: Row, by: Any) -> Match:
    try:
        if row.may.likely:
            return actions.take_up(row.line, row.may.key, by=by)
        return actions.confirm(row.line, row.may.lines, by=by)
    except ValidationError as error:
        raise ValidationError([f"{shown(row.line)}: {message}" for message in error.messages]) from error
