"""Text in CSV cells: a spreadsheet must not take it for a formula, and nothing of it may be lost."""

from __future__ import annotations

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
"""What makes a spreadsheet calculate, and the mark itself, so that taking it away again gives back the very text."""


def neutralise(text: str) -> str:
    """The text, behind an apostrophe when it begins like a formula (or with an apostrophe)."""
    return f"'{text}" if text.lstrip(" ").startswith(STARTS) else text


def original(cell: str) -> str:
    """The text that `neutralise` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].lstrip(" ").startswith(STARTS) else cell
