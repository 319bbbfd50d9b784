"""Forms of the auditor's desk."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.auditor import populations
from trustfund.auditor.models import Result, Sample
from trustfund.ledger.chart import CHART
from trustfund.ledger.forms import DateInput
from trustfund.ledger.models import Account

MOST = 1000
"""Items in one sample: nobody looks at more."""


class SpanForm(forms.Form):
    """A period, this year by default, and the head up to which the books count."""

    since = forms.DateField(label=_("From"), widget=DateInput())
    until = forms.DateField(label=_("To"), widget=DateInput())
    head = forms.IntegerField(label=_("Ledger head"), required=False, min_value=1, help_text=_("The newest, if you leave it empty."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        today = clock.today()
        kwargs["initial"] = {"since": today.replace(month=1, day=1), "until": today, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class PackForm(SpanForm):
    """An audit pack."""


class RangeForm(forms.Form):
    """From a seal to a seal; everything without them."""

    first = forms.IntegerField(label=_("From seal"), required=False, min_value=1)
    last = forms.IntegerField(label=_("To seal"), required=False, min_value=1)


class SampleForm(SpanForm):
    """How a sample is drawn, and from what."""

    method = forms.ChoiceField(label=_("Method"), choices=Sample.Method.choices, initial=Sample.Method.MONETARY)
    population = forms.ChoiceField(label=_("Of what"), choices=Sample.Population.choices, initial=Sample.Population.ENTRIES)
    account = forms.ChoiceField(label=_("Account, for lines"), required=False)
    source = forms.ChoiceField(label=_("Act, for entries of one kind of act"), required=False)
    size = forms.IntegerField(label=_("Size"), min_value=1, max_value=MOST, initial=25)
    seed = forms.RegexField(
        r"^[A-Za-z0-9-]{1,64}$",
        label=_("Seed"),
        required=False,
        help_text=_("Letters, digits and hyphens. One is made and printed, if you leave it empty."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("account", [(each.code, f"{each.code} {each.label}") for each in CHART])
        self._offer("source", [(each, each) for each in populations.sources()])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = [("", "–"), *choices]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("population")
        if kind == Sample.Population.LINES and not cleaned.get("account"):
            self.add_error("account", ValidationError(_("Choose the account whose lines are sampled.")))
        if kind == Sample.Population.SOURCE and not cleaned.get("source"):
            self.add_error("source", ValidationError(_("Choose the act whose entries are sampled.")))
        code = cleaned.get("account") if kind == Sample.Population.LINES else ""
        cleaned["account"] = Account.objects.filter(code=code).first() if code else None
        cleaned["source"] = cleaned.get("source", "") if kind == Sample.Population.SOURCE else ""
        return cleaned


class ResultForm(forms.Form):
    """What was found of an item."""

    verdict = forms.ChoiceField(label=_("Result"), choices=Result.Verdict.choices)
    text = forms.CharField(label=_("Note"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
