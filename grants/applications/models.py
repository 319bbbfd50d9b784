"""Applications: one organisation's answer to one call, from the draft to what became of it."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from grants import typology
from grants.applications import budget, permissions, visibility
from grants.calls.models import BudgetCategory, Call, Question, RequiredDocument
from ngos.organisations.models import Organisation
from trustfund import clock, countries
from trustfund.fields import UsdField
from trustfund.files.models import StoredFile
from trustfund.money import Money, zero
from trustfund.workflow import Stateful

USER = settings.AUTH_USER_MODEL


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    CLARIFICATION_ASKED = "clarification_asked", _("Clarification asked")
    ELIGIBLE = "eligible", _("Eligible")
    INELIGIBLE = "ineligible", _("Not eligible")
    IN_REVIEW = "in_review", _("In review")
    REVIEWED = "reviewed", _("Reviewed")
    SHORTLISTED = "shortlisted", _("Shortlisted")
    RECOMMENDED = "recommended", _("Recommended")
    RESERVE = "reserve", _("On the reserve list")
    NOT_SELECTED = "not_selected", _("Not selected")
    AWARDED = "awarded", _("Awarded")
    LAPSED = "lapsed", _("Reserve list ended")
    WITHDRAWN = "withdrawn", _("Withdrawn")


UNSENT = (State.DRAFT, State.WITHDRAWN)
UNDECIDED = (State.SUBMITTED, State.CLARIFICATION_ASKED, State.ELIGIBLE, State.IN_REVIEW, State.REVIEWED, State.SHORTLISTED)
# What the NGO reads: the Board's work behind the door is one thing to it until it is decided and its letter is written.
OUTWARD = {
    State.REVIEWED: State.IN_REVIEW,
    State.SHORTLISTED: State.IN_REVIEW,
}


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: Any) -> ApplicationQuerySet:
        """The NGO's own; submitted ones for the secretariat and the auditor; what later rooms add, less who is recused."""
        condition = visibility.condition(user)
        return self.none() if condition is None else self.filter(condition)

    def with_requested(self) -> ApplicationQuerySet:
        """Each row with `requested_sum`: Money or None; `requested` then asks no query."""
        return self.annotate(requested_sum=Sum("lines__requested"))


class Application(Stateful, models.Model):
    """One organisation's application to one call. Moments in UTC; months count from `starts_on`."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="applications")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="applications")
    reference = models.CharField(_("reference"), max_length=60, unique=True)
    state = FSMField(choices=State, default=State.DRAFT, protected=True)
    title = models.CharField(_("title of the project"), max_length=200, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    country_of_work = models.CharField(_("country of the project"), max_length=2, blank=True, validators=[countries.validate])
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(120)])
    partners = models.TextField(_("partners in the project"), blank=True)
    no_other_funding = models.BooleanField(_("there is no other funding for this project"), default=False)
    eligibility = models.JSONField(default=dict)  # the answers before the start, by number of the question
    started_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=clock.now)
    declared_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    declared_at = models.DateTimeField(null=True)
    privacy_digest = models.CharField(max_length=64, blank=True)
    privacy_confirmed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    version = models.PositiveSmallIntegerField(default=0)
    submitted_at = models.DateTimeField(_("submitted"), null=True)
    submitted_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    content_hash = models.CharField(max_length=64, blank=True)
    receipt_number = models.CharField(max_length=80, blank=True)
    screened_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    screened_at = models.DateTimeField(null=True)
    reasons = models.TextField(_("reasons"), blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "organisation"], condition=~Q(state=State.WITHDRAWN), name="application_one_per_organisation_and_call"
            ),
            models.CheckConstraint(
                name="application_sent_with_receipt",
                condition=Q(state__in=UNSENT)
                | (Q(submitted_at__isnull=False, submitted_by__isnull=False, version__gt=0) & ~Q(content_hash="") & ~Q(receipt_number="")),
            ),
            models.CheckConstraint(
                name="application_screened_by_somebody",
                condition=Q(state__in=[*UNSENT, State.SUBMITTED, State.CLARIFICATION_ASKED])
                | Q(screened_by__isnull=False, screened_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}".strip()

    def get_absolute_url(self) -> str:
        return reverse("applications:detail", args=[self.pk])

    @cached_property
    def requested(self) -> Money:
        """What is asked of the Fund: the sum of the budget lines, in USD; kept on the object until it is read again."""
        known = self.__dict__.get("requested_sum", self)
        return (self.lines.aggregate(sum=Sum("requested"))["sum"] if known is self else known) or zero()

    @property
    def country_name(self) -> str:
        """The country of the project in the reader's language."""
        return countries.name(self.country_of_work) if self.country_of_work else ""

    @property
    def outward_state(self) -> str:
        """The state as the NGO is told it."""
        return OUTWARD.get(State(self.state), State(self.state))

    def get_outward_state_display(self) -> str:
        return str(State(self.outward_state).label)

    @transition(state, source=State.DRAFT, target=State.SUBMITTED, permission=permissions.can_submit)
    def submit(self, *, at: datetime, version: int, submitter: Any, content_hash: str) -> None:
        self.submitted_at, self.submitted_by, self.version = at, submitter, version
        self.content_hash, self.receipt_number = content_hash, f"{self.reference}-R{version}"

    @transition(state, source=[State.DRAFT, *UNDECIDED], target=State.WITHDRAWN, permission=permissions.can_withdraw)
    def withdraw(self) -> None:
        """The NGO takes it back."""

    @transition(state, source=State.WITHDRAWN, target=State.DRAFT, permission=permissions.can_resume)
    def resume(self) -> None:
        """It is a draft again; what was submitted before stays on record as its own version."""
        self.screened_by = self.screened_at = None
        self.reasons = ""

    @transition(state, source=State.SUBMITTED, target=State.CLARIFICATION_ASKED, permission=permissions.can_ask_clarification)
    def ask_clarification(self) -> None:
        """Something must be explained before its eligibility can be decided."""

    @transition(state, source=State.CLARIFICATION_ASKED, target=State.SUBMITTED, permission=permissions.can_answer_clarification)
    def answer_clarification(self) -> None:
        """The NGO explained it."""

    @transition(state, source=State.SUBMITTED, target=State.ELIGIBLE, permission=permissions.can_screen)
    def find_eligible(self, *, at: datetime, screener: Any) -> None:
        self.screened_at, self.screened_by = at, screener

    @transition(state, source=State.SUBMITTED, target=State.INELIGIBLE, permission=permissions.can_screen)
    def find_ineligible(self, *, at: datetime, screener: Any, reasons: str) -> None:
        self.screened_at, self.screened_by, self.reasons = at, screener, reasons

    @transition(state, source=State.ELIGIBLE, target=State.IN_REVIEW, permission=permissions.can_take_into_review)
    def take_into_review(self) -> None:
        """Its reviewers have been named."""

    @transition(state, source=State.IN_REVIEW, target=State.REVIEWED, permission=permissions.can_mark_reviewed)
    def mark_reviewed(self) -> None:
        """The last of its reviews is in."""

    @transition(state, source=State.REVIEWED, target=State.IN_REVIEW, permission=permissions.can_return_to_review)
    def return_to_review(self) -> None:
        """A review of it was opened again."""

    @transition(state, source=State.REVIEWED, target=State.SHORTLISTED, permission=permissions.can_select)
    def shortlist(self) -> None:
        """It goes to the Board."""

    @transition(state, source=[State.REVIEWED, State.SHORTLISTED], target=State.RECOMMENDED, permission=permissions.can_select)
    def recommend(self) -> None:
        """The Board recommends it."""

    @transition(state, source=State.RESERVE, target=State.RECOMMENDED, permission=permissions.can_select)
    def promote(self) -> None:
        """It moves up from the reserve list."""

    @transition(state, source=[State.REVIEWED, State.SHORTLISTED], target=State.RESERVE, permission=permissions.can_select)
    def reserve(self) -> None:
        """It waits in case another falls out."""

    @transition(
        state, source=[State.REVIEWED, State.SHORTLISTED, State.RECOMMENDED], target=State.NOT_SELECTED, permission=permissions.can_select
    )
    def decline(self) -> None:
        """It was not selected."""

    @transition(state, source=State.RECOMMENDED, target=State.AWARDED, permission=permissions.can_award)
    def award(self) -> None:
        """The fund manager approved the award."""

    @transition(state, source=State.RESERVE, target=State.LAPSED, permission=permissions.can_lapse)
    def lapse(self) -> None:
        """The reserve list ended without its turn."""


class Section(models.Model):
    """A section of the form that is saved as a whole: its version, so that two people at once never lose words."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="sections")
    name = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "name"], name="section_once_per_application")]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.name} {self.version}"


class Presence(models.Model):
    """Where a colleague was last seen in a draft."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="presences")
    user = models.ForeignKey(USER, models.CASCADE, related_name="+")
    section = models.CharField(max_length=40)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "user"], name="presence_once_per_person")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.section}"


class Answer(models.Model):
    """The text under one question, and how often it was saved."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    run_from = models.PositiveIntegerField(default=1)  # the first version of those that its last author saved without a break

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "question"], name="answer_once_per_question")]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.version}"


class AnswerConflict(models.Model):
    """Two wrote the same answer at once: both texts, until somebody merged them."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="conflicts")
    question = models.ForeignKey(Question, models.PROTECT, related_name="+")
    text = models.TextField(blank=True)  # the one that came second
    author = models.ForeignKey(USER, models.PROTECT, related_name="+")
    theirs = models.TextField(blank=True)  # the one that stood already
    theirs_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    merged_at = models.DateTimeField(null=True)
    merged_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.author_id} and {self.theirs_by_id}"


class BudgetLine(models.Model):
    """One line of the budget: amount = quantity x unit cost, rounded half to even to the cent; USD."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="lines")
    number = models.PositiveSmallIntegerField()
    category = models.ForeignKey(BudgetCategory, models.PROTECT, related_name="+")
    description = models.CharField(_("description"), max_length=300)
    unit = models.CharField(_("unit"), max_length=40)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=3)
    unit_cost = UsdField(_("cost of one"))
    amount = UsdField(_("amount"))
    requested = UsdField(_("requested from the Fund"))

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="budget_line_number_once"),
            models.CheckConstraint(name="budget_line_quantity_positive", condition=Q(quantity__gt=0, unit_cost__gte=0, requested__gte=0)),
            models.CheckConstraint(name="budget_line_requested_within_amount", condition=Q(requested__lte=models.F("amount"))),
        ]

    def __str__(self) -> str:
        return self.description

    @property
    def is_rounded(self) -> bool:
        """Whether quantity x unit cost had fractions of a cent."""
        return budget.is_rounded(self.quantity, self.unit_cost)


class WorkPlanItem(models.Model):
    """An activity, what comes of it, and in which months of the project it runs (1 is the first)."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="plan")
    number = models.PositiveSmallIntegerField()
    activity = models.CharField(_("activity"), max_length=300)
    result = models.CharField(_("result"), max_length=300, blank=True)
    from_month = models.PositiveSmallIntegerField(_("from month"), validators=[MinValueValidator(1)])
    to_month = models.PositiveSmallIntegerField(_("to month"), validators=[MinValueValidator(1)])

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="plan_item_number_once"),
            models.CheckConstraint(
                name="plan_item_ends_after_it_begins", condition=Q(from_month__gte=1, to_month__gte=models.F("from_month"))
            ),
        ]

    def __str__(self) -> str:
        return self.activity


class ExpectedBeneficiaries(models.Model):
    """How many persons of one category of the typology the project expects to help: a count, never a person."""

    class Axis(models.TextChoices):
        SEX_AGE = "sex_age", _("Sex and age")
        EXPLOITATION = "exploitation", _("Form of exploitation")
        MOVEMENT = "movement", _("Movement")
        SERVICE = "service", _("Help given")

    application = models.ForeignKey(Application, models.CASCADE, related_name="beneficiaries")
    axis = models.CharField(max_length=20, choices=Axis)
    sex = models.CharField(max_length=10, blank=True, choices=typology.Sex)
    age_band = models.CharField(max_length=10, blank=True, choices=typology.AgeBand)
    category = models.CharField(max_length=20, blank=True)  # of the axis, when it is not sex and age
    persons = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "axis", "sex", "age_band", "category"], name="expected_beneficiaries_once"),
            models.CheckConstraint(
                name="expected_beneficiaries_one_axis",
                condition=(Q(axis="sex_age", category="") & ~Q(sex="") & ~Q(age_band=""))
                | (Q(axis__in=["exploitation", "movement", "service"], sex="", age_band="") & ~Q(category="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.axis} {self.sex}{self.age_band}{self.category}: {self.persons}"


class OtherFunding(models.Model):
    """Money for the same project from elsewhere, asked for or given: so that nothing is paid for twice."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="other_funding")
    number = models.PositiveSmallIntegerField()
    funder = models.CharField(_("who gives it"), max_length=200)
    purpose = models.CharField(_("what for"), max_length=300)
    amount = UsdField(_("amount"))
    received = models.BooleanField(_("granted already"), default=False)
    same_costs = models.BooleanField(_("pays for costs of this budget"), default=False)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="other_funding_number_once")]

    def __str__(self) -> str:
        return self.funder


class ApplicationDocument(models.Model):
    """A document that came with the application, under one of the kinds that the call asks for."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="documents")
    required = models.ForeignKey(RequiredDocument, models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    added_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["required__number", "pk"]

    def __str__(self) -> str:
        return str(self.required_id)
