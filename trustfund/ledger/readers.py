"""Whose pages the books are: a view is decorated with `readers`."""

from __future__ import annotations

from trustfund.ledger import permissions
from trustfund.pages import only

readers = only(permissions.can_read_books)
