"""Letters to people: one row per letter and person, written in the transaction of what it tells, sent later by the worker."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trustfund import clock

STUCK_AFTER = timedelta(hours=1)


class OutboxQuerySet(models.QuerySet["Outbox"]):
    def waiting(self) -> OutboxQuerySet:
        """Not sent and not given up."""
        return self.filter(sent_at=None, given_up_at=None)

    def due(self, now: datetime) -> OutboxQuerySet:
        """To be tried now, oldest first."""
        return self.waiting().filter(next_try_at__lte=now).order_by("next_try_at", "pk")

    def stuck(self, now: datetime) -> OutboxQuerySet:
        """Waiting for longer than a healthy worker leaves anything."""
        return self.waiting().filter(created_at__lt=now - STUCK_AFTER)


class Outbox(models.Model):
    """One letter to one person (or to an address that is nobody's account yet), rendered in their language when it was written.

    `key` says what is told; a person is told the same thing once. `next_try_at` is also the lease of the worker that tries it now.
    The body of a `confidential` letter (a link that opens an account) is erased when it has been sent.
    """

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("recipient"))
    address = models.EmailField(_("address"))
    template = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField()
    language = models.CharField(max_length=10)
    confidential = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("written"), default=clock.now)
    sent_at = models.DateTimeField(_("sent"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.TextField(_("last error"), default="")
    next_try_at = models.DateTimeField(_("next try"), default=clock.now)
    given_up_at = models.DateTimeField(_("given up"), null=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "recipient"], name="outbox_told_once"),
            models.UniqueConstraint(fields=["key", "address"], condition=Q(recipient=None), name="outbox_address_told_once"),
            models.CheckConstraint(name="outbox_sent_or_given_up", condition=Q(sent_at=None) | Q(given_up_at=None)),
        ]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(sent_at=None, given_up_at=None), name="outbox_due")]

    def __str__(self) -> str:
        return f"{self.template} #{self.pk}"
