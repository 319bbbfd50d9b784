"""Approved budgets of the fund windows: the original of a year and its revisions, each seen by two people."""
