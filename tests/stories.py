"""How many random stories a property is told with."""

from __future__ import annotations

from django.conf import settings


def stories(many: int) -> int:
    """So many on SQLite; a third on PostgreSQL, where each takes several times as long and only what the engine does otherwise is new."""
    return max(2, many // 3) if "postgresql" in settings.DATABASES["default"]["ENGINE"] else many
