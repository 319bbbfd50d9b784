"""The form that records a screening."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ngos.screening.models import Outcome, Screening
from trustfund import clock


class ScreeningForm(forms.Form):
    list_name = forms.CharField(label=_("List"), max_length=120, initial=Screening._meta.get_field("list_name").default)
    list_date = forms.DateField(label=_("Date of the list"), widget=forms.DateInput, help_text=_("As the list itself says."))
    performed_on = forms.DateField(label=_("Checked on"), widget=forms.DateInput, initial=clock.today)
    officers = forms.CharField(
        label=_("Officers who were checked"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One name per line. Only staff reads it."),
    )
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What was compared and decided"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
