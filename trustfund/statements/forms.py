"""As of which day, from which day, up to which head of the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.statements.books import Books, books_at

BEFORE_ALL_BOOKS = MinValueValidator(date(2000, 1, 1))


class PeriodForm(forms.Form):
    """What a statement is of; all of it stands in the address, so that the same address gives the same statement."""

    as_of = forms.DateField(label=_("As of"), required=False, widget=forms.DateInput(attrs={"type": "date"}), validators=[BEFORE_ALL_BOOKS])
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}), validators=[BEFORE_ALL_BOOKS])
    head = forms.IntegerField(
        label=_("Ledger head"), required=False, min_value=0, help_text=_("The number printed on a statement makes it again as it was.")
    )
    act = forms.IntegerField(
        label=_("Act on record"), required=False, min_value=0, help_text=_("Printed beside it: budgets, texts, certification as they were.")
    )

    books: Books

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        as_of = found.get("as_of") or clock.today()
        if found.get("since") and found["since"] > as_of:
            raise ValidationError({"since": _("The period must begin before it ends.")})
        try:
            self.books = books_at(as_of, found.get("head"), act=found.get("act"))
        except ValidationError as error:
            raise ValidationError({error.code or "head": error.messages}) from error
        return found

    @property
    def since_day(self) -> date | None:
        """The first day asked for."""
        day: date | None = self.cleaned_data.get("since")
        return day
