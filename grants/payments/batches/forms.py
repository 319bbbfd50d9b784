"""The forms of a batch's acts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from grants.payments.batches.models import Charges, ClearingSystem, PaymentBatch
from grants.payments.forms import BankField, our_accounts
from grants.payments.models import Payment, State
from trustfund import clock
from trustfund.ledger.models import Subaccount
from trustfund.ui.formatting import money_text


class PaymentsField(forms.ModelMultipleChoiceField[Payment]):
    """Payments to choose from: their reference, whom and how much."""

    def label_from_instance(self, obj: Payment) -> str:
        return f"{obj.reference} · {obj.grant.organisation.name} · {money_text(obj.to_transfer)}"


class AccountForm(forms.Form):
    """From which of our accounts a new batch is paid."""

    paid_from = BankField(label=_("From our account"), queryset=Subaccount.objects.none(), empty_label=None, to_field_name="code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["paid_from"]
        field.queryset = our_accounts()


class BatchForm(forms.Form):
    """Which payments, when, and who bears the charges."""

    payments = PaymentsField(Payment.objects.none(), label=_("Approved payments"), widget=forms.CheckboxSelectMultiple, required=False)
    execution_on = forms.DateField(label=_("Day of execution"), widget=forms.DateInput(attrs={"type": "date"}), initial=clock.today)
    charges = forms.ChoiceField(label=_("Charges"), choices=Charges.choices, initial=Charges.SHARED, widget=forms.RadioSelect)

    def __init__(self, waiting: QuerySet[Payment], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["payments"]
        field.queryset = waiting

    @staticmethod
    def initial_of(batch: PaymentBatch) -> dict[str, Any]:
        inside = list(batch.payments.values_list("pk", flat=True))
        return {"payments": inside, "execution_on": batch.execution_on, "charges": batch.charges}


def waiting_for(bank: Subaccount, user: Any, batch: PaymentBatch | None = None) -> QuerySet[Payment]:
    """Approved payments from an account that nobody has ordered yet, and those of the batch itself."""
    seen = Payment.objects.visible_to(user).select_related("grant__organisation", "tranche").order_by("pk")
    free = seen.filter(paid_from=bank, state=State.APPROVED).exclude(approved_by=user)
    return (free | seen.filter(batch=batch)) if batch else free


class SpellingForm(forms.Form):
    """How the bank is told of a payee."""

    name = forms.CharField(label=_("Name for the bank"), max_length=140)
    town = forms.CharField(label=_("Town"), max_length=35, required=False)
    address = forms.CharField(label=_("Address"), max_length=140, required=False, help_text=_("At most two lines of 70 letters."))
    clearing_system = forms.ChoiceField(
        label=_("Clearing system"), required=False, choices=[("", _("None: the BIC is enough")), *ClearingSystem.choices]
    )
    clearing_code = forms.RegexField(r"^[A-Z0-9]{0,35}$", label=_("Code of the bank there"), required=False)
    intermediary = forms.RegexField(r"^([A-Z0-9]{8}([A-Z0-9]{3})?)?$", label=_("BIC of an intermediary bank"), required=False)


class RefuseForm(forms.Form):
    """Which payments of a batch the bank did not carry out, and why."""

    payments = PaymentsField(Payment.objects.none(), label=_("Payments that the bank refused"), widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(label=_("What the bank says"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, batch: PaymentBatch, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["payments"]
        with_the_bank = batch.payments.filter(state__in=[State.EXPORTED, State.HELD])
        field.queryset = with_the_bank.select_related("grant__organisation", "tranche").order_by("pk")
