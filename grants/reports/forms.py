"""What the NGO writes, what finance judges, and the upload of a filled-in list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from grants.applications.forms import expect
from grants.reports.actions import NARRATIVE, NEEDED
from grants.reports.models import Expenditure, Report
from grants.reports.rows import MOST_ROWS, RowForm
from trustfund import rows

SPARE = 5
"""Empty rows at the end of the list."""


class NarrativeForm(forms.ModelForm):
    """The report's words; `version` is what was read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    class Meta:
        model = Report
        fields = NARRATIVE
        widgets = {
            "activities": forms.Textarea(attrs={"rows": 10, "data-word-limit": 1500}),
            "results": forms.Textarea(attrs={"rows": 10, "data-word-limit": 1500}),
            "difficulties": forms.Textarea(attrs={"rows": 6, "data-word-limit": 800}),
            "updated_plan": forms.Textarea(attrs={"rows": 6, "data-word-limit": 800}),
        }
        help_texts = {
            "activities": _(
                "Write about the work, never about a person who could be recognised: "
                "no names, dates of birth, addresses or places of shelters."
            ),
            "results": _("What is different now. Numbers of people belong into the tables of outcomes."),
            "updated_plan": _("Leave this empty when the plan stays as it was."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        for name in NARRATIVE:
            self.fields[name].strip = False  # type: ignore[attr-defined]  # they are all CharFields
            self.fields[name].widget.attrs.pop("maxlength", None)  # a paste is never cut
        expect(self, NEEDED)

    def _post_clean(self) -> None:
        """Nothing is put on the report here: the action does that, after it has looked at the version."""

    def texts(self) -> dict[str, str]:
        """What was sent; autosave sends only what changed."""
        return {name: self.cleaned_data[name].replace("\r\n", "\n") for name in NARRATIVE if name in self.data}


def expenditure_rows(report: Report, lines: Iterable[Any], data: QueryDict | None = None) -> rows.Rows:
    """The list of transactions as rows of a form: what is stored and some empty ones, or what was sent."""
    shared = {"lines": list(lines)}
    if data is not None:
        return rows.of(RowForm, most=MOST_ROWS, data=rows.sent(data), form_kwargs=shared)
    stored = [_initial(each) for each in report.expenditures.order_by("number")]
    return rows.of(RowForm, most=MOST_ROWS, spare=SPARE, initial=stored, form_kwargs=shared)


def _initial(each: Expenditure) -> dict[str, Any]:
    typed = {name: getattr(each, name) for name in ("date", "description", "document_number", "amount", "local_currency")}
    return {**typed, "budget_line": each.budget_line_id, "local_amount": each.local}


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("The filled-in list (XLSX or CSV)"), help_text=_("It replaces the whole list. Nothing is saved when a row is wrong.")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class SendBackForm(forms.Form):
    reason = forms.CharField(
        label=_("What has to be corrected"),
        help_text=_("The NGO reads this. Never write about a person who could be recognised."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs.pop("maxlength", None)


class AcceptForm(forms.Form):
    """Finance: a reason beside each row that is disallowed; an empty one accepts the row. `seen` is the version that is judged."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = report.content_hash
        self.rows = list(report.expenditures.select_related("budget_line"))
        for row in self.rows:
            label = _("Row %(number)s: disallow, because") % {"number": row.number}
            self.fields[f"row-{row.pk}"] = forms.CharField(required=False, max_length=300, label=label)
            self.fields[f"row-{row.pk}"].widget.attrs.pop("maxlength", None)

    def pairs(self) -> list[tuple[Expenditure, forms.BoundField]]:
        """Each row with its field, for the template."""
        return [(row, self[f"row-{row.pk}"]) for row in self.rows]

    def disallowed(self) -> dict[int, str]:
        """{primary key: reason} of what is disallowed."""
        return {row.pk: reason for row in self.rows if (reason := self.cleaned_data[f"row-{row.pk}"].strip())}
