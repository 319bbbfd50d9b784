"""Gathers the models of the rooms; no name is re-exported."""

import donors.contributions.models
import donors.donors.models
import donors.pledges.models
import donors.portal.models  # noqa: F401
