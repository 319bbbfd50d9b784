"""Grants, from the call to the closed books. A later room may look at an earlier one, never the other way round."""
