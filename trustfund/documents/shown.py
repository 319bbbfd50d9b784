"""How a value reads in a document: in its language, amounts with their currency unless the column's head has it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from trustfund.money import Money
from trustfund.ui.formatting import DASH, day_text, digits_of, figure, moment_text, money_text, short_day_text


class Aligned(str):
    """A text that is set as a figure: a share in percent, a rate."""

    __slots__ = ()


def is_number(value: Any) -> bool:
    """Whether a value is set as a figure: to the right, digits under digits."""
    return isinstance(value, Money | Decimal | int | Aligned) and not isinstance(value, bool)


def text_of(value: Any, *, plain: bool = False) -> str:
    """The value as text in the language in force; `plain` is for a table's cell: short dates, no currency code."""
    if value is None:
        return DASH
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Money):
        return money_text(value, plain=plain)
    if isinstance(value, Decimal | int):
        return figure(value, digits=digits_of(value))
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return short_day_text(value) if plain else day_text(value)
    return str(value)
