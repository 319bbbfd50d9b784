"""Forms about the ERP: a span of days, an extract, how it is laid out, the grid of the mapping, a file of it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.erp.layout import MAX_BYTES, Layout
from trustfund.files.forms import WholeFileForm
from trustfund.ledger.forms import DateInput


class _FileForm(WholeFileForm):
    MOST = MAX_BYTES

    file = forms.FileField(label=_("File"))


class ExtractForm(_FileForm):
    """An extract, and its days."""

    starts_on = forms.DateField(label=_("From"), widget=DateInput())
    ends_on = forms.DateField(label=_("To"), widget=DateInput(), help_text=_("The days for which the extract was made."))


class LayoutForm(forms.Form):
    """The heads of the extract's columns."""

    posted_on = forms.CharField(label=_("Column of the posting date"), max_length=60)
    document = forms.CharField(label=_("Column of the document number"), max_length=60)
    gl = forms.CharField(label=_("Column of the GL account"), max_length=60)
    fund = forms.CharField(label=_("Column of the fund"), max_length=60)
    amount = forms.CharField(label=_("Column of the amount in USD"), max_length=60, help_text=_("A debit is positive."))
    currency = forms.CharField(label=_("Column of the currency"), max_length=60, required=False)
    text = forms.CharField(label=_("Column of the text"), max_length=60, required=False)
    date_format = forms.ChoiceField(
        label=_("Dates are written as"),
        choices=[("%Y-%m-%d", "2026-03-31"), ("%d.%m.%Y", "31.03.2026"), ("%m/%d/%Y", "03/31/2026"), ("%d/%m/%Y", "31/03/2026")],
    )
    decimal_mark = forms.ChoiceField(label=_("Decimal mark"), choices=[(".", "1,234.50"), (",", "1.234,50")])
    delimiter = forms.ChoiceField(label=_("Between columns of a CSV"), choices=[(",", ","), (";", ";"), ("\t", _("Tab")), ("|", "|")])

    def layout(self) -> Layout:
        return Layout(**self.cleaned_data)


class DayForm(forms.Form):
    """From which day on the mapping holds."""

    effective_on = forms.DateField(label=_("Effective on"), widget=DateInput(), initial=clock.today)


class MappingFileForm(_FileForm, DayForm):
    """A file of the mapping, with the columns kind, code and target."""


class RowForm(forms.Form):
    """One row of the grid."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[("account", _("account")), ("window", _("window")), ("grant", _("grant"))])
    code = forms.CharField(label=_("Our code"), max_length=60)
    target = forms.CharField(label=_("The ERP’s code"), max_length=40, required=False)
