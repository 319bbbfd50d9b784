"""Forms of many rows that work without JavaScript: a button adds a row, a box takes one out, empty rows are ignored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _

LIMIT = 200
ADD = "add_row"


class Rows(forms.BaseFormSet):
    """A formset whose `rows()` are the cleaned rows that stay, in their order."""

    def add_fields(self, form: forms.BaseForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove")

    def rows(self) -> list[dict[str, Any]]:
        """Cleaned data of each row that is neither removed nor empty."""
        kept = [form for form in self.forms if form.has_changed() and not self._should_delete_form(form)]
        return [{name: value for name, value in form.cleaned_data.items() if name != "DELETE"} for form in kept]

    def numbers(self) -> list[int]:
        """The number that each row on the page has, from 1, for the rows that `rows()` gives."""
        return [at for at, form in enumerate(self.forms, 1) if form.has_changed() and not self._should_delete_form(form)]


def formset(
    request: HttpRequest,
    form: type[forms.BaseForm],
    initial: Sequence[Mapping[str, Any]],
    *,
    spare: int = 1,
    form_kwargs: Mapping[str, Any] | None = None,
) -> Rows:
    """The rows of a page: on GET the stored ones and `spare` empty ones, on POST what was sent (one more when `adds(request)`)."""
    made = forms.formset_factory(form, formset=Rows, extra=0, can_delete=True, max_num=LIMIT, absolute_max=LIMIT + 1, validate_max=True)
    if request.method == "POST":
        return made(_data(request), form_kwargs=dict(form_kwargs or {}), prefix="rows")
    made.extra = spare
    return made(initial=[dict(row) for row in initial], form_kwargs=dict(form_kwargs or {}), prefix="rows")


def adds(request: HttpRequest) -> bool:
    """Whether the button for one more row was pressed: then nothing is saved yet."""
    return ADD in request.POST


def _data(request: HttpRequest) -> Any:
    """INITIAL_FORMS is set to nought, so that every row counts as new: a row that was cleared is then simply not there."""
    data = request.POST.copy()
    total = data.get("rows-TOTAL_FORMS", "")
    data["rows-INITIAL_FORMS"] = "0"
    if adds(request) and total.isdigit():
        data["rows-TOTAL_FORMS"] = str(min(int(total) + 1, LIMIT))
    return data
