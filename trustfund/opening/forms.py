"""Forms of an opening: the workbook, and why it is refused or undone."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from trustfund.files.forms import WholeFileForm
from trustfund.ledger.forms import DateInput
from trustfund.opening.workbook import MAX_BYTES


class StageForm(WholeFileForm):
    """The workbook and its day."""

    MOST = MAX_BYTES

    audited_on = forms.DateField(label=_("Last audited day"), widget=DateInput(), help_text=_("The day of the balances; its year is open."))
    file = forms.FileField(label=_("Workbook"), help_text=_("XLSX as the template has it, up to 5 MB and 20,000 rows."))


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
