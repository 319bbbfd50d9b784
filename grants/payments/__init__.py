"""Payments of tranches: certified by one person, approved by another, ordered from the bank, paid, returned."""
