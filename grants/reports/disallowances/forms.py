"""The forms of a disallowance: an amount and a reason by budget line, and a document."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.reports.disallowances.actions import Wanted
from grants.reports.disallowances.reading import still_accepted
from grants.reports.models import Report
from trustfund.fields import MoneyFormField
from trustfund.files.forms import DocumentField
from trustfund.ui.formatting import money_text


class ProposalForm(forms.Form):
    """Two fields for each budget line of which something is accepted; empty ones leave the line as it is."""

    document = DocumentField(
        label=gettext_lazy("Document"),
        required=False,
        help_text=gettext_lazy("What it rests on, as an audit report. The NGO does not see it."),
    )

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left = still_accepted(report)
        self.budget_lines = [line for line in report.grant.budget_lines.all() if line.pk in left]
        for line in self.budget_lines:
            names = {"line": line, "left": money_text(left[line.pk])}
            self.fields[f"amount_{line.pk}"] = MoneyFormField(label=_("%(line)s: USD, of %(left)s accepted") % names, required=False)
            self.fields[f"reason_{line.pk}"] = forms.CharField(label=_("%(line)s: reason") % names, max_length=300, required=False)
        self.order_fields([name for name in self.fields if name != "document"])

    def clean(self) -> dict[str, Any]:
        """A reason wants its amount."""
        data = super().clean() or {}
        for line in self.budget_lines:
            if data.get(f"reason_{line.pk}") and not data.get(f"amount_{line.pk}") and f"amount_{line.pk}" not in self.errors:
                self.add_error(f"amount_{line.pk}", _("Enter the amount, or take the reason away."))
        return data

    def lines(self) -> dict[int, Wanted]:
        """What was entered, by budget line."""
        data = self.cleaned_data
        found = {line.pk: Wanted(data[f"amount_{line.pk}"], data[f"reason_{line.pk}"]) for line in self.budget_lines}
        return {pk: wanted for pk, wanted in found.items() if wanted.amount}


class RefusalForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("Why it is not approved"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
