"""Text that is encrypted at rest and authenticated: who reads the database or a backup reads nothing.

`settings.ENCRYPTION_KEYS` are Fernet keys: the first one encrypts, all of them decrypt. To rotate: put a new key first, save the rows again
(`manage.py reseal_bank_accounts`, `reseal_payment_orders`), then drop the old key.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models


class Tampered(Exception):
    """A stored value that no key of ours opens: another key, or somebody changed it."""


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


def encrypt(text: str, *, purpose: str) -> str:
    """A token of `text`, with `purpose` sealed inside, so that a token put into another column does not open there."""
    return _box().encrypt(f"{purpose}\n{text}".encode()).decode()


def decrypt(token: str, *, purpose: str) -> str:
    """The text of a token. Raises `Tampered`."""
    try:
        sealed, _newline, text = _box().decrypt(token.encode()).decode().partition("\n")
    except InvalidToken as error:
        raise Tampered(purpose) from error
    if not hmac.compare_digest(sealed, purpose):
        raise Tampered(purpose)
    return text


def fingerprint(text: str, *, purpose: str) -> str:
    """A keyed hash (hex) that tells whether two encrypted texts are the same, and nothing else; it depends on the last key."""
    return hmac.new(settings.ENCRYPTION_KEYS[-1].encode(), f"{purpose}\n{text}".encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text in Python, a Fernet token in the database. It can't be searched or sorted by; keep a `fingerprint` beside it for that."""

    description = "Encrypted text"

    @property
    def purpose(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def from_db_value(self, value: str | None, *args: Any) -> str | None:
        return decrypt(value, purpose=self.purpose) if value else value

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(str(value), purpose=self.purpose) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.name} is encrypted and can't be searched.")
