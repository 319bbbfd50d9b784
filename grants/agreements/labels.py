"""What donors and the public read instead of a grant's name, by how much of it may be published. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _

from trustfund import countries

if TYPE_CHECKING:
    from grants.agreements.models import Grant

FULL, COUNTRY, UNNAMED = "full", "country", "unnamed"
STRICTNESS = {FULL: 0, COUNTRY: 1, UNNAMED: 2}


def public_label(grant: Grant) -> str:
    """The label of the grant's subaccount, in English; an NGO that never wants its name published is not named."""
    with translation.override("en"):
        if grant.publication == FULL and grant.organisation.public_name_ok:
            names = {"organisation": grant.organisation.name, "country": countries.name(grant.country)}
            return _("%(organisation)s (%(country)s)") % names
        if grant.publication in (FULL, COUNTRY):
            return _("An organisation in %(country)s") % {"country": countries.name(grant.country)}
        return _("An organisation that is not named for safety")


def is_stricter(new: str, old: str) -> bool:
    """Whether less would be published than before."""
    return STRICTNESS[new] > STRICTNESS[old]
