"""Money in models and in forms: stored as whole minor units, read as `Money`."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from trustfund.money import Money, TooPrecise, minor_units

LARGEST = 10**15
SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\u2009'’"))
ARABIC = {ord("٫"): ".", ord("٬"): ""}  # these two marks mean one thing only


def plain_number(text: str) -> str:
    """A number as people write it in the active language, with a point and no grouping, for `Decimal`.

    A separator counts as grouping only where it groups by three ("1,200.50"); otherwise a point is a decimal point in
    every language, and so is the language's own mark. What is ambiguous is left as it is, and `Decimal` refuses it.
    """
    compact = text.translate(SPACES).translate(ARABIC)
    mark = formats.get_format("DECIMAL_SEPARATOR")
    group = "." if mark == "," else ","
    if re.fullmatch(rf"-?\d{{1,3}}(?:{re.escape(group)}\d{{3}})+(?:{re.escape(mark)}\d*)?", compact):
        compact = compact.replace(group, "")
    return compact.replace(mark, ".") if compact.count(mark) == 1 and "." not in compact.replace(mark, "", 1) else compact


class UsdField(models.BigIntegerField):
    """United States dollars as cents in a bigint; the Python value is `Money`, and so are `Sum`, `Max` and F()-free reads."""

    description = "Money in USD"
    _pyi_private_set_type: Money | int  # type: ignore[assignment]
    _pyi_private_get_type: Money  # type: ignore[assignment]

    def from_db_value(self, value: Any, *args: Any) -> Money | None:
        return None if value is None else Money.from_minor(int(value), "USD")

    def to_python(self, value: Any) -> Money | None:
        if value is None or isinstance(value, Money):
            return value
        return Money(value, "USD")

    def get_prep_value(self, value: Any) -> int | None:
        if value is None or isinstance(value, int):
            return value
        if isinstance(value, Money) and value.currency == "USD":
            return value.minor
        raise TypeError(f"A USD field holds Money in USD, not {value!r}.")

    def value_to_string(self, obj: models.Model) -> str:
        value: Any = self.value_from_object(obj)
        return "" if value is None else str(value.amount)

    def formfield(self, **kwargs: Any) -> Any:
        return MoneyFormField(
            currency="USD",
            required=not self.blank,
            label=kwargs.get("label", capfirst(self.verbose_name)),
            help_text=kwargs.get("help_text", self.help_text),
        )

    @property
    def validators(self) -> list[Any]:  # the integer range checks of BigIntegerField do not fit Money
        return list(super(models.IntegerField, self).validators)


class MoneyProperty:
    """`Money` over a pair of columns: bigint minor units and an ISO 4217 code."""

    def __init__(self, minor: str, currency: str) -> None:
        self.minor, self.currency = minor, currency

    def __get__(self, obj: Any, owner: type | None = None) -> Any:
        if obj is None:
            return self
        minor = getattr(obj, self.minor)
        return None if minor is None else Money.from_minor(minor, getattr(obj, self.currency))

    def __set__(self, obj: Any, value: Money | None) -> None:
        setattr(obj, self.minor, None if value is None else value.minor)
        if value is not None:
            setattr(obj, self.currency, value.currency)


class MoneyWidget(forms.TextInput):
    """A text input for an amount: the reader's own decimal mark, never the browser's number box."""

    input_type = "text"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "class": "money", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, Money):
            return formats.number_format(value.amount, decimal_pos=minor_units(value.currency), use_l10n=True, force_grouping=False)
        return super().format_value(value)


class MoneyFormField(forms.Field):
    """An amount of one currency, cleaned to `Money`; says when there are more digits than the currency has."""

    widget = MoneyWidget
    default_error_messages = {
        "invalid": _("“%(value)s” is not an amount. Write digits only, for example 1200 or 1200.50."),
        "too_precise": _("“%(value)s” has more decimal places than %(currency)s has."),
        "too_large": _("“%(value)s” is too large."),
        "negative": _("The amount must not be below zero."),
    }

    def __init__(self, *, currency: str = "USD", allow_negative: bool = False, **kwargs: Any) -> None:
        self.currency, self.allow_negative = currency, allow_negative
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Money | None:
        if value in self.empty_values:
            return None
        if isinstance(value, Money):
            return value
        money = self._parse(str(value).strip())
        if money.amount < 0 and not self.allow_negative:
            raise ValidationError(self.error_messages["negative"], code="negative")
        if abs(money.minor) > LARGEST:
            raise ValidationError(self.error_messages["too_large"], code="too_large", params={"value": value})
        return money

    def _parse(self, text: str) -> Money:
        try:
            amount = Decimal(plain_number(text))
            if not amount.is_finite() or len(text) > 40:
                raise InvalidOperation
            if -int(amount.as_tuple().exponent) > minor_units(self.currency):  # "1.200" may be meant as 1,200: never taken for 1.20
                raise TooPrecise
            return Money(amount, self.currency)
        except TooPrecise as error:
            raise ValidationError(
                self.error_messages["too_precise"], code="too_precise", params={"value": text, "currency": self.currency}
            ) from error
        except (InvalidOperation, ValueError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": text[:40]}) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except ValidationError:
            return True


class PercentField(forms.DecimalField):
    """A percentage, cleaned to a share of one: "13" is Decimal("0.13"); a stored share is shown as a percentage again."""

    def __init__(self, *, most: Decimal = Decimal("99.9999"), places: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(min_value=Decimal(0), max_value=most, decimal_places=places, max_digits=places + 3, localize=False, **kwargs)

    def clean(self, value: Any) -> Any:
        percent = super().clean(value.replace(",", ".") if isinstance(value, str) else value)
        return None if percent is None else percent / 100

    def prepare_value(self, value: Any) -> Any:
        """A share (from the model) as a percentage; what was typed stays as it was typed."""
        return f"{(value * 100).normalize():f}" if isinstance(value, Decimal) else value
