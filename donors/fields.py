"""Form fields that the rooms of donors share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trustfund.ledger.models import Tag
from trustfund.money import CURRENCIES


class PercentField(forms.DecimalField):
    """A percentage, cleaned to a share of one: "13" is Decimal("0.13")."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(min_value=Decimal(0), max_value=Decimal("99.9999"), decimal_places=4, max_digits=6, localize=False, **kwargs)

    def clean(self, value: Any) -> Any:
        percent = super().clean(value.replace(",", ".") if isinstance(value, str) else value)
        return None if percent is None else percent / 100


def psc_field(**kwargs: Any) -> PercentField:
    """The programme support cost of an agreement or a gift: its own, never a constant."""
    return PercentField(
        label=_("Programme support cost, percent"),
        help_text=_("As the agreement has it, on what is spent; for example 13. Enter 0 where there is none."),
        **kwargs,
    )


def earmark_field(**kwargs: Any) -> forms.ModelChoiceField[Tag]:
    """What the money may be spent on; nothing chosen is the general pool."""
    return forms.ModelChoiceField(
        Tag.objects.order_by("kind", "name"), required=False, label=_("Earmarked for"), empty_label=_("Not earmarked"), **kwargs
    )


def currencies() -> list[tuple[str, str]]:
    """Every active currency, the functional one first."""
    return [("USD", "USD"), *((code, code) for code in sorted(CURRENCIES - {"USD"}))]


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A day, with the browser's own date control."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **kwargs)
