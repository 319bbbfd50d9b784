"""Grids of numbers, and the indicators."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.outcomes import grid
from grants.outcomes.models import Indicator, OutcomeSheet
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
        return f"{cell[1]}|{cell[2]}"

    def label_of(self, cell: grid.Cell) -> str:
        return f"{grid.CATEGORIES[self.table](cell[2]).label}, {Sex(cell[1]).label}"

    def rows(self) -> list[dict[str, Any]]:
        """For the template: each category's label and its bound fields, in the order of the sexes."""
        return [
            {"label": category.label, "fields": [self[self.name_of((self.table, sex.value, category.value))] for sex in Sex]}
            for category in grid.CATEGORIES[self.table]
        ]

    def counts(self) -> dict[grid.Cell, int]:
        """What was typed: every cell that counts somebody."""
        found = {cell: self.cleaned_data.get(self.name_of(cell)) or 0 for cell in grid.cells(self.table)}
        return {cell: number for cell, number in found.items() if number}


class ResultsForm(forms.Form):
    """What each indicator stood at in the end of the period."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    nobody = forms.BooleanField(required=False, label=_("No persons were helped in this period"))

    def __init__(self, *args: Any, sheet: OutcomeSheet, **kwargs: Any) -> None:
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


class IndicatorForm(forms.ModelForm):
    class Meta:
        model = Indicator
        fields = ["text", "counts_persons", "baseline", "target"]


IndicatorFormSet = forms.modelformset_factory(Indicator, form=IndicatorForm, extra=3, max_num=15, validate_max=True, can_delete=False)
