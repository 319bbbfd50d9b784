"""Gathers the models of the rooms; no name is re-exported."""

import grants.calls.models  # noqa: F401
import grants.applications.models  # noqa: F401
import grants.reviews.models  # noqa: F401
import grants.decisions.models  # noqa: F401
import grants.agreements.models  # noqa: F401
import grants.outcomes.models  # noqa: F401
import grants.reports.models  # noqa: F401
import grants.tranches.models  # noqa: F401
import grants.payments.models  # noqa: F401
import grants.closing.models  # noqa: F401
