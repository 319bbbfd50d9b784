"""What the public may read of each grant, by its own publication setting: the one place that decides it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grants.agreements.models import IN_FORCE, Grant, Publication


def published() -> QuerySet[Grant]:
    """Every grant that both sides signed; what of it is shown, the functions below decide."""
    return Grant.objects.filter(state__in=IN_FORCE).select_related("organisation", "subaccount")


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
    """The year in which the grant came into force."""
    return int(grant.countersigned_at.year)


def shown(grant: Grant) -> dict[str, Any]:
    """All that a page may show of a grant."""
    words = {"organisation": organisation(grant), "title": title(grant), "country": country(grant)}
    return {**words, "amount": grant.amount, "year": year(grant)}


def matches(queryset: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Grants whose public words hold all of `words`: what is withheld can't be searched for either."""
    found = queryset
    for word in words.split()[:8]:
        fits = [grant.pk for grant in found if word.casefold() in f"{organisation(grant)} {title(grant)} {country(grant)}".casefold()]
        found = found.filter(pk__in=fits)
    return found
