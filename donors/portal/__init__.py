"""The donor's own pages: what was pledged and given, and what became of it."""
