"""Who sees rows of the books."""

from __future__ import annotations

from typing import Any

from django.db import models

from trustfund.ledger import permissions


class BooksQuerySet(models.QuerySet[Any]):
    """Rows of the books: seen by those who may read the books, and by nobody else."""

    def visible_to(self, user: Any) -> BooksQuerySet:
        return self if permissions.can_read_books(user) else self.none()
