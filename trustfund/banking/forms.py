"""Forms of the banks' statements: a file, how a bank writes, lines of the books by hand, an account and a day."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.banking.csv_files import COLUMNS, MARKED, SIGNED, Layout
from trustfund.banking.found import MAX_BYTES
from trustfund.banking.models import BankDetails, BankLine
from trustfund.banking.open_items import open_lines
from trustfund.banking.sure import MOST, Seen, seen_of
from trustfund.fields import MoneyFormField
from trustfund.files.forms import WholeFileForm
from trustfund.ledger.models import Line, Subaccount
from trustfund.ui.formatting import money_text, short_day_text

KEYS = r"^[0-9]{1,19}(,[0-9]{1,19}){0,199}$"
"""The keys of rows, as a page names them."""


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class DetailsField(forms.ModelChoiceField[BankDetails]):
    def label_from_instance(self, obj: BankDetails) -> str:
        return f"{obj.bank.code} {obj.bank.name} ({obj.currency})"


class UploadForm(WholeFileForm):
    """A bank's file, and of which account it is."""

    MOST = MAX_BYTES

    details = DetailsField(BankDetails.objects.none(), label=_("Bank account"), empty_label=None)
    file = forms.FileField(
        label=_("File of the bank"), help_text=_("camt.053.001.02 or .08, MT940, or CSV as the account’s layout has it; up to 10 MB.")
    )
    opening = MoneyFormField(
        label=_("Opening balance"), required=False, allow_negative=True, help_text=_("Only for a CSV without a column of balances.")
    )
    closing = MoneyFormField(
        label=_("Closing balance"), required=False, allow_negative=True, help_text=_("Only for a CSV without a column of balances.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, Any] = dict(self.fields)
        named["details"].queryset = BankDetails.objects.select_related("bank").order_by("bank__code")
        named["opening"].currency = named["closing"].currency = self._currency()

    def _currency(self) -> str:
        """That of the account that was chosen; shown beside the balances only then."""
        chosen = self.data.get(self.add_prefix("details"), "") if self.is_bound else ""
        details = BankDetails.objects.select_related("bank").filter(pk=chosen).first() if str(chosen).isdecimal() else None
        return details.currency if details else ("USD" if self.is_bound else "")


def _column(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=60, help_text=help_text)


class DetailsForm(forms.Form):
    """What the bank calls the account; and, if it sends CSV, the heads of its columns and how it writes numbers and days."""

    account = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9 /.-]{3,49}$", label=_("IBAN or account number"), help_text=_("As it stands in the bank’s statements.")
    )
    bic = forms.RegexField(
        r"^([A-Za-z0-9]{8}([A-Za-z0-9]{3})?)?$",
        label=_("BIC of the bank"),
        required=False,
        help_text=_("For payment files; eight or eleven letters and digits."),
    )
    booked = _column(_("Column of the booking date"), _("The head of the column in the file. Leave it empty where the bank sends no CSV."))
    value = _column(_("Column of the value date"))
    signs = forms.ChoiceField(
        label=_("How credits and debits are told apart"),
        choices=[
            (SIGNED, _("One column; what went out is negative")),
            (COLUMNS, _("A column for credits and one for debits")),
            (MARKED, _("One column, and another that says which it is")),
        ],
        initial=SIGNED,
    )
    amount = _column(_("Column of the amount"))
    credit = _column(_("Column of credits"))
    debit = _column(_("Column of debits"))
    mark = _column(_("Column that says credit or debit"))
    debit_word = forms.CharField(label=_("What stands there for a debit"), initial="D", max_length=20, required=False)
    balance = _column(_("Column of the balance after each entry"))
    reference = _column(_("Column of the bank’s reference"))
    end_to_end = _column(_("Column of the end-to-end reference"))
    counterparty = _column(_("Column of the counterparty"))
    text = _column(_("Column of the remittance text"))
    account_column = _column(_("Column of the account number"))
    currency = _column(_("Column of the currency"))
    delimiter = forms.ChoiceField(label=_("Between columns"), choices=[(",", ","), (";", ";"), ("\t", _("Tab")), ("|", "|")])
    decimal_mark = forms.ChoiceField(label=_("Decimal mark"), choices=[(".", "1,234.50"), (",", "1.234,50")])
    date_format = forms.ChoiceField(
        label=_("Dates are written as"),
        choices=[
            ("%Y-%m-%d", "2026-03-31"),
            ("%d.%m.%Y", "31.03.2026"),
            ("%d/%m/%Y", "31/03/2026"),
            ("%m/%d/%Y", "03/31/2026"),
            ("%d-%m-%Y", "31-03-2026"),
            ("%Y%m%d", "20260331"),
            ("%d.%m.%y", "31.03.26"),
        ],
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        choices=[("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252"), ("iso8859-15", "ISO 8859-15"), ("utf-16", "UTF-16")],
    )
    head_row = forms.IntegerField(label=_("Row of the heads"), min_value=1, max_value=50, initial=1)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        needed = {SIGNED: ["amount"], COLUMNS: ["credit", "debit"], MARKED: ["amount", "mark", "debit_word"]}
        for name in needed.get(data.get("signs", ""), []) if data.get("booked") else []:
            if not data.get(name):
                self.add_error(name, _("Name this column."))
        return data

    def clean_account(self) -> str:
        return " ".join(str(self.cleaned_data["account"]).upper().split())

    def clean_bic(self) -> str:
        return str(self.cleaned_data["bic"]).upper()

    def layout(self) -> Layout | None:
        """The layout as it was filled in; None where the bank sends no CSV."""
        if not self.cleaned_data["booked"]:
            return None
        given = {**self.cleaned_data, "account": self.cleaned_data["account_column"]}
        return Layout(**{each.name: given[each.name] for each in fields(Layout)})

    @staticmethod
    def initial_of(details: BankDetails | None) -> dict[str, Any]:
        """What is known already."""
        if details is None:
            return {}
        layout = asdict(details.layout) if details.layout else {}
        return {**layout, "account_column": layout.get("account", ""), "account": details.account, "bic": details.bic}


class LinesField(forms.ModelMultipleChoiceField[Line]):
    def label_from_instance(self, obj: Line) -> str:
        return f"{short_day_text(obj.date)} · {money_text(obj.original)} · {obj.entry} {obj.entry.reference}"


class BankLinesField(forms.ModelMultipleChoiceField[BankLine]):
    def label_from_instance(self, obj: BankLine) -> str:
        return f"{short_day_text(obj.booked_on)} · {money_text(obj.amount)} · {obj.counterparty or obj.text[:60] or obj.reference}"


class HandForm(forms.Form):
    """Lines of the books, chosen by hand; and other lines of the bank, where it booked in parts."""

    lines = LinesField(Line.objects.none(), label=_("Lines of the books on this bank account"), widget=forms.CheckboxSelectMultiple)

    others = BankLinesField(
        BankLine.objects.none(),
        label=_("Together with these lines of the bank"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only where the bank booked in parts what the books have as one."),
    )

    SHOWN = 60
    """So many before the bank's day, and so many after it: nobody looks through more."""

    def __init__(self, line: BankLine, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["lines"]
        field.queryset = found = open_lines(line.bank)
        before = found.filter(date__lte=line.booked_on).order_by("-date", "-pk")[: self.SHOWN]
        after = found.filter(date__gt=line.booked_on)[: self.SHOWN]
        field.choices = [(each.pk, field.label_from_instance(each)) for each in [*reversed(before), *after]]
        self._offer_others(line)

    def _offer_others(self, line: BankLine) -> None:
        """The nearest open lines of the same account; none, and no question, where there are none."""
        field: Any = self.fields["others"]
        field.queryset = found = BankLine.objects.unmatched().filter(bank=line.bank_id).exclude(pk=line.pk)
        near = sorted(found.order_by("-booked_on", "-pk")[: 2 * self.SHOWN], key=lambda each: abs(each.booked_on - line.booked_on))
        field.choices = [(each.pk, field.label_from_instance(each)) for each in near[: self.SHOWN]]
        if not near:
            del self.fields["others"]


class ChosenForm(forms.Form):
    """A suggestion, as the page named it: the keys of its lines."""

    suggestion = forms.RegexField(KEYS, widget=forms.HiddenInput)
    others = forms.RegexField(KEYS, widget=forms.HiddenInput, required=False)

    def clean_suggestion(self) -> list[Line]:
        return list(Line.objects.filter(pk__in=self._keys("suggestion")))

    def clean_others(self) -> list[BankLine]:
        return list(BankLine.objects.filter(pk__in=self._keys("others")))

    def _keys(self, field: str) -> list[int]:
        keys = [int(each) for each in self.cleaned_data[field].split(",") if each]
        if any(key >= 2**63 for key in keys):
            raise ValidationError(_("Choose at least one line of the books."))
        return keys


class SeenField(forms.Field):
    """The ticked rows of the page of sure suggestions: each says what was seen on it."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {"required": _("Tick at least one line."), "invalid": _("Tick the lines on the page itself.")}

    def to_python(self, value: Any) -> list[Seen]:
        found = [seen_of(each) for each in dict.fromkeys(value or [])]
        if len(found) > MOST or None in found or len({each.line for each in found if each}) < len(found):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return [each for each in found if each]


class SureForm(forms.Form):
    chosen = SeenField()


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class VoucherForm(forms.Form):
    """The day and the words of a voucher for a line of the bank."""

    on = forms.DateField(label=_("Date"), widget=DateInput())
    narrative = forms.CharField(label=_("Narrative"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class DayForm(forms.Form):
    """A bank account and a day."""

    bank = forms.ModelChoiceField(Subaccount.objects.none(), label=_("Bank account"), empty_label=None, to_field_name="code")
    day = forms.DateField(label=_("As of"), widget=DateInput(), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["bank"]
        field.queryset = Subaccount.objects.filter(kind=Subaccount.Kind.BANK).order_by("code")

    def clean_day(self) -> Any:
        return self.cleaned_data["day"] or clock.today()
