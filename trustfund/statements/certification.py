"""Who prepared, certified and approved a statement. Another room knows (it closes and certifies years) and says so here.

Without anybody's word a statement is a draft: that is printed on the set of a year and on a donor's statement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from trustfund.ui.formatting import day_text


@dataclass(frozen=True)
class Signed:
    """One who signed: name, office and day."""

    name: str
    office: str = ""
    on: date | None = None

    @property
    def lines(self) -> list[str]:
        return [each for each in (self.name, self.office, day_text(self.on) if self.on else "") if each]


@dataclass(frozen=True)
class Certification:
    """A certification of the statements of a period, from the books up to a head."""

    prepared: Signed
    certified: Signed
    approved: Signed | None = None


Provider = Callable[[date | None, date, int], Certification | None]
"""Asked with the first day, the day of the books and the number of the ledger's head."""

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Ask this room too; for `AppConfig.ready()`."""
    if provider not in _providers:
        _providers.append(provider)


def certification_of(since: date | None, as_of: date, seq: int) -> Certification | None:
    """The certification of this period from these books; None while they are a draft."""
    return next((found for provider in _providers if (found := provider(since, as_of, seq)) is not None), None)


def signatures(found: Certification | None) -> list[list[str]]:
    """Three places to sign: for what, and who did, when, where that is known."""
    people = (found.prepared, found.certified, found.approved) if found else (None, None, None)
    labels = (_("Prepared by"), _("Certified by"), _("Approved by"))
    return [[label, *(person.lines if person else [])] for label, person in zip(labels, people, strict=True)]
