"""What a project achieved: counts of persons by the common typology, and the agreement's indicators. Never a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grants.agreements.models import Grant
from grants.outcomes import grid, permissions
from grants.typology import Sex


class Indicator(models.Model):
    """A measure of the agreement: what it was before, what is aimed at."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="indicators")
    number = models.PositiveSmallIntegerField()
    text = models.CharField(_("what is measured"), max_length=300)
    counts_persons = models.BooleanField(_("it counts persons"), default=False, help_text=_("Then it is never published uncontrolled."))
    baseline = models.PositiveIntegerField(_("baseline"), default=0)
    target = models.PositiveIntegerField(_("target"))

    class Meta:
        ordering = ["grant", "number"]
        constraints = [models.UniqueConstraint("grant", "number", name="indicator_number_once_per_grant")]

    def __str__(self) -> str:
        return self.text


class OutcomeSheetQuerySet(models.QuerySet["OutcomeSheet"]):
    def visible_to(self, user: Any) -> OutcomeSheetQuerySet:
        """Of the grants one sees; not for finance, Board, auditors and donors."""
        seen = self.filter(grant__in=Grant.objects.visible_to(user))
        if permissions.holds(user, *permissions.LOOKING):
            return seen
        mine = {"memberships__user_id": getattr(user, "pk", None), "memberships__active": True}
        return seen.filter(**{f"grant__organisation__{name}": value for name, value in mine.items()})


class OutcomeSheet(models.Model):
    """The outcomes of one period of a grant; frozen while its report is with the Fund."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="outcome_sheets")
    period_start = models.DateField()
    period_end = models.DateField()
    frozen = models.BooleanField(default=False)
    nobody = models.BooleanField(_("no persons were helped in this period"), default=False)
    version = models.PositiveIntegerField(default=0)
    marks = models.JSONField(default=dict, help_text="Who wrote each table last: see grants/together.py.")

    objects = OutcomeSheetQuerySet.as_manager()

    class Meta:
        ordering = ["grant", "period_start"]
        constraints = [
            models.CheckConstraint(name="outcome_sheet_ends_after_it_begins", condition=Q(period_end__gte=F("period_start"))),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id}: {self.period_start} – {self.period_end}"

    def as_mapping(self) -> dict[grid.Cell, int]:
        """All counts that are not zero."""
        return {(count.table, count.sex, count.category): count.persons for count in self.counts.all()}

    def problems(self, counts: Mapping[grid.Cell, int] | None = None) -> list[grid.Problem]:
        """What does not add up."""
        return grid.problems(self.as_mapping() if counts is None else counts)


class OutcomeCount(models.Model):
    """One cell of one table: how many persons, at least one."""

    sheet = models.ForeignKey(OutcomeSheet, models.CASCADE, related_name="counts")
    table = models.CharField(max_length=15, choices=grid.Table)
    sex = models.CharField(max_length=10, choices=Sex)
    category = models.CharField(max_length=15)
    persons = models.PositiveIntegerField()

    class Meta:
        ordering = ["sheet", "table", "sex", "category"]
        constraints = [
            models.UniqueConstraint("sheet", "table", "sex", "category", name="outcome_cell_once"),
            models.CheckConstraint(name="outcome_cell_counts_somebody", condition=Q(persons__gt=0, persons__lte=grid.LARGEST)),
        ]

    def __str__(self) -> str:
        return f"{self.table}/{self.sex}/{self.category}: {self.persons}"


class IndicatorResult(models.Model):
    """What an indicator stood at in the end of a period."""

    sheet = models.ForeignKey(OutcomeSheet, models.CASCADE, related_name="results")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="results")
    actual = models.PositiveIntegerField()

    class Meta:
        ordering = ["sheet", "indicator"]
        constraints = [models.UniqueConstraint("sheet", "indicator", name="indicator_result_once_per_sheet")]

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.actual}"
