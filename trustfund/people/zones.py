"""Time zones to choose from: those that people have heard of, by region."""

from __future__ import annotations

from zoneinfo import available_timezones

REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def choices() -> list[tuple[str, str]]:
    """(IANA name, the same with spaces), in alphabetical order, UTC first."""
    known = sorted(name for name in available_timezones() if name.partition("/")[0] in REGIONS)
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in known)]
