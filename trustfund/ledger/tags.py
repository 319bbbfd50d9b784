"""Earmarks: what a contribution may be given for."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from trustfund.audit.recording import lock_head
from trustfund.ledger import standing
from trustfund.ledger.models import Tag

DEPTH = 8
"""Tags nest no deeper than this."""


@transaction.atomic
def create(code: str, name: str, kind: str = Tag.Kind.CALL, parent: Tag | None = None, *, by: Any = None) -> Tag:
    """The tag with this code, made (and put on record) if it is new; ValidationError if the code is another kind's."""
    found = Tag.objects.filter(code=code).first()
    if found is None:
        lock_head()
        found, created = Tag.objects.get_or_create(code=code, defaults={"name": name, "kind": kind, "parent": parent})
        if created:
            standing.put("tag.create", found, by=by)
    if found.kind != kind:
        raise ValidationError(_("The code %(code)s is taken.") % {"code": code}, code="taken")
    return found


def choices() -> list[Tag]:
    """The tags a donor can earmark for."""
    return list(Tag.objects.order_by("kind", "name"))


def upwards(tag: Tag | None) -> list[int]:
    """The primary keys of a tag and of those it stands under, the narrowest first."""
    found: list[int] = []
    while tag is not None and len(found) < DEPTH:
        found.append(tag.pk)
        tag = tag.parent
    return found
