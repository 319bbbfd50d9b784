"""The portal has no rows of its own: it reads pledges, contributions and the ledger."""
