"""Gathers the models of the rooms; no name is re-exported."""

import ngos.organisations.models  # noqa: F401
import ngos.bank_accounts.models  # noqa: F401
import ngos.due_diligence.models  # noqa: F401
import ngos.screening.models  # noqa: F401
