"""Closing a month and a year: the list that must be in order, who said so, the year-end entry, reopening, certification."""
