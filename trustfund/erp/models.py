"""The ERP's codes for our accounts, windows and grants, from a day on; and its extracts, line by line, as they were brought."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from trustfund import clock
from trustfund.erp import permissions
from trustfund.erp.layout import Layout
from trustfund.fields import UsdField
from trustfund.workflow import Stateful

PERSON = settings.AUTH_USER_MODEL


class ErpQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> ErpQuerySet:
        """All for those who read the books."""
        return self if permissions.can_read_books(user) else self.none()


class Mapping(models.Model):
    """Which code the ERP has for one of ours from a day on; never overwritten. An empty target ends a mapping."""

    class Kind(models.TextChoices):
        ACCOUNT = "account", _("account: GL account")
        WINDOW = "window", _("window: fund")
        GRANT = "grant", _("grant: cost centre or WBS")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    code = models.CharField(_("our code"), max_length=60)
    target = models.CharField(_("the ERP’s code"), max_length=40, blank=True)
    effective_on = models.DateField(_("effective on"))
    entered_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    entered_at = models.DateTimeField(_("entered"), default=clock.now)

    objects = ErpQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "code", "-effective_on"]
        constraints = [models.UniqueConstraint(fields=["kind", "code", "effective_on"], name="erp_mapping_once_a_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class ExtractLayout(models.Model):
    """How the ERP's extract is laid out: one row, the last word on it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    columns = models.JSONField()

    class Meta:
        constraints = [models.CheckConstraint(name="erp_layout_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return "layout"

    @property
    def layout(self) -> Layout:
        return Layout(**self.columns)

    @layout.setter
    def layout(self, layout: Layout) -> None:
        self.columns = asdict(layout)


class Extract(Stateful):
    """One extract of the ERP for a span of days; no two that are in use share a day."""

    class State(models.TextChoices):
        IN_USE = "in_use", _("In use")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    state = FSMField(_("state"), choices=State, default=State.IN_USE, protected=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    brought_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", verbose_name=_("brought by"))
    brought_at = models.DateTimeField(_("brought on"), default=clock.now)

    objects = ErpQuerySet.as_manager()

    class Meta:
        ordering = ["-ends_on", "-pk"]
        constraints = [
            models.CheckConstraint(name="erp_extract_days_in_order", condition=Q(starts_on__lte=F("ends_on"))),
            models.UniqueConstraint(fields=["sha256"], condition=Q(state="in_use"), name="erp_extract_once"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on:%Y-%m-%d} / {self.ends_on:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("erp:extract", args=[self.pk])

    @property
    def state_tone(self) -> str:
        return "money" if self.state == self.State.IN_USE else "neutral"

    @transition(state, source=State.IN_USE, target=State.WITHDRAWN, permission=permissions.can_withdraw)
    def withdraw(self) -> None:
        """It counts no more; a better one may take its days."""


class ExtractLine(models.Model):
    """One posting of the ERP: positive is a debit."""

    extract = models.ForeignKey(Extract, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    posted_on = models.DateField(_("posting date"))
    document = models.CharField(_("document"), max_length=60)
    gl = models.CharField(_("GL account"), max_length=40)
    fund = models.CharField(_("fund"), max_length=40)
    amount = UsdField(_("amount"))
    text = models.CharField(_("text"), max_length=300, blank=True)

    class Meta:
        ordering = ["extract", "position"]
        constraints = [models.UniqueConstraint(fields=["extract", "position"], name="erp_line_position_once")]
        indexes = [models.Index(fields=["posted_on"], name="erp_line_by_day")]

    def __str__(self) -> str:
        return f"{self.extract_id}.{self.position}"
