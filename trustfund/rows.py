"""Forms of many rows that work without JavaScript: a button adds a row, a box takes one out, empty rows are ignored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
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
        return [{name: value for name, value in form.cleaned_data.items() if name != "DELETE"} for _number, form in self._kept()]

    def numbers(self) -> list[int]:
        """The number that each row on the page has, from 1, for the rows that `rows()` gives."""
        return [number for number, _form in self._kept()]

    def refuse(self, error: ValidationError) -> None:
        """Say above the rows why they were not saved."""
        self._non_form_errors = self.error_class(error.messages)

    def _kept(self) -> list[tuple[int, forms.Form]]:
        gone = self.deleted_forms
        return [(number, form) for number, form in enumerate(self.forms, 1) if form.has_changed() and form not in gone]


def of(form: type[forms.BaseForm], *, most: int, spare: int = 0, **kwargs: Any) -> Rows:
    """The rows of a form class, at most `most`, and `spare` empty ones; each can be taken out. `kwargs` as for a formset."""
    made = forms.formset_factory(form, formset=Rows, extra=spare, can_delete=True, max_num=most, absolute_max=most + 1, validate_max=True)
    return cast(Rows, made(prefix="rows", **kwargs))


def sent(data: QueryDict) -> QueryDict:
    """What was sent, with INITIAL_FORMS nought: every row counts as new, so that a row that was cleared is then simply not there."""
    copy = data.copy()
    copy["rows-INITIAL_FORMS"] = "0"
    return copy


def formset(
    request: HttpRequest,
    form: type[forms.BaseForm],
    initial: Sequence[Mapping[str, Any]],
    *,
    spare: int = 1,
    form_kwargs: Mapping[str, Any] | None = None,
) -> Rows:
    """The rows of a page: on GET the stored ones and `spare` empty ones, on POST what was sent (one more when `adds(request)`)."""
    shared = dict(form_kwargs or {})
    if request.method == "POST":
        return of(form, most=LIMIT, data=_data(request, form(**shared)), form_kwargs=shared)
    return of(form, most=LIMIT, spare=spare, initial=[dict(row) for row in initial], form_kwargs=shared)


def adds(request: HttpRequest) -> bool:
    """Whether the button for one more row was pressed: then nothing is saved yet."""
    return ADD in request.POST


def _data(request: HttpRequest, blank: forms.BaseForm) -> QueryDict:
    """What was sent, with one more row where that was asked for."""
    data = sent(request.POST)
    total = str(data.get("rows-TOTAL_FORMS", ""))
    if adds(request) and total.isdecimal() and int(total) < LIMIT:
        data["rows-TOTAL_FORMS"] = str(int(total) + 1)
        data.update({f"rows-{total}-{name}": value for name, value in _defaults(blank).items()})
    return data


def _defaults(blank: forms.BaseForm) -> dict[str, str]:
    """What an empty row begins with, as a browser would send it: a row that is added must not lose a box that is ticked by default."""
    given = {name: blank[name].initial for name in blank.fields}
    return {name: "on" if value is True else str(value) for name, value in given.items() if value not in (None, "", False)}
