"""Forms about pledges and agreements."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from donors.donors.models import Donor
from donors.fields import currencies, day_field, earmark_field, psc_field
from donors.pledges.models import Instalment
from trustfund import clock
from trustfund.fields import MoneyFormField
from trustfund.files.forms import DocumentField
from trustfund.money import CURRENCIES, Money

ROWS = 8
"""How many instalments the form offers at once."""


class AnnounceForm(forms.Form):
    """What a donor announced, with its expected instalments."""

    donor = forms.ModelChoiceField(Donor.objects.order_by("name"), label=_("Donor"))
    on = day_field(_("Announced on"))
    currency = forms.ChoiceField(label=_("Currency"), choices=currencies, initial="USD")
    amount = MoneyFormField(label=_("Amount in all"))
    psc_rate = psc_field()
    earmark = earmark_field()
    condition = forms.CharField(
        label=_("Condition"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Only if the money must be given back when something is not done. Left empty, the pledge is unconditional."),
    )
    expires_on = day_field(_("To be spent by"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.data.get(self.add_prefix("currency"), "USD")
        currency = (code if code in CURRENCIES else "USD") if self.is_bound else ""  # shown beside the amount once it is chosen
        self.fields["on"].initial = clock.today
        amount: Any = self.fields["amount"]
        amount.currency = currency
        for number in range(1, ROWS + 1):
            self.fields[f"due_{number}"] = day_field(_t("Instalment %(number)s due on") % {"number": number}, required=False)
            self.fields[f"part_{number}"] = MoneyFormField(
                currency=currency, required=False, label=_t("Instalment %(number)s, amount") % {"number": number}
            )

    def main_fields(self) -> list[Any]:
        """The bound fields above the schedule."""
        return [field for field in self if not field.name.startswith(("due_", "part_"))]

    def schedule(self) -> list[tuple[int, Any, Any]]:
        """(number, due date, amount) as bound fields, row by row."""
        return [(number, self[f"due_{number}"], self[f"part_{number}"]) for number in range(1, ROWS + 1)]

    def clean(self) -> dict[str, Any]:
        """Gather the rows; one row without an amount is the whole pledge."""
        data = super().clean() or {}
        rows = [(data.pop(f"due_{number}", None), data.pop(f"part_{number}", None)) for number in range(1, ROWS + 1)]
        filled = [(due, part) for due, part in rows if due or part]
        if not filled:
            raise ValidationError({"due_1": _("Say when the money is expected: at least one instalment with its due date.")})
        if len(filled) == 1 and filled[0][1] is None:
            filled = [(filled[0][0], data.get("amount"))]
        if any(due is None or part is None for due, part in filled) and not self.errors:
            raise ValidationError(_("Each instalment needs a due date and an amount."))
        data.pop("currency", None)
        data["instalments"] = filled
        return data

    def terms(self) -> dict[str, Any]:
        """What `actions.announce` takes beside the donor."""
        return {key: value for key, value in self.cleaned_data.items() if key != "donor"}


class SignForm(forms.Form):
    """The signed agreement."""

    on = day_field(_("Signed on"))
    document = DocumentField(label=_("The signed agreement"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": clock.today()})
        super().__init__(*args, **kwargs)


class DayForm(forms.Form):
    """The day of an act."""

    on = day_field(_("Date"))

    def __init__(self, *args: Any, day: date | None = None, label: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": day or clock.today()})
        super().__init__(*args, **kwargs)
        if label:
            self.fields["on"].label = label


class ReduceForm(forms.Form):
    """What the donor and the Fund agreed to take away, with the document."""

    on = day_field(_("Agreed on"))
    amount = MoneyFormField(label=_("Reduced by"))
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    document = DocumentField(label=_("The amendment"))

    def __init__(self, *args: Any, instalment: Instalment, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": clock.today()})
        super().__init__(*args, **kwargs)
        amount: Any = self.fields["amount"]
        amount.currency = instalment.pledge.currency
        amount.label = _t("Reduced by, %(currency)s") % {"currency": instalment.pledge.currency}


class KeepForm(forms.Form):
    """The donor's consent to keep what is left after the end, with its document."""

    on = day_field(_("Consented on"))
    general = forms.ChoiceField(
        label=_("What may it be used for?"),
        choices=[("", _("For what it was given")), ("1", _("For any purpose of the Fund"))],
        required=False,
        widget=forms.RadioSelect,
    )
    document = DocumentField(label=_("The donor’s consent"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": clock.today(), "general": ""})
        super().__init__(*args, **kwargs)

    def clean_general(self) -> bool:
        """Whether it may be used for any purpose."""
        return bool(self.cleaned_data["general"])


def whole(amount: Money, due_on: date) -> list[tuple[date, Money]]:
    """The schedule of a pledge in one instalment."""
    return [(due_on, amount)]
