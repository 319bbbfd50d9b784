"""Proposals about fund windows and the funding rule: made by one person, decided by another; nothing of them is ever deleted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from trustfund import clock
from trustfund.ledger.fields import ExactDecimalField
from trustfund.ledger.funding.models import FundingRule
from trustfund.ledger.permissions import can_read_books
from trustfund.ledger.proposals import permissions
from trustfund.workflow import Stateful

PERSON = settings.AUTH_USER_MODEL


class State(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    ADOPTED = "adopted", _("Adopted")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ProposalQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ProposalQuerySet:
        """All for those who read the books."""
        return self if can_read_books(user) else self.none()


class Proposal(Stateful):
    """What one person proposes and another decides; `MADE` names the field of what comes of it."""

    MADE = ""

    state = FSMField(_("state"), choices=State, default=State.PROPOSED, protected=True)
    proposed_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed"), default=clock.now)
    decided_by = models.ForeignKey(PERSON, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="%(class)s_two_people", condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by"))),
            models.CheckConstraint(
                name="%(class)s_decided_iff_somebody_did",
                condition=Q(state__in=["adopted", "refused"], decided_by__isnull=False)
                | (~Q(state__in=["adopted", "refused"]) & Q(decided_by__isnull=True)),
            ),
        ]

    @property
    def state_tone(self) -> str:
        return {"proposed": "waiting", "adopted": "money", "refused": "blocked"}.get(self.state, "neutral")

    @transition(state, source=State.PROPOSED, target=State.ADOPTED, permission=permissions.can_decide)
    def adopt(self, *, by: Any, made: models.Model) -> None:
        """The second person agrees: it is so from now on; `made` is what came of it."""
        self.decided_by = by
        setattr(self, self.MADE, made)

    @transition(state, source=State.PROPOSED, target=State.REFUSED, permission=permissions.can_decide)
    def refuse(self, *, by: Any, reason: str) -> None:
        """The second person does not agree."""
        self.decided_by, self.reason = by, reason

    @transition(state, source=State.PROPOSED, target=State.WITHDRAWN, permission=permissions.can_withdraw)
    def withdraw(self) -> None:
        """Whoever proposed it takes it back."""


class WindowProposal(Proposal):
    """To open a fund window, or to change the purpose of one that is there."""

    MADE = "window"

    window = models.ForeignKey("ledger.FundWindow", models.PROTECT, null=True, related_name="proposals", verbose_name=_("fund window"))
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    purpose = models.CharField(_("purpose"), max_length=500)
    opens = models.BooleanField(default=True)

    class Meta(Proposal.Meta):
        constraints = [
            *Proposal.Meta.constraints,
            models.UniqueConstraint(fields=["code"], condition=Q(state="proposed"), name="window_proposed_once_at_a_time"),
            models.CheckConstraint(
                name="window_proposal_is_of_a_window",
                condition=Q(opens=False, window__isnull=False)
                | Q(opens=True, state="adopted", window__isnull=False)
                | (Q(opens=True, window__isnull=True) & ~Q(state="adopted")),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("ledger:window_proposal", args=[self.pk])


class RuleProposal(Proposal):
    """To fund grants by another rule from a day on: the split, and the share of receipts that is kept as operating reserve."""

    MADE = "rule"

    effective_on = models.DateField(_("effective on"))
    split = models.CharField(_("split"), max_length=10, choices=FundingRule.Split)
    reserve_share = ExactDecimalField(_("share kept as reserve"))
    rule = models.OneToOneField(FundingRule, models.PROTECT, null=True, related_name="proposal")

    class Meta(Proposal.Meta):
        constraints = [
            *Proposal.Meta.constraints,
            models.CheckConstraint(name="rule_made_when_adopted", condition=Q(rule__isnull=True) | Q(state="adopted")),
        ]

    def __str__(self) -> str:
        return f"{self.effective_on:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("ledger:rule_proposal", args=[self.pk])
