"""Forms about money that came."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from donors.donors.models import Donor
from donors.fields import day_field, earmark_field, psc_field
from donors.pledges.models import Instalment
from trustfund import clock
from trustfund.fields import MoneyFormField
from trustfund.ledger.models import Subaccount
from trustfund.money import Money
from trustfund.ui.formatting import day_text, money_text, percent_text

INSTALMENT, GIFT, UNKNOWN = "instalment", "gift", "unknown"
ABOUT = {INSTALMENT: ["instalment", "settles"], GIFT: ["donor", "psc_rate", "earmark"], UNKNOWN: []}
"""The fields that go with each answer to "What is it?"."""


class InstalmentField(forms.ModelChoiceField[Instalment]):
    """An instalment that still waits for money, with what is outstanding."""

    def label_from_instance(self, obj: Instalment) -> str:
        words = {
            "donor": obj.pledge.donor.name,
            "instalment": str(obj),
            "amount": money_text(obj.outstanding).replace("\u00a0", " "),
            "day": day_text(obj.due_on),
        }
        return _t("%(donor)s, %(instalment)s: %(amount)s, due on %(day)s") % words


class WhatForm(forms.Form):
    """What a receipt is: cash of an instalment, or a gift."""

    what = forms.ChoiceField(
        label=_("What is it?"),
        widget=forms.RadioSelect,
        choices=[
            (INSTALMENT, _("Money of an agreement")),
            (GIFT, _("A gift without an agreement")),
            (UNKNOWN, _("Not known yet")),
        ],
    )
    instalment = InstalmentField(
        Instalment.objects.none(), required=False, label=_("Instalment of the agreement"), empty_label=_("Choose an instalment")
    )
    settles = forms.CharField(
        label=_("Pays of the instalment"),
        required=False,
        max_length=30,
        help_text=_("Only when the money came in another currency than the agreement’s: the amount in the agreement’s currency."),
    )
    donor = forms.ModelChoiceField(
        Donor.objects.order_by("name"), required=False, label=_("Donor of the gift"), empty_label=_("Choose a donor")
    )
    psc_rate = psc_field(required=False)
    earmark = earmark_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = Instalment.objects.open().with_received().select_related("pledge__donor")
        field: Any = self.fields["instalment"]
        field.queryset = waiting.order_by("due_on", "pk")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        what = data.get("what")
        if what == INSTALMENT and not data.get("instalment"):
            self.add_error("instalment", _("Choose the instalment that this money pays."))
        if what == GIFT and not data.get("donor"):
            self.add_error("donor", _("Choose who gave it."))
        if what == GIFT and data.get("psc_rate") is None and "psc_rate" not in self.errors:
            self.add_error("psc_rate", _("Enter the programme support cost of this gift, 0 for none."))
        if what == INSTALMENT and data.get("instalment"):
            data["settles"] = self._settles(data["instalment"], data.get("settles", ""))
        return data

    def facts(self) -> list[tuple[Any, Any]]:
        """What was answered, for the reader to check: only what goes with what the money is."""
        wanted = ABOUT[self.cleaned_data["what"]]
        return [(self.fields[name].label, self._said(name)) for name in ["what", *wanted] if self.cleaned_data.get(name) not in (None, "")]

    def _said(self, name: str) -> Any:
        field, value = self.fields[name], self.cleaned_data[name]
        if isinstance(field, forms.ModelChoiceField):
            return field.label_from_instance(value)
        if isinstance(field, forms.ChoiceField):
            return dict(field.choices)[value]  # type: ignore[arg-type]
        if name == "psc_rate":
            return percent_text(value)
        return (_t("Yes") if value else _t("No")) if isinstance(value, bool) else value

    def _settles(self, instalment: Instalment, text: str) -> Money | None:
        """The amount in the pledge's currency, which is known only now."""
        try:
            settles: Money | None = MoneyFormField(currency=instalment.pledge.currency, required=False).clean(text)
        except ValidationError as error:
            self.add_error("settles", error)
            return None
        return settles


class ReceiptForm(WhatForm):
    """One line of the bank's statement."""

    bank = forms.ModelChoiceField(Subaccount.objects.filter(kind="bank"), label=_("Bank account of the Fund"), empty_label=None)
    on = day_field(_("Value date"))
    amount = MoneyFormField(label=_("Amount that was sent"), help_text=_("In the currency of the bank account, before charges."))
    charges = MoneyFormField(label=_("Charges that banks kept"), required=False)
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=80)
    payer = forms.CharField(label=_("Payer, as the bank has it"), required=False, max_length=200)
    rest_as_gift = forms.BooleanField(
        label=_("If it is more than what is outstanding, enter the rest as a gift of the same donor"), required=False
    )

    field_order = ["bank", "on", "amount", "charges", "bank_reference", "payer", "what", "instalment", "settles", "rest_as_gift", "donor"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today
        fields: dict[str, Any] = dict(self.fields)
        fields["bank"].label_from_instance = lambda bank: f"{bank.name} ({bank.currency or 'USD'})"
        fields["amount"].currency = fields["charges"].currency = self._currency()

    def _currency(self) -> str:
        """That of the bank account that was chosen; shown beside the amount only then."""
        if not self.is_bound:
            return ""
        chosen = self.data.get(self.add_prefix("bank"), "")
        bank = Subaccount.objects.filter(kind="bank", pk=chosen).first() if str(chosen).isdecimal() else None
        return (bank.currency if bank else "") or "USD"

    def facts(self) -> list[tuple[Any, Any]]:
        cash = ["bank", "on", "amount", "charges", "bank_reference", "payer"]
        lines = [(self.fields[name].label, self._said(name)) for name in cash if self.cleaned_data.get(name) not in (None, "")]
        rest = [(self.fields["rest_as_gift"].label, _t("Yes"))] if self.cleaned_data["rest_as_gift"] else []
        return [*lines, *super().facts(), *rest]

    def cash(self) -> dict[str, Any]:
        """What every act of entering takes."""
        return {key: self.cleaned_data[key] for key in ("bank", "on", "amount", "charges", "bank_reference", "payer")}


class WithdrawForm(forms.Form):
    """Why a receipt is withdrawn; the reason is kept beside the entry, outside the chain."""

    on = day_field(_("Date of the reversal"))
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today


class IdentifyForm(WhatForm):
    """Whose money an unidentified receipt is."""

    on = day_field(_("Identified on"))
    field_order = ["on", "what"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = clock.today
        what: Any = self.fields["what"]
        what.choices = what.choices[:2]
