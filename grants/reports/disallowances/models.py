"""Accepted expenditure that is disallowed afterwards: proposed with reasons by budget line, approved by a second person, then posted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from grants.agreements.models import GrantBudgetLine
from grants.reports.disallowances import content, permissions
from grants.reports.models import Report
from grants.reports.permissions import sees_all
from trustfund import clock
from trustfund.fields import UsdField
from trustfund.ledger.versions import new_salt
from trustfund.money import Money, total
from trustfund.workflow import Digest, Stateful

PERSON = settings.AUTH_USER_MODEL


class DisallowanceQuerySet(models.QuerySet["Disallowance"]):
    def visible_to(self, user: Any) -> DisallowanceQuerySet:
        """Those of the reports that one may see; the NGO sees what was approved."""
        found = self.filter(report__in=Report.objects.visible_to(user).order_by())
        return found if sees_all(user) else found.filter(state=Disallowance.State.APPROVED)

    def live(self) -> DisallowanceQuerySet:
        """Proposed or approved: what is not accepted any more, or perhaps not."""
        return self.filter(state__in=[Disallowance.State.PROPOSED, Disallowance.State.APPROVED])


class Disallowance(Stateful, models.Model):
    """Expenditure of one accepted report that is accepted no more; amounts in USD, by budget line."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("To be approved")
        APPROVED = "approved", _("Disallowed")
        REFUSED = "refused", _("Not approved")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    report = models.ForeignKey(Report, models.PROTECT, related_name="disallowances")
    state = FSMField(_("state"), choices=State, default=State.PROPOSED, protected=True)
    proposed_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    proposed_on = models.DateField(_("proposed on"), default=clock.today)
    decided_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by"))
    decided_on = models.DateField(_("decided on"), null=True)
    note = models.CharField(_("why it was not approved"), max_length=500, blank=True)
    document = models.OneToOneField("files.StoredFile", models.PROTECT, null=True, related_name="+", verbose_name=_("document"))
    entry = models.OneToOneField("ledger.Entry", models.PROTECT, null=True, related_name="+")
    salt = models.CharField(max_length=32, default=new_salt)

    objects = DisallowanceQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="disallowance_decided_by_another", condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by"))
            ),
            models.CheckConstraint(
                name="disallowance_decided_iff_approved_or_refused",
                condition=Q(state__in=["approved", "refused"], decided_by__isnull=False, decided_on__isnull=False)
                | Q(state__in=["proposed", "withdrawn"], decided_by__isnull=True, decided_on__isnull=True),
            ),
            models.CheckConstraint(name="disallowance_posted_when_approved", condition=Q(entry__isnull=True) | Q(state="approved")),
            models.UniqueConstraint("report", condition=Q(state="proposed"), name="disallowance_proposed_once_per_report"),
        ]

    def __str__(self) -> str:
        return _("Disallowance %(number)s of %(report)s") % {"number": self.pk, "report": self.report}

    def get_absolute_url(self) -> str:
        return reverse("disallowances:detail", args=[self.pk])

    @property
    def state_tone(self) -> str:
        return {"proposed": "waiting", "approved": "blocked"}.get(self.state, "neutral")

    @property
    def amount(self) -> Money:
        """What is disallowed in all."""
        return total(line.amount for line in self.lines.all())

    @property
    def digest(self) -> Digest:
        """The hash of what it says: on record once it is approved."""
        return Digest(content.digest_of(self))

    @transition(state, source=State.PROPOSED, target=State.APPROVED, permission=permissions.can_approve)
    def approve(self, *, person: Any, on: Any, digest: Digest) -> None:
        """The second person agrees: the NGO owes it back. What it says never changes from here on."""
        self.decided_by, self.decided_on = person, on

    @transition(state, source=State.PROPOSED, target=State.REFUSED, permission=permissions.can_refuse)
    def refuse(self, *, person: Any, on: Any, note: str) -> None:
        """It stays accepted."""
        self.decided_by, self.decided_on, self.note = person, on, note

    @transition(state, source=State.PROPOSED, target=State.WITHDRAWN, permission=permissions.can_withdraw)
    def withdraw(self) -> None:
        """Whoever proposed it thought better of it."""


class DisallowedLine(models.Model):
    """What is disallowed of one budget line, and why: the NGO reads the reason."""

    disallowance = models.ForeignKey(Disallowance, models.PROTECT, related_name="lines")
    budget_line = models.ForeignKey(GrantBudgetLine, models.PROTECT, related_name="+", verbose_name=_("budget line"))
    amount = UsdField(_("amount"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        ordering = ["disallowance", "budget_line"]
        constraints = [
            models.UniqueConstraint("disallowance", "budget_line", name="disallowed_line_once"),
            models.CheckConstraint(name="disallowed_line_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="disallowed_line_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.disallowance_id}/{self.budget_line_id}"
