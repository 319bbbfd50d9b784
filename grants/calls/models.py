"""Calls for proposals: what they ask, what they offer and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from grants.calls import permissions
from trustfund import clock
from trustfund.fields import UsdField
from trustfund.ledger.models import GENERAL, FundWindow
from trustfund.money import Money
from trustfund.workflow import Stateful


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CLOSED = "closed", _("Closed")
    DECIDING = "deciding", _("Being decided")
    DECIDED = "decided", _("Decided")
    ARCHIVED = "archived", _("Archived")
    CANCELLED = "cancelled", _("Cancelled")


class Policy(models.TextChoices):
    """When a grant is an expense of the Fund: as its reports are accepted, or as each tranche is due."""

    ADVANCE = "advance", _("As an advance: what is paid is accounted for by reports")
    OUTRIGHT = "outright", _("Outright: each tranche is the organisation’s once its conditions are met")


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, user: Any) -> CallQuerySet:
        """Drafts for the secretariat and the auditor; everything that was ever published for everyone."""
        return self if permissions.sees_all(user) else self.filter(published_at__isnull=False)

    def open_at(self, moment: datetime) -> CallQuerySet:
        """Those that take applications at a moment."""
        return self.filter(state=State.PUBLISHED, opens_at__lte=moment, closes_at__gt=moment)


PUBLISHED_FIELDS = (
    "published_at", "opens_at", "closes_at", "ceiling", "total_available", "min_months", "max_months", "reviewers_per_application",
    "psc_rate", "interim_every_months", "report_due_days", "tag",
)  # fmt: skip


class Call(Stateful, models.Model):
    """One call for proposals. Amounts in USD; moments in UTC; rates are shares of one, caps are percent."""

    title = models.CharField(_("title"), max_length=200)
    reference = models.CharField(
        _("reference"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9][A-Z0-9-]+$", _("Use capital letters, digits and hyphens, for example VTF-2026-1."))],
        help_text=_("Short and for ever: it stands on every letter and in the books. For example VTF-2026-1."),
    )
    state = FSMField(choices=State, default=State.DRAFT, protected=True)
    guidance = models.TextField(
        _("guidance"), blank=True, help_text=_("What the call is for, who can apply, what is funded and what is not.")
    )
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    clarifications_until = models.DateTimeField(_("questions are answered until"), null=True, blank=True)
    ceiling = UsdField(_("most for one grant"), null=True, blank=True)
    floor = UsdField(_("least for one grant"), null=True, blank=True)
    total_available = UsdField(_("available in all"), null=True, blank=True)
    min_months = models.PositiveSmallIntegerField(_("shortest project in months"), null=True, blank=True)
    max_months = models.PositiveSmallIntegerField(_("longest project in months"), null=True, blank=True)
    languages = models.JSONField(_("languages of applications"), default=list, blank=True)
    blind = models.BooleanField(_("reviewers do not see who applies"), default=False)
    reviewers_per_application = models.PositiveSmallIntegerField(_("reviewers for each application"), null=True, blank=True)
    reserve_list = models.BooleanField(_("with a reserve list"), default=True)
    policy = models.CharField(_("how its grants are given"), max_length=10, choices=Policy, default=Policy.ADVANCE)
    window = models.ForeignKey(FundWindow, models.PROTECT, default=GENERAL, related_name="+", verbose_name=_("fund window"))
    tranche_pattern = models.JSONField(_("tranches in percent"), default=list, blank=True)
    accounted_share = models.DecimalField(
        _("share of earlier advances to be accounted for before the next one"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.80"),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
    )
    psc_rate = models.DecimalField(
        _("programme support cost"),
        max_digits=5,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
    )
    overhead_cap_percent = models.DecimalField(
        _("most for overhead, in percent of what is requested"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    interim_every_months = models.PositiveSmallIntegerField(_("an interim report every so many months"), null=True, blank=True)
    report_due_days = models.PositiveSmallIntegerField(_("days to write a report after its period"), null=True, blank=True)
    tag = models.OneToOneField("ledger.Tag", models.PROTECT, null=True, blank=True, related_name="call")
    published_at = models.DateTimeField(null=True, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=clock.now)
    copied_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="copies")

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="call_complete_once_published",
                condition=Q(state__in=[State.DRAFT, State.CANCELLED]) | Q(**{f"{name}__isnull": False for name in PUBLISHED_FIELDS}),
                violation_error_message=_("A published call is complete."),
            ),
            models.CheckConstraint(
                name="call_closes_after_it_opens",
                condition=Q(closes_at__isnull=True) | Q(opens_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                violation_error_message=_("The call must close after it opens."),
            ),
            models.CheckConstraint(
                name="call_ceiling_not_below_floor",
                condition=Q(ceiling__isnull=True) | Q(floor__isnull=True) | Q(ceiling__gte=F("floor")),
                violation_error_message=_("The most for one grant must not be below the least."),
            ),
            models.CheckConstraint(
                name="call_longest_not_below_shortest",
                condition=Q(min_months__isnull=True) | Q(max_months__isnull=True) | Q(max_months__gte=F("min_months")),
                violation_error_message=_("The longest project must not be shorter than the shortest."),
            ),
            models.CheckConstraint(
                name="call_amounts_positive",
                condition=(Q(ceiling__isnull=True) | Q(ceiling__gt=0)) & (Q(total_available__isnull=True) | Q(total_available__gt=0)),
                violation_error_message=_("Amounts must be above zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("calls:detail", args=[self.pk])

    @property
    def manage_url(self) -> str:
        return reverse("calls:manage", args=[self.pk])

    @property
    def deadline(self) -> datetime:
        """The moment at which it closes; only asked of a call that was published (CHECK call_complete_once_published)."""
        assert self.closes_at is not None
        return self.closes_at

    @property
    def funds(self) -> Money:
        """All that it has to give, in USD; only asked of a call that was published."""
        assert self.total_available is not None
        return self.total_available

    @property
    def lengths(self) -> tuple[int, int]:
        """The shortest and the longest project, in months; only asked of a call that was published."""
        assert self.min_months is not None
        assert self.max_months is not None
        return self.min_months, self.max_months

    def is_open(self, moment: datetime | None = None) -> bool:
        """Whether applications are taken at a moment (now): from the opening on, until before the closing second."""
        moment = moment or clock.now()
        if self.state != State.PUBLISHED or self.opens_at is None or self.closes_at is None:
            return False
        return self.opens_at <= moment < self.closes_at

    def is_upcoming(self, moment: datetime | None = None) -> bool:
        """Published, and not open yet."""
        return self.state == State.PUBLISHED and self.opens_at is not None and (moment or clock.now()) < self.opens_at

    def is_over(self, moment: datetime | None = None) -> bool:
        """Whether its deadline has passed, whether or not the clock has closed it already."""
        return self.closes_at is not None and (moment or clock.now()) >= self.closes_at

    @transition(state, source=State.DRAFT, target=State.PUBLISHED, permission=permissions.can_publish)
    def publish(self, *, tag: Any) -> None:
        self.tag, self.published_at = tag, clock.now()

    @transition(state, source=State.PUBLISHED, target=State.PUBLISHED, permission=permissions.can_extend)
    def extend(self, *, closes_at: datetime) -> None:
        self.closes_at = closes_at

    @transition(state, source=State.PUBLISHED, target=State.CLOSED, permission=permissions.can_close)
    def close(self) -> None:
        """The deadline has passed."""

    @transition(state, source=State.CLOSED, target=State.DECIDING, permission=permissions.can_begin_deciding)
    def begin_deciding(self) -> None:
        """The Board sits on it."""

    @transition(state, source=State.DECIDING, target=State.DECIDED, permission=permissions.can_decide)
    def decide(self) -> None:
        """Every application of it has its outcome."""

    @transition(state, source=State.DECIDED, target=State.ARCHIVED, permission=permissions.can_archive)
    def archive(self) -> None:
        """Nothing more happens to it."""

    @transition(state, source=[State.DRAFT, State.PUBLISHED, State.CLOSED], target=State.CANCELLED, permission=permissions.can_cancel)
    def cancel(self) -> None:
        """There will be no grants from it."""


class Extension(models.Model):
    """A later closing date of a published call, with its reason: for everyone, and on record."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="extensions")
    closed_at_before = models.DateTimeField()
    closes_at = models.DateTimeField()
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="extension_is_later", condition=Q(closes_at__gt=F("closed_at_before")))]

    def __str__(self) -> str:
        return f"{self.call_id}: {self.closes_at}"


class Part(models.Model):
    """What the parts of a call share: they are numbered within it from 1 and go with it while it is a draft."""

    number = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True
        ordering = ["number"]


class Question(Part):
    """One question of the application form; its section is a heading that questions share."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        CHOICE = "choice", _("One of several choices")
        YES_NO = "yesno", _("Yes or no")

    call = models.ForeignKey(Call, models.CASCADE, related_name="questions")
    section = models.CharField(_("section"), max_length=120)
    text = models.CharField(_("question"), max_length=500)
    help = models.TextField(_("help"), blank=True)
    kind = models.CharField(_("kind of answer"), max_length=10, choices=Kind, default=Kind.TEXT)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    word_limit = models.PositiveSmallIntegerField(_("most words"), null=True, blank=True)
    required = models.BooleanField(_("must be answered"), default=True)
    identifying = models.BooleanField(_("the answer shows who applies"), default=False)

    class Meta(Part.Meta):
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="question_number_once_per_call")]

    def __str__(self) -> str:
        return self.text


class EligibilityQuestion(Part):
    """One of the yes-or-no questions before anything is typed; the officer decides by the same ones afterwards."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="eligibility_questions")
    text = models.CharField(_("question"), max_length=300)
    passing_answer = models.BooleanField(_("the answer that passes is yes"), default=True)
    advice = models.CharField(_("what we say to those who can't apply"), max_length=300, blank=True)

    class Meta(Part.Meta):
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="eligibility_question_number_once_per_call")]

    def __str__(self) -> str:
        return self.text


class BudgetCategory(Part):
    """A heading of the budget, with the most that it may take of what is requested from the Fund, in percent."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="budget_categories")
    code = models.CharField(_("code"), max_length=10)
    name = models.CharField(_("name"), max_length=120)
    cap_percent = models.DecimalField(
        _("most, in percent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    overhead = models.BooleanField(_("is overhead"), default=False)

    class Meta(Part.Meta):
        verbose_name_plural = "budget categories"
        constraints = [models.UniqueConstraint(fields=["call", "code"], name="budget_category_code_once_per_call")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Criterion(Part):
    """A line of the rubric: its weight in percent (all of a call's add to 100) and what each mark from 1 to 5 means."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="criteria")
    name = models.CharField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    weight = models.PositiveSmallIntegerField(_("weight in percent"), validators=[MinValueValidator(1), MaxValueValidator(100)])
    anchors = models.JSONField(_("what each mark means"), default=dict)

    class Meta(Part.Meta):
        verbose_name_plural = "criteria"
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="criterion_number_once_per_call")]

    def __str__(self) -> str:
        return self.name

    def anchor(self, mark: int) -> str:
        """What a mark of 1 to 5 means here."""
        return str(self.anchors.get(str(mark), ""))


class RequiredDocument(Part):
    """A document that an application brings with it."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="required_documents")
    kind = models.SlugField(_("kind"), max_length=40)
    name = models.CharField(_("name"), max_length=160)
    required = models.BooleanField(_("must be there"), default=True)

    class Meta(Part.Meta):
        constraints = [models.UniqueConstraint(fields=["call", "kind"], name="required_document_kind_once_per_call")]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class FormSection:
    """Questions under one heading: its number in the form from 1, the heading, the questions."""

    number: int
    title: str
    questions: Sequence[Question]

    @property
    def name(self) -> str:
        return f"questions-{self.number}"


def form_sections(questions: Sequence[Question]) -> list[FormSection]:
    """The questions of a call under their headings, in the order in which each heading first comes."""
    by_title: dict[str, list[Question]] = {}
    for question in questions:
        by_title.setdefault(question.section, []).append(question)
    return [FormSection(number, title, grouped) for number, (title, grouped) in enumerate(by_title.items(), 1)]
