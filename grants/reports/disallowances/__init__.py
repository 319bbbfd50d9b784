"""Accepted expenditure that is disallowed afterwards, with reasons by budget line and a second person."""
