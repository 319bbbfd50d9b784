"""Gathers the models of the rooms; no name is re-exported."""

import donors.donors.models  # noqa: F401
import donors.pledges.models  # noqa: F401
import donors.contributions.models  # noqa: F401
import donors.portal.models  # noqa: F401
