"""Sanctions screening: who was checked, against which list of which day, with what outcome. A record is never changed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ngos.organisations.models import Organisation
from ngos.screening import permissions
from trustfund import clock


class Outcome(models.TextChoices):
    CLEAR = "clear", _("No match")
    POSSIBLE = "possible", _("Possible match, to be looked into")
    MATCH = "match", _("Match")


class ScreeningQuerySet(models.QuerySet["Screening"]):
    def visible_to(self, user: Any) -> ScreeningQuerySet:
        """Staff who look after NGOs; an NGO never reads what it was compared with."""
        return self if permissions.sees_all(user) else self.none()


class Screening(models.Model):
    """One check of an organisation and its officers against a list as it stood on a day."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="screenings")
    list_name = models.CharField(_("list"), max_length=120, default="UN Security Council Consolidated List")
    list_date = models.DateField(_("date of the list"))
    performed_on = models.DateField(_("checked on"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("checked by"))
    officers = models.TextField(
        _("officers who were checked"), max_length=2000, help_text=_("One name per line. Only the secretariat reads it.")
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    note = models.TextField(_("what was compared and decided"), max_length=2000, blank=True)
    recorded_at = models.DateTimeField(default=clock.now)

    objects = ScreeningQuerySet.as_manager()

    class Meta:
        ordering = ["-performed_on", "-pk"]
        constraints = [models.CheckConstraint(name="screening_list_is_not_newer_than_check", condition=Q(list_date__lte=F("performed_on")))]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.performed_on}: {self.outcome}"

    def get_absolute_url(self) -> str:
        return reverse("screening:of", args=[self.organisation_id])

    def get_state_display(self) -> str:
        """The outcome as the word beside a dot."""
        return str(self.get_outcome_display())

    @property
    def state_tone(self) -> str:
        return {"clear": "money", "possible": "waiting", "match": "blocked"}[self.outcome]

    @property
    def valid_until(self) -> date:
        return self.performed_on + timedelta(days=settings.SCREENING_VALID_DAYS)


def latest(organisation: Organisation, on: date) -> Screening | None:
    """The last check made on or before a day, whatever came of it."""
    return Screening.objects.filter(organisation=organisation, performed_on__lte=on).order_by("-performed_on", "-pk").first()


def lacking(organisations: models.QuerySet[Organisation], on: date) -> models.QuerySet[Organisation]:
    """Those of the organisations that have no `latest_clear` on a day; one query, by the same rule."""
    last = Screening.objects.filter(organisation=models.OuterRef("pk"), performed_on__lte=on).order_by("-performed_on", "-pk")
    found = organisations.annotate(
        last_outcome=models.Subquery(last.values("outcome")[:1]), last_screened=models.Subquery(last.values("performed_on")[:1])
    )
    oldest = on - timedelta(days=settings.SCREENING_VALID_DAYS)
    return found.filter(Q(last_outcome=None) | ~Q(last_outcome=Outcome.CLEAR, last_screened__gte=oldest))


def latest_clear(organisation: Organisation, on: date) -> Screening | None:
    """The last check if it was clear and is not older than SCREENING_VALID_DAYS on the day; a newer hit takes an older clear away."""
    found = latest(organisation, on)
    return found if found and found.outcome == Outcome.CLEAR and found.valid_until >= on else None
