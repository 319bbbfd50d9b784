"""A report: what was done (narrative), what came of it (outcomes), what it cost (a list of transactions by budget line)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from grants.agreements.models import Grant, GrantBudgetLine
from grants.outcomes.models import OutcomeSheet
from grants.reports import permissions
from grants.reviews.models import recused_from
from trustfund import clock
from trustfund.chain import canonical, link
from trustfund.fields import MoneyProperty, UsdField
from trustfund.money import Money, zero
from trustfund.workflow import Stateful


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: Any) -> ReportQuerySet:
        """To the staff who follow grants and to the NGO; a stranger, a donor, a trustee or a reviewer sees none."""
        if permissions.sees_all(user):
            return self.exclude(grant__application__in=recused_from(user))
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(grant__organisation__memberships__user=user, grant__organisation__memberships__active=True)

    def open(self) -> ReportQuerySet:
        """Those the NGO still has to hand in."""
        return self.filter(state__in=Report.WITH_THE_NGO)


class Report(Stateful, models.Model):
    """One report of a grant's calendar: due > draft > submitted > returned > substance accepted > accepted."""

    class Kind(models.TextChoices):
        INTERIM = "interim", _("Interim report")
        FINAL = "final", _("Final report")

    class State(models.TextChoices):
        DUE = "due", _("Due")
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        RETURNED = "returned", _("Returned for correction")
        SUBSTANCE_ACCEPTED = "substance_accepted", _("Substance accepted")
        ACCEPTED = "accepted", _("Accepted")
        CANCELLED = "cancelled", _("Cancelled")

    WITH_THE_NGO = (State.DUE, State.DRAFT, State.RETURNED)
    WITH_THE_FUND = (State.SUBMITTED, State.SUBSTANCE_ACCEPTED)

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="reports")
    sheet = models.OneToOneField(OutcomeSheet, models.PROTECT, related_name="report")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("to"))
    due_on = models.DateField(_("due on"))
    state = FSMField(choices=State, default=State.DUE, protected=True)

    activities = models.TextField(_("What was done"), blank=True, max_length=20_000)
    results = models.TextField(_("What changed for the people helped"), blank=True, max_length=20_000)
    difficulties = models.TextField(_("Difficulties, and how they were met"), blank=True, max_length=20_000)
    updated_plan = models.TextField(_("Changes to the work plan"), blank=True, max_length=20_000)
    version = models.PositiveIntegerField(default=0)
    marks = models.JSONField(default=dict, help_text="Who wrote each part last: see grants/together.py.")
    personal_data_confirmed = models.CharField(max_length=64, blank=True)

    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    content_hash = models.CharField(max_length=64, blank=True)
    return_reason = models.TextField(_("what has to be corrected"), blank=True, max_length=4000)
    substance_accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    substance_accepted_on = models.DateField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    accepted_on = models.DateField(null=True)
    accepted_amount = UsdField(_("accepted expenditure"), default=zero)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["grant", "number"]
        constraints = [
            models.UniqueConstraint("grant", "number", name="report_number_once_per_grant"),
            models.UniqueConstraint("grant", condition=Q(kind="final") & ~Q(state="cancelled"), name="report_final_once_per_grant"),
            models.CheckConstraint(name="report_ends_after_it_begins", condition=Q(period_end__gte=F("period_start"))),
            models.CheckConstraint(
                name="report_accepted_iff_by_whom_and_when",
                condition=Q(state="accepted", accepted_by__isnull=False, accepted_on__isnull=False)
                | (~Q(state="accepted") & Q(accepted_by__isnull=True, accepted_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="report_accepted_by_two_people",
                condition=Q(accepted_by__isnull=True)
                | (Q(substance_accepted_by__isnull=False) & ~Q(accepted_by=F("substance_accepted_by"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant.reference} / {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("reports:detail", args=[self.pk])

    @property
    def is_with_the_ngo(self) -> bool:
        return self.state in self.WITH_THE_NGO

    def overdue_on(self, day: date) -> bool:
        """Derived, never stored: the day has passed and the NGO still has it."""
        return self.is_with_the_ngo and self.due_on < day

    @property
    def is_overdue(self) -> bool:
        return self.overdue_on(clock.today())

    def spent(self) -> Money:
        """The reported expenditure, USD."""
        return self.expenditures.aggregate(sum=Sum("amount"))["sum"] or zero()

    @transition(state, source=State.DUE, target=State.DRAFT, permission=permissions.can_start)
    def start(self) -> None:
        """The first words were written."""

    @transition(state, source=[State.DUE, State.DRAFT, State.RETURNED], target=State.SUBMITTED, permission=permissions.can_submit)
    def submit(self, *, by: Any, at: Any, content_hash: str) -> None:
        self.submitted_at, self.submitted_by, self.content_hash = at, by, content_hash

    @transition(state, source=[State.SUBMITTED, State.SUBSTANCE_ACCEPTED], target=State.RETURNED, permission=permissions.can_return)
    def send_back(self, *, reason: str) -> None:
        self.return_reason = reason
        self.substance_accepted_by, self.substance_accepted_on = None, None

    @transition(state, source=State.SUBMITTED, target=State.SUBSTANCE_ACCEPTED, permission=permissions.can_accept_substance)
    def accept_substance(self, *, by: Any, on: date) -> None:
        self.substance_accepted_on, self.substance_accepted_by = on, by

    @property
    def expenditure_digest(self) -> str:
        """The hash of its rows: budget line, day, amounts, whether disallowed. No words: it is on record once the report is accepted."""
        rows = [
            [each.number, each.budget_line_id, each.date, each.amount.minor, each.local_minor, each.local_currency, each.disallowed]
            for each in sorted(self.expenditures.all(), key=lambda each: each.number)
        ]
        return link("", canonical({"rows": rows}))

    @transition(state, source=State.SUBSTANCE_ACCEPTED, target=State.ACCEPTED, permission=permissions.can_accept)
    def accept(self, *, by: Any, on: date, amount: Money, digest: str) -> None:
        self.accepted_on, self.accepted_by, self.accepted_amount = on, by, amount

    @transition(state, source=[State.DUE, State.DRAFT, State.RETURNED], target=State.CANCELLED, permission=permissions.can_cancel)
    def cancel(self) -> None:
        """The grant ended before this report's period."""


class Wording(models.Model):
    """Words of a draft that don't stand in it: what a colleague wrote over, or what was refused because a colleague was faster.

    Kept so that nobody's words are lost while several write; gone when the report is submitted.
    """

    report = models.ForeignKey(Report, models.PROTECT, related_name="wordings")
    part = models.CharField(max_length=20)
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    refused = models.BooleanField(default=False)

    class Meta:
        ordering = ["report", "part", "-at", "-pk"]
        constraints = [
            models.UniqueConstraint("report", "part", "author", condition=Q(refused=True), name="wording_refused_once_per_author"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}/{self.part}"

    @property
    def label(self) -> str:
        """The name of the part it is about."""
        return str(Report._meta.get_field(self.part).verbose_name)  # type: ignore[union-attr]


class Expenditure(models.Model):
    """One transaction of the NGO: its own document stays with it, only the number is here."""

    report = models.ForeignKey(Report, models.PROTECT, related_name="expenditures")
    number = models.PositiveIntegerField(_("row"))
    budget_line = models.ForeignKey(GrantBudgetLine, models.PROTECT, related_name="expenditures", verbose_name=_("budget line"))
    date = models.DateField(_("date"))
    description = models.CharField(_("what it was for"), max_length=200)
    document_number = models.CharField(_("number of the receipt"), max_length=60)
    amount = UsdField(_("amount in USD"))
    local_minor = models.BigIntegerField(null=True, blank=True)
    local_currency = models.CharField(max_length=3, blank=True)
    local = MoneyProperty("local_minor", "local_currency")
    disallowed = models.BooleanField(_("disallowed"), default=False)
    disallowed_reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering = ["report", "number"]
        constraints = [
            models.UniqueConstraint("report", "number", name="expenditure_row_once_per_report"),
            models.CheckConstraint(name="expenditure_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="expenditure_local_has_currency",
                condition=Q(local_minor__isnull=True, local_currency="") | (Q(local_minor__gt=0) & ~Q(local_currency="")),
            ),
            models.CheckConstraint(
                name="expenditure_disallowed_iff_reason",
                condition=Q(disallowed=False, disallowed_reason="") | (Q(disallowed=True) & ~Q(disallowed_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}/{self.number}"
