"""Forms of the books: a day, a span of days, a file of rates, a rate by hand, a year, a bank account of the Fund."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.ledger.exchange import rate_files
from trustfund.ledger.models import GENERAL, FundWindow, Subaccount
from trustfund.money import CURRENCIES


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class AsOfForm(forms.Form):
    """A day; the newest figures without one."""

    as_of = forms.DateField(label=_("As of"), required=False, widget=DateInput())


class HeadroomForm(forms.Form):
    """A fund window (the general one without one)."""

    window = forms.ModelChoiceField(FundWindow.objects.all(), label=_("Fund window"), required=False, empty_label=None, initial=GENERAL)


class DaysForm(forms.Form):
    """From a day to a day."""

    start = forms.DateField(label=_("From"), widget=DateInput())
    end = forms.DateField(label=_("To"), widget=DateInput())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("start") and cleaned.get("end") and cleaned["start"] > cleaned["end"]:
            raise ValidationError(_("The first day is after the last."))
        return cleaned


class SpanForm(DaysForm):
    """From the beginning or a day to a day or the end, of one subaccount or of all."""

    start = forms.DateField(label=_("From"), required=False, widget=DateInput())
    end = forms.DateField(label=_("To"), required=False, widget=DateInput())
    of = forms.CharField(label=_("Subaccount"), required=False, max_length=60)

    def clean_of(self) -> Subaccount | None:
        code = self.cleaned_data["of"].strip()
        found = Subaccount.objects.filter(code=code).first() if code else None
        if code and found is None:
            raise ValidationError(_("There is no subaccount %(code)s."), params={"code": code})
        return found


class RateFileForm(forms.Form):
    """The Treasury's XML, a CSV or a workbook; cleaned to what was found in it."""

    file = forms.FileField(
        label=_("File of exchange rates"),
        help_text=_("The UN operational rates as XML from the Treasury’s site, or CSV or XLSX with columns currency, rate and date."),
    )

    def clean_file(self) -> rate_files.Found:
        upload = self.cleaned_data["file"]
        return rate_files.read(upload.name, upload.read(rate_files.MAX_BYTES + 1))


class RateForm(forms.Form):
    """One rate by hand."""

    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in sorted(CURRENCIES - {"USD"})])
    effective_on = forms.DateField(label=_("Effective on"), widget=DateInput())
    value = forms.DecimalField(label=_("Units per USD"), min_value=rate_files.SMALLEST, max_digits=20, decimal_places=10)
    source = forms.CharField(label=_("Source"), max_length=100)

    def clean_effective_on(self) -> date:
        day: date = self.cleaned_data["effective_on"]
        if day > clock.today() + rate_files.MOST_AHEAD:
            raise ValidationError(_("This day is too far in the future."))
        return day


class YearForm(forms.Form):
    """A fiscal year to open."""

    year = forms.IntegerField(label=_("Fiscal year"), min_value=2000, max_value=2100)


class BankForm(forms.Form):
    """A bank account of the Fund itself."""

    code = forms.RegexField(
        r"^[A-Z0-9][A-Z0-9-]{1,39}$", label=_("Code"), help_text=_("Capitals, digits and hyphens, for example BANK-USD.")
    )
    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("The bank and the purpose; never the account number."))
    currency = forms.ChoiceField(label=_("Currency"), choices=[(code, code) for code in sorted(CURRENCIES)], initial="USD")

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if Subaccount.objects.filter(code=code).exists():
            raise ValidationError(_("The code %(code)s is taken."), params={"code": code})
        return code
