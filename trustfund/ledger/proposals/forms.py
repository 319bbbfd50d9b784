"""Forms of proposals: a window, its purpose, a funding rule, why something is refused."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from trustfund.fields import PercentField
from trustfund.ledger.forms import DateInput
from trustfund.ledger.funding.models import FundingRule


def _purpose() -> forms.CharField:
    return forms.CharField(
        label=_("Purpose"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("What its money is for, in one sentence.")
    )


class WindowForm(forms.Form):
    """A window to open."""

    code = forms.RegexField(
        r"^[a-z][a-z0-9-]{1,18}[a-z0-9]$",
        label=_("Code"),
        help_text=_("Small letters, digits and hyphens, for example safe-haven. It never changes."),
    )
    name = forms.CharField(label=_("Name"), max_length=100)
    purpose = _purpose()


class PurposeForm(forms.Form):
    """Another purpose."""

    purpose = _purpose()


class RuleForm(forms.Form):
    """A funding rule."""

    effective_on = forms.DateField(label=_("Effective on"), widget=DateInput())
    split = forms.ChoiceField(label=_("How the general pool is split"), choices=FundingRule.Split.choices)
    reserve_share = PercentField(label=_("Share of receipts kept as reserve, in percent"), initial=0)


class ReasonForm(forms.Form):
    """Why it is refused."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
