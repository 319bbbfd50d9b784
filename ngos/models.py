"""Gathers the models of the rooms; no name is re-exported."""

import ngos.bank_accounts.models
import ngos.due_diligence.models
import ngos.organisations.models
import ngos.screening.models  # noqa: F401
