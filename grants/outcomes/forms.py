"""Grids of numbers, and the indicators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.outcomes import grid
from grants.outcomes.models import OutcomeSheet
from grants.typology import Sex


class TableForm(forms.Form):
    """One table as a grid: a row per category, a column per sex; an empty cell is nobody."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, sheet: OutcomeSheet, table: grid.Table, **kwargs: Any) -> None:
        self.sheet, self.table = sheet, table
        super().__init__(*args, **kwargs)
        saved = sheet.as_mapping()
        self.initial.setdefault("version", sheet.version)
        for cell in grid.cells(table):
            self.fields[self.name_of(cell)] = forms.IntegerField(
                min_value=0, max_value=grid.LARGEST, required=False, initial=saved.get(cell), label=self.label_of(cell)
            )

    @staticmethod
    def name_of(cell: grid.Cell) -> str:
        """The name of a cell's field, of signs that an address may hold: "female-60plus"."""
        return f"{cell[1]}-{cell[2]}".replace("+", "plus")

    def label_of(self, cell: grid.Cell) -> str:
        return f"{grid.CATEGORIES[self.table](cell[2]).label}, {Sex(cell[1]).label}"

    def rows(self) -> list[dict[str, Any]]:
        """For the template: each category's label and its bound fields, in the order of the sexes."""
        return [
            {"label": category.label, "fields": [self[self.name_of((self.table, sex.value, category.value))] for sex in Sex]}
            for category in grid.CATEGORIES[self.table]
        ]

    def ages(self) -> list[int]:
        """How many persons the table by age has of each sex: what the other tables have to agree with."""
        saved = self.sheet.as_mapping()
        return [grid.persons(saved, sex.value) for sex in Sex]

    def differing(self, theirs: Mapping[grid.Cell, int]) -> list[tuple[Any, int, Any]]:
        """(label, what is saved, what was typed) of each cell that differs."""
        mine = self.counts()
        cells = grid.cells(self.table)
        return [(self.label_of(cell), theirs.get(cell, 0), mine.get(cell, 0)) for cell in cells if theirs.get(cell, 0) != mine.get(cell, 0)]

    def counts(self) -> dict[grid.Cell, int]:
        """What was typed: every cell that counts somebody."""
        found = {cell: self.cleaned_data.get(self.name_of(cell)) or 0 for cell in grid.cells(self.table)}
        return {cell: number for cell, number in found.items() if number}


class ResultsForm(forms.Form):
    """What each indicator stood at in the end of the period."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    nobody = forms.BooleanField(required=False, label=_("No persons were helped in this period"))

    def __init__(self, *args: Any, sheet: OutcomeSheet, **kwargs: Any) -> None:
        self.sheet = sheet
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", sheet.version)
        self.initial.setdefault("nobody", sheet.nobody)
        saved = dict(sheet.results.values_list("indicator_id", "actual"))
        for indicator in sheet.grant.indicators.all():
            hint = _("Baseline %(baseline)s, target %(target)s") % {"baseline": indicator.baseline, "target": indicator.target}
            self.fields[f"indicator-{indicator.pk}"] = forms.IntegerField(
                min_value=0, max_value=grid.LARGEST, required=False, label=indicator.text, help_text=hint, initial=saved.get(indicator.pk)
            )

    def results(self) -> dict[int, int | None]:
        """{indicator's primary key: number or None}."""
        names = [name for name in self.fields if name.startswith("indicator-")]
        return {int(name.removeprefix("indicator-")): self.cleaned_data.get(name) for name in names}

    def differing(self) -> list[tuple[Any, Any, Any]]:
        """(indicator, what is saved, what was typed) of each result that differs."""
        saved, mine = dict(self.sheet.results.values_list("indicator_id", "actual")), self.results()
        return [(self.fields[f"indicator-{pk}"].label, saved.get(pk), typed) for pk, typed in mine.items() if saved.get(pk) != typed]


class IndicatorForm(forms.Form):
    text = forms.CharField(label=_("what is measured"), max_length=300)
    counts_persons = forms.BooleanField(label=_("it counts persons"), required=False)
    baseline = forms.IntegerField(label=_("baseline"), min_value=0, max_value=grid.LARGEST, required=False)
    target = forms.IntegerField(label=_("target"), min_value=0, max_value=grid.LARGEST)

    def clean_baseline(self) -> int:
        return self.cleaned_data["baseline"] or 0
