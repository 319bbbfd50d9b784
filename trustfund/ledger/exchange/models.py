"""A rate of exchange: units of a currency per USD from a day on. How one is found and what uses it: see the neighbours."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from trustfund.ledger.fields import ExactDecimalField
from trustfund.ledger.querysets import BooksQuerySet


class Rate(models.Model):
    """Units of a currency per USD from a day on (the UN operational rate of exchange); never overwritten."""

    currency = models.CharField(_("currency"), max_length=3)
    effective_on = models.DateField(_("effective on"))
    value = ExactDecimalField(_("units per USD"))
    source = models.CharField(_("source"), max_length=100)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = BooksQuerySet.as_manager()

    class Meta:
        ordering = ["currency", "-effective_on"]
        constraints = [models.UniqueConstraint(fields=["currency", "effective_on"], name="rate_once_per_day")]

    def __str__(self) -> str:
        return f"{self.currency} {self.value} {self.effective_on}"

    def get_absolute_url(self) -> str:
        return reverse("ledger:rate", args=[self.pk])
