"""Earmarks: what a contribution may be given for."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from trustfund.ledger.models import Tag

DEPTH = 8
"""Tags nest no deeper than this."""


def create(code: str, name: str, kind: str = Tag.Kind.CALL, parent: Tag | None = None) -> Tag:
    """The tag with this code, made if it is new; ValidationError if the code is another kind's."""
    found, _created = Tag.objects.get_or_create(code=code, defaults={"name": name, "kind": kind, "parent": parent})
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
