"""The fields that the forms of events share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.fields import MoneyFormField, MoneyWidget
from trustfund.ledger.models import GENERAL, FundWindow, Line, Subaccount

OF_THE_DAY = _("The day of the entry, in an open period. What the books hold and the exchange rates are those of this day.")
WINDOW = _("Fund window")


def day_field(initial: Callable[[], Any] = clock.today, **more: Any) -> forms.DateField:
    """The day of the entry."""
    more.setdefault("help_text", OF_THE_DAY)
    return forms.DateField(label=_("Date"), initial=initial, widget=forms.DateInput(), **more)


def with_balance(*codes: str) -> QuerySet[Subaccount]:
    """The subaccounts that hold something on one of these accounts."""
    lines = Line.objects.filter(account_id__in=codes, subaccount__isnull=False).order_by()
    held = lines.values("subaccount_id", "account_id").annotate(held=Sum(F("debit") - F("credit"))).exclude(held=0)
    return Subaccount.objects.filter(pk__in=held.values("subaccount_id")).order_by("code")


def banks(*currencies: str) -> QuerySet[Subaccount]:
    """The bank accounts of the Fund, or those in a currency."""
    found = Subaccount.objects.filter(kind=Subaccount.Kind.BANK).order_by("code")
    return found.filter(currency__in=currencies) if currencies else found


class OfField(forms.ModelChoiceField):
    """One subaccount, by code and name."""

    def __init__(self, queryset: QuerySet[Subaccount], **kwargs: Any) -> None:
        super().__init__(queryset=queryset, empty_label=_("Choose one"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return str(obj)


def amount_field(label: Any, **more: Any) -> MoneyFormField:
    """An amount in USD."""
    return MoneyFormField(label=label, **more)


def window_field(label: Any = WINDOW) -> forms.ModelChoiceField:
    """A fund window; the general one to begin with."""
    return forms.ModelChoiceField(FundWindow.objects.all(), label=label, initial=GENERAL, empty_label=None)


class InOwnCurrency(forms.CharField):
    """An amount that is cleaned in the currency of a bank account chosen beside it: see `cleaned_amount`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, widget=MoneyWidget, **kwargs)


def cleaned_amount(form: forms.Form, name: str, currency: str) -> Any:
    """The amount of a field in a currency; what is wrong with it stands beside the field."""
    text = form.cleaned_data.get(name)
    if not text:
        return None
    try:
        return MoneyFormField(currency=currency).clean(text)
    except forms.ValidationError as error:
        form.add_error(name, error)
        return None
