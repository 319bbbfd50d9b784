"""Forms of an assessment."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ngos.due_diligence.models import CheckItem
from ngos.organisations.models import OrganisationDocument

JUDGEMENTS = [choice for choice in CheckItem.Outcome.choices if choice[0] != CheckItem.Outcome.PENDING]


class JudgeForm(forms.Form):
    """One point of the checklist."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=JUDGEMENTS, widget=forms.RadioSelect)
    evidence = forms.ModelChoiceField(
        label=_("Evidence"), queryset=OrganisationDocument.objects.none(), required=False, empty_label=_("No document")
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only staff reads it. Needed unless the point is in order."),
    )
    expires_on = forms.DateField(label=_("To be looked at again on"), required=False, widget=forms.DateInput)

    def __init__(self, *args: Any, item: CheckItem, **kwargs: Any) -> None:
        kept = {"outcome": item.outcome, "evidence": item.evidence_id, "note": item.note, "expires_on": item.expires_on}
        super().__init__(*args, **{**kwargs, "initial": kept})
        documents = OrganisationDocument.objects.filter(organisation=item.assessment.organisation_id)
        self.fields["evidence"].queryset = documents  # type: ignore[attr-defined]


class ClearForm(forms.Form):
    valid_until = forms.DateField(label=_("Valid until"), widget=forms.DateInput)
    conditions = forms.CharField(
        label=_("Conditions"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The organisation reads them. Leave empty if there are none."),
    )


class FailForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), help_text=_("Only staff reads it.")
    )
