"""As of which day, and up to which head, the books are looked at: chosen once, it stands in the address and is carried along by links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.ledger.forms import DateInput
from trustfund.ledger.models import Seal

KEYS = ("as_of", "head")


class PointForm(forms.Form):
    """A day, and a head of the ledger as printed on statements; the newest without them."""

    as_of = forms.DateField(label=_("As of"), required=False, widget=DateInput())
    head = forms.IntegerField(label=_("Ledger head"), required=False, min_value=0)

    def clean_head(self) -> int | None:
        head: int | None = self.cleaned_data["head"]
        if head is not None and not Seal.objects.filter(seq=head).exists():
            raise ValidationError(_("The books have no seal number %(number)s."), params={"number": head})
        return head


@dataclass(frozen=True)
class Point:
    """A chosen day and head; None is the newest. `form` shows them, with what was wrong in the address."""

    form: PointForm
    as_of: date | None = None
    head: int | None = None

    @property
    def day(self) -> date:
        return self.as_of or clock.today()

    @property
    def chosen(self) -> bool:
        return self.as_of is not None or self.head is not None

    @property
    def valid(self) -> bool:
        return self.form.is_valid()

    @property
    def query(self) -> str:
        """As it stands in addresses."""
        return urlencode({key: value for key, value in (("as_of", self.as_of), ("head", self.head)) if value is not None})

    def at(self, address: str) -> str:
        """An address of ours with the same day and head."""
        if not self.query:
            return address
        path, mark, anchor = address.partition("#")
        return f"{path}{'&' if '?' in path else '?'}{self.query}{mark}{anchor}"

    @property
    def seal(self) -> Seal | None:
        """The head that was chosen."""
        return Seal.objects.filter(seq=self.head).first() if self.head is not None else None

    def within(self, rows: QuerySet[Any], day: str = "date", seal: str = "seal") -> QuerySet[Any]:
        """Those of the rows that were there: dated not after the day, sealed not after the head."""
        rows = rows if self.as_of is None else rows.filter(**{f"{day}__lte": self.as_of})
        return rows if self.head is None else rows.filter(**{f"{seal}__lte": self.head})


def point_of(request: HttpRequest) -> Point:
    """The point that stands in an address; what is wrong there counts as the newest, and the form says so."""
    form = PointForm(request.GET)
    form.is_valid()
    return Point(form, form.cleaned_data.get("as_of"), form.cleaned_data.get("head"))
