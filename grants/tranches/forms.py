"""The forms of a tranche's acts."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from grants import personal_data
from trustfund import clock


class RequestForm(forms.Form):
    needs = forms.CharField(
        label=_("What the money is needed for now"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The activities of the next months, in a few sentences. Name no person."),
    )

    def clean_needs(self) -> str:
        """Nothing that looks like data of a person is taken in."""
        found = personal_data.findings(self.cleaned_data["needs"])
        if found:
            message = _("“%(excerpt)s” looks like %(kind)s. Leave out whatever names a person.")
            raise ValidationError([ValidationError(message, params={"excerpt": f.excerpt, "kind": f.kind.label}) for f in found])
        return self.cleaned_data["needs"]


class ReturnForm(forms.Form):
    note = forms.CharField(label=_("What is missing"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class ReceiptForm(forms.Form):
    on = forms.DateField(label=_("The money arrived on"), widget=forms.DateInput(attrs={"type": "date"}), initial=clock.today)
