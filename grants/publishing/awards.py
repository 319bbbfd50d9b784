"""What the public may read of each grant, by its own publication setting: the one place that decides it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grants.agreements.models import IN_FORCE, Grant, Publication
from trustfund import clock
from trustfund.clock import VIENNA


def published() -> QuerySet[Grant]:
    """Every grant that both sides signed; what of it is shown, the functions below decide."""
    return Grant.objects.filter(state__in=IN_FORCE).select_related("organisation")


def named(grant: Grant) -> bool:
    """Whether the NGO may be named."""
    return grant.publication == Publication.FULL and grant.organisation.public_name_ok


def organisation(grant: Grant) -> str:
    """The NGO's name, or that it is not named."""
    return grant.organisation.name if named(grant) else _("Not named for safety")


def title(grant: Grant) -> str:
    """The project's title; a title can tell where and who, so it goes with the name."""
    return grant.title if named(grant) else _("Direct help to victims of trafficking")


def country(grant: Grant) -> str:
    """The country of work, nothing finer; or that it is not told."""
    return grant.country_name if grant.publication != Publication.UNNAMED else _("Not told for safety")


def year(grant: Grant) -> int:
    """The year in which the grant came into force, as Vienna's calendar has it."""
    assert grant.countersigned_at is not None  # nothing is published before the second signature
    return clock.day_of(grant.countersigned_at).year


def shown(grant: Grant) -> dict[str, Any]:
    """All that a page may show of a grant."""
    words = {"organisation": organisation(grant), "title": title(grant), "country": country(grant)}
    return {**words, "amount": grant.amount, "year": year(grant)}


def matches(queryset: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Grants whose public words hold all of `words`: what is withheld can't be searched for either."""
    wanted = [word.casefold() for word in words.split()[:8]]
    if not wanted:
        return queryset
    return queryset.filter(pk__in=[grant.pk for grant in queryset if all(word in _public_words(grant) for word in wanted)])


def _public_words(grant: Grant) -> str:
    return f"{organisation(grant)} {title(grant)} {country(grant)}".casefold()


def years() -> list[int]:
    """The years in which grants came into force, the latest first."""
    moments = Grant.objects.filter(state__in=IN_FORCE).values_list("countersigned_at", flat=True)
    return sorted({clock.day_of(at).year for at in moments if at is not None}, reverse=True)


def of_year(queryset: QuerySet[Any], wanted: str) -> QuerySet[Any]:
    """Those that came into force in a year of Vienna's calendar, whatever zone the reader lives in."""
    first, next_first = (datetime(int(wanted) + more, 1, 1, tzinfo=VIENNA) for more in (0, 1))
    return queryset.filter(countersigned_at__gte=first, countersigned_at__lt=next_first)
