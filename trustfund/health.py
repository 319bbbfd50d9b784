"""Is the house well? Each floor registers a cheap check; `/healthz` answers with all of them, to anybody, without names or figures."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """What a check found: well or not, and counts that say what (never anything personal, never an amount)."""

    ok: bool
    facts: dict[str, int | str] = field(default_factory=dict)


Check = Callable[[], Reading]
_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Called from `AppConfig.ready()`; the check costs a query or two, never a walk over a table."""
    _checks[name] = check


def database() -> Reading:
    """The database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return Reading(ok=cursor.fetchone() == (1,))


register("database", database)


def readings() -> dict[str, Reading]:
    """Every check's reading, by name."""
    return {name: _read(name, check) for name, check in _checks.items()}


def _read(name: str, check: Check) -> Reading:
    try:
        return check()
    except Exception:
        log.exception("health: the check %s failed", name)
        return Reading(ok=False, facts={"error": "the check itself failed; see the log"})


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """GET /healthz: 200 when all is well, 503 when something is not."""
    found = readings()
    well = all(reading.ok for reading in found.values())
    body = {"ok": well, "checks": {name: {"ok": reading.ok, **reading.facts} for name, reading in found.items()}}
    return JsonResponse(body, status=200 if well else 503)
