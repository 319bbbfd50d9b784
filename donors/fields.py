"""Form fields that the rooms of donors share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trustfund.fields import PercentField
from trustfund.ledger.models import Tag
from trustfund.money import CURRENCIES


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
