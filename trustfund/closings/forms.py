"""Forms of the closing: why something may stand, what was looked at, why a period is reopened."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trustfund.closings.checks import Status

TEXT = {"rows": 2}


class ReasonsForm(forms.Form):
    """A reason for each item that is open and may stand; cleaned to them by key."""

    def __init__(self, *args: Any, statuses: list[Status], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for status in statuses:
            if status.state == "open":
                label = _("%(item)s: why this may stand") % {"item": status.check.label}
                text = status.found.text if status.found else ""
                field = forms.CharField(label=label, help_text=text, max_length=500, widget=forms.Textarea(attrs=TEXT))
                self.fields[f"reason_{status.key}"] = field

    @property
    def reasons(self) -> dict[str, str]:
        return {name.removeprefix("reason_"): value for name, value in self.cleaned_data.items()}


class NoteForm(forms.Form):
    """What was looked at."""

    note = forms.CharField(label=_("What you looked at, and what you found"), max_length=500, widget=forms.Textarea(attrs=TEXT))


class ReopenForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Why it must be reopened"), max_length=500, widget=forms.Textarea(attrs=TEXT))
