"""Who wrote each part of a draft last, so that two people collide only where both wrote the same part. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

Marks = dict[str, list[Any]]
"""part > [version in which it was last written, that person's primary key, the moment as ISO 8601]"""

OWN_TAIL = timedelta(seconds=60)
"""A save that its own author overtook within this time (autosave and the button) is no collision."""


def mark(marks: Marks, part: str, *, version: int, by: Any, at: datetime) -> None:
    """Note that `by` wrote this part in `version`."""
    marks[part] = [version, by.pk, at.isoformat()]


def overtaken(marks: Marks, part: str, *, base: int, by: Any, at: datetime) -> bool:
    """Whether the part was written after version `base` by somebody else, or by the same person longer ago than a moment."""
    version, who, when = marks.get(part, (0, None, ""))
    if version <= base:
        return False
    return who != by.pk or at - datetime.fromisoformat(when) >= OWN_TAIL
