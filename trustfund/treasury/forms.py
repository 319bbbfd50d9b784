"""Forms of the treasury: a day, and what an address asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.ledger.forms import AsOfForm
from trustfund.ledger.models import FundWindow
from trustfund.treasury import delivery, forecast


class DayForm(AsOfForm):
    """A day; today without one."""

    def clean_as_of(self) -> Any:
        return self.cleaned_data["as_of"] or clock.today()


class LinesForm(DayForm):
    """Which figure of delivery is opened."""

    part = forms.ChoiceField(choices=[(part, part) for part in delivery.PARTS], required=False)
    year = forms.IntegerField(label=_("Year"), required=False, min_value=1900, max_value=9998)
    window = forms.ModelChoiceField(FundWindow.objects.all(), label=_("Fund window"), required=False)

    def clean_part(self) -> str:
        return str(self.cleaned_data["part"] or delivery.PARTS[-1])


class DuesForm(forms.Form):
    """Which figure of the forecast is opened: a month ("2026-03"), and a kind or all."""

    month = forms.RegexField(r"^[0-9]{4}-[0-9]{2}$", required=False)
    kind = forms.ChoiceField(choices=[("", ""), *forecast.KINDS.items()], required=False)
