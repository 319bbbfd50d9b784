"""The grant: an award with its money certified, its agreement signed by both sides, its plan, and how much of it may be published."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from grants.agreements import permissions, plan
from grants.calls.models import Policy
from grants.reviews.models import recused_from
from ngos.organisations.models import Membership
from trustfund import clock, countries
from trustfund.chain import canonical, link
from trustfund.fields import UsdField
from trustfund.ledger.funding.models import Reservation
from trustfund.ledger.models import GENERAL, FundWindow, Subaccount
from trustfund.people.roles import Role, holds
from trustfund.workflow import Stateful

PERSON = settings.AUTH_USER_MODEL


class State(models.TextChoices):
    APPROVED = "approved", _("Approved")
    CERTIFIED = "certified", _("Funds certified")
    OFFERED = "offered", _("Offered")
    SIGNED = "signed", _("Signed by the NGO")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    REPORTING_CLOSED = "reporting_closed", _("Reporting closed")
    CLOSED = "closed", _("Financially closed")
    TERMINATED = "terminated", _("Terminated")
    DECLINED = "declined", _("Declined")
    LAPSED = "lapsed", _("Lapsed")


IN_FORCE = (State.ACTIVE, State.SUSPENDED, State.REPORTING_CLOSED, State.CLOSED, State.TERMINATED)
"""The states of a grant whose agreement both sides signed."""

UNRESERVED = (State.APPROVED, State.DECLINED, State.LAPSED)


class Publication(models.TextChoices):
    """How much of a grant the public and the donors may read, from most to least."""

    FULL = "full", _("The NGO, its country and the project")
    COUNTRY = "country", _("The country only; the NGO is not named")
    UNNAMED = "unnamed", _("Neither the NGO nor the country")


class GrantQuerySet(models.QuerySet["Grant"]):
    def visible_to(self, user: Any) -> GrantQuerySet:
        """All for staff who look after money or NGOs; in force for trustees; their own, once offered, for members of an NGO.

        None of an application that the staff or the trustee is recused from.
        """
        if permissions.sees_all(user):
            return self.exclude(application__in=recused_from(user))
        if not getattr(user, "is_authenticated", False):
            return self.none()
        mine = Q(organisation__in=Membership.objects.filter(user=user, active=True).values("organisation"), offered_on__isnull=False)
        if holds(user, Role.TRUSTEE):
            mine |= Q(state__in=IN_FORCE) & ~Q(application__in=recused_from(user))
        return self.filter(mine)


class Grant(Stateful):
    """One award, from the fund manager's approval to its financial closing; amounts in USD."""

    application = models.OneToOneField("grants.Application", models.PROTECT, related_name="grant")
    organisation = models.ForeignKey("ngos.Organisation", models.PROTECT, related_name="grants")
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=250)
    country = models.CharField(_("country of work"), max_length=2, validators=[countries.validate])
    state = FSMField(_("state"), choices=State, default=State.APPROVED, protected=True)
    amount = UsdField(_("amount"))
    policy = models.CharField(_("how it is given"), max_length=10, choices=Policy, default=Policy.ADVANCE)
    window = models.ForeignKey(FundWindow, models.PROTECT, default=GENERAL, related_name="+", verbose_name=_("fund window"))
    months = models.PositiveSmallIntegerField(_("months"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    psc_rate = models.DecimalField(_("programme support cost rate"), max_digits=5, decimal_places=4, default=Decimal(0))
    accounted_share = models.DecimalField(_("share of earlier advances to be accounted for"), max_digits=5, decimal_places=4)
    publication = models.CharField(_("publication"), max_length=10, choices=Publication, default=Publication.UNNAMED)
    subaccount = models.OneToOneField(Subaccount, models.PROTECT, null=True, related_name="+")
    reservation = models.OneToOneField(Reservation, models.PROTECT, null=True, related_name="+")

    approved_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    approved_on = models.DateField(_("approved on"))
    certified_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    certified_on = models.DateField(_("funds certified on"), null=True)
    offered_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    offered_on = models.DateField(_("offered on"), null=True)
    offer_valid_until = models.DateField(_("offer valid until"), null=True)
    ngo_signed_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    ngo_signed_at = models.DateTimeField(_("signed by the NGO"), null=True)
    countersigned_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")
    countersigned_at = models.DateTimeField(_("countersigned"), null=True)
    ended_on = models.DateField(_("ended on"), null=True, help_text=_("Declined, lapsed or terminated."))
    ended_reason = models.CharField(_("reason"), max_length=500, blank=True)
    suspended_reason = models.CharField(_("why it is suspended"), max_length=500, blank=True)
    single_tranche_reason = models.CharField(_("why it is paid at once"), max_length=500, blank=True)
    single_tranche_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+")

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="grant_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="grant_ends_after_it_starts", condition=Q(ends_on__gt=F("starts_on"))),
            models.CheckConstraint(name="grant_accounted_share_is_a_share", condition=Q(accounted_share__gte=0, accounted_share__lte=1)),
            models.CheckConstraint(
                name="grant_certified_by_another",
                condition=Q(certified_by__isnull=True) | ~Q(certified_by=F("approved_by")),
            ),
            models.CheckConstraint(
                name="grant_reserved_once_certified",
                condition=Q(state__in=UNRESERVED) | Q(reservation__isnull=False, subaccount__isnull=False, certified_by__isnull=False),
            ),
            models.CheckConstraint(
                name="grant_in_force_iff_countersigned",
                condition=Q(state__in=IN_FORCE, countersigned_at__isnull=False, ngo_signed_at__isnull=False)
                | (~Q(state__in=IN_FORCE) & Q(countersigned_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="grant_paid_at_once_only_with_a_reason",
                condition=Q(single_tranche_by__isnull=True, single_tranche_reason="")
                | (Q(single_tranche_by__isnull=False) & ~Q(single_tranche_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("agreements:detail", args=[self.pk])

    @property
    def country_name(self) -> str:
        """The country of work in the reader's language."""
        return countries.name(self.country)

    @property
    def books(self) -> Subaccount:
        """Its subaccount in the ledger; only asked for once its funds are certified."""
        assert self.subaccount is not None
        return self.subaccount

    @property
    def plan_digest(self) -> str:
        """The hash of what was awarded: budget line by line, tranches with their days, rates. No words; on record with the award."""
        lines = [[each.number, each.category_code, each.amount.minor] for each in self.budget_lines.all()]
        tranches = [[each.number, each.amount.minor, each.due_on] for each in self.planned_tranches.all()]
        rates = [f"{rate:.4f}" for rate in (self.psc_rate, self.accounted_share)]
        return link("", canonical({"lines": sorted(lines), "tranches": sorted(tranches), "rates": rates, "policy": str(self.policy)}))

    @property
    def funds(self) -> Reservation:
        """What is reserved for it; only asked for once its funds are certified."""
        assert self.reservation is not None
        return self.reservation

    @property
    def is_outright(self) -> bool:
        """Whether each tranche is an expense when it is due, and reports post nothing."""
        return self.policy == Policy.OUTRIGHT

    @property
    def is_in_force(self) -> bool:
        """Whether both sides signed, whatever came after."""
        return self.state in IN_FORCE

    def report_calendar(self) -> list[plan.Period]:
        """The reports that the agreement asks for, in their order."""
        rows = self.planned_reports.order_by("number")
        return [plan.Period(row.number, row.kind, row.period_start, row.period_end, row.due_on) for row in rows]

    @property
    def current_version(self) -> AgreementVersion | None:
        """The newest version of the agreement, or None before the offer."""
        return self.versions.order_by("-number").first()

    @transition(state, source=State.APPROVED, target=State.CERTIFIED, permission=permissions.can_certify)
    def certify(self, *, person: Any, on: Any, subaccount: Any, reservation: Any) -> None:
        """The money is set aside before anything is offered."""
        self.certified_by, self.certified_on = person, on
        self.subaccount, self.reservation = subaccount, reservation

    @transition(state, source=State.CERTIFIED, target=State.OFFERED, permission=permissions.can_offer)
    def offer(self, *, person: Any, on: Any, valid_until: Any) -> None:
        self.offered_by, self.offered_on, self.offer_valid_until = person, on, valid_until

    @transition(state, source=State.OFFERED, target=State.SIGNED, permission=permissions.can_sign)
    def sign(self, *, person: Any, publication: str) -> None:
        """The NGO signs, and says how much of it may be published."""
        self.ngo_signed_by, self.ngo_signed_at = person, clock.now()
        self.publication = publication

    @transition(state, source=State.SIGNED, target=State.ACTIVE, permission=permissions.can_countersign)
    def countersign(self, *, person: Any) -> None:
        """In force: the reservation becomes the commitment."""
        self.countersigned_by, self.countersigned_at = person, clock.now()

    @transition(state, source=State.OFFERED, target=State.DECLINED, permission=permissions.can_decline)
    def decline(self, *, on: Any, reason: str) -> None:
        self.ended_on, self.ended_reason = on, reason

    @transition(
        state,
        source=[State.APPROVED, State.CERTIFIED, State.OFFERED, State.SIGNED],
        target=State.LAPSED,
        permission=permissions.can_lapse,
    )
    def lapse(self, *, on: Any, reason: str) -> None:
        """The offer's days are over, or the award is taken back before both sides signed."""
        self.ended_on, self.ended_reason = on, reason

    @transition(state, source=State.ACTIVE, target=State.SUSPENDED, permission=permissions.can_suspend)
    def suspend(self, *, reason: str) -> None:
        self.suspended_reason = reason

    @transition(state, source=State.SUSPENDED, target=State.ACTIVE, permission=permissions.can_resume)
    def resume(self) -> None:
        self.suspended_reason = ""

    @transition(state, source=[State.ACTIVE, State.SUSPENDED], target=State.TERMINATED, permission=permissions.can_terminate)
    def terminate(self, *, on: Any, reason: str) -> None:
        """Ended early: nothing more is paid; a final report is still owed."""
        self.ended_on, self.ended_reason = on, reason

    @transition(
        state,
        source=[State.ACTIVE, State.SUSPENDED, State.TERMINATED],
        target=State.REPORTING_CLOSED,
        permission=permissions.can_close_reporting,
    )
    def close_reporting(self) -> None:
        """Nothing more will be accepted: what was paid beyond it becomes due."""

    @transition(state, source=State.REPORTING_CLOSED, target=State.CLOSED, permission=permissions.can_close)
    def close(self) -> None:
        """No money is open on either side any more."""

    @transition(state, source=State.CLOSED, target=State.REPORTING_CLOSED, permission=permissions.can_reopen)
    def reopen(self) -> None:
        """A payment came back from the bank after the closing: money is open again."""


class GrantBudgetLine(models.Model):
    """One line of the budget as awarded, copied from the application and scaled to the amount."""

    grant = models.ForeignKey(Grant, models.CASCADE, related_name="budget_lines")
    number = models.PositiveSmallIntegerField()
    category_code = models.CharField(_("category"), max_length=20)
    category_name = models.CharField(_("category"), max_length=200)
    description = models.CharField(_("what for"), max_length=500)
    amount = UsdField(_("amount"))

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint("grant", "number", name="grant_budget_line_number_unique"),
            models.CheckConstraint(name="grant_budget_line_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.description}"


class PlannedTranche(models.Model):
    """One tranche as the agreement promises it."""

    grant = models.ForeignKey(Grant, models.CASCADE, related_name="planned_tranches")
    number = models.PositiveSmallIntegerField(_("number"))
    amount = UsdField(_("amount"))
    due_on = models.DateField(_("from"))

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint("grant", "number", name="planned_tranche_number_unique"),
            models.CheckConstraint(name="planned_tranche_amount_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id}/{self.number}"


class PlannedReport(models.Model):
    """One report as the agreement asks for it; the reports themselves come into being with the agreement."""

    class Kind(models.TextChoices):
        INTERIM = plan.INTERIM, _("Interim report")
        FINAL = plan.FINAL, _("Final report")

    grant = models.ForeignKey(Grant, models.CASCADE, related_name="planned_reports")
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("to"))
    due_on = models.DateField(_("due"))

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint("grant", "number", name="planned_report_number_unique"),
            models.CheckConstraint(name="planned_report_period_runs_forward", condition=Q(period_end__gte=F("period_start"))),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id}/{self.number}"


class AgreementVersion(models.Model):
    """One version of the agreement: what it says, the PDF that was offered, and the copy that carries both signatures."""

    grant = models.ForeignKey(Grant, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    content = models.JSONField(help_text="What the PDF is made from: strings, amounts as text, ISO days.")
    pdf = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    hash = models.CharField(_("SHA-256"), max_length=64, help_text="Of the offered PDF; what is signed.")
    signed_pdf = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["grant", "number"]
        constraints = [models.UniqueConstraint("grant", "number", name="agreement_version_number_unique")]

    def __str__(self) -> str:
        return f"{self.grant_id} v{self.number}"

    @property
    def best_pdf(self) -> Any:
        """The copy with both signatures, or the offered one before that."""
        return self.signed_pdf or self.pdf


class Signature(models.Model):
    """Who signed a version for which side, by typing their name after a fresh sign-in, over exactly which document."""

    class Party(models.TextChoices):
        NGO = "ngo", _("For the NGO")
        FUND = "fund", _("For the Fund")

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="signatures")
    party = models.CharField(_("party"), max_length=4, choices=Party)
    user = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    typed_name = models.CharField(_("name as typed"), max_length=200)
    version_hash = models.CharField(_("SHA-256 of what was signed"), max_length=64)
    signed_at = models.DateTimeField(_("signed"), default=clock.now)

    class Meta:
        ordering = ["version", "signed_at"]
        constraints = [models.UniqueConstraint("version", "party", name="agreement_signed_once_per_party")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.party}"
