"""Exact decimals (rates, percentages) that no database turns into a float: stored as text, read as Decimal."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    Text = models.Field[Any, Any]
else:
    Text = models.CharField


def plain(value: Decimal | str | int) -> str:
    """The shortest plain notation of a decimal: 0.130 is "0.13", 1E+2 is "100". A float raises TypeError."""
    if isinstance(value, float):
        raise TypeError("an exact decimal is never a float")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{value} is not a number")
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


class ExactDecimalField(Text):
    """A Decimal kept digit by digit, with `max_length` characters at most."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else Decimal(value)

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, Decimal) else Decimal(str(value))

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else plain(value)
