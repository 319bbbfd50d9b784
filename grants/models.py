"""Gathers the models of the rooms; no name is re-exported."""

import grants.agreements.models
import grants.applications.models
import grants.applications.records
import grants.calls.models
import grants.closing.models
import grants.decisions.models
import grants.outcomes.models
import grants.payments.batches.models
import grants.payments.models
import grants.reports.disallowances.models
import grants.reports.models
import grants.reviews.models
import grants.tranches.models  # noqa: F401
