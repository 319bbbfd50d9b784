"""Where an NGO's money goes. Changing it is the commonest fraud there is, so it takes several people and some days."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition

from ngos.bank_accounts import permissions
from ngos.bank_accounts.numbers import mask
from ngos.organisations.models import Organisation
from trustfund import clock, countries
from trustfund.encryption import EncryptedTextField
from trustfund.workflow import Stateful


class State(models.TextChoices):
    PROPOSED = "proposed", _("Proposed")
    VERIFIED = "verified", _("Verified, waiting")
    ACTIVE = "active", _("Active")
    SUPERSEDED = "superseded", _("Superseded")
    REJECTED = "rejected", _("Rejected")


USABLE = [State.PROPOSED, State.VERIFIED, State.ACTIVE]
"""States from which an account can still be stopped."""


class BankAccountQuerySet(models.QuerySet["BankAccount"]):
    def visible_to(self, user: Any) -> BankAccountQuerySet:
        """All for staff who look after NGOs or money; one's own organisation's for a member."""
        if permissions.sees_all(user):
            return self
        return self.filter(organisation__in=Organisation.objects.visible_to(user).order_by())

    def active_for(self, organisation: Organisation, on: date) -> BankAccount | None:
        """The account to pay to on a day: the newest that was verified and is past its cooling-off, whether the clock ticked or not."""
        usable = Q(state__in=[State.VERIFIED, State.ACTIVE]) | Q(state=State.SUPERSEDED, superseded_on__gt=on)
        found = self.filter(usable, organisation=organisation, active_from__lte=on)
        return found.order_by("-active_from", "-pk").first()


class BankAccount(Stateful, models.Model):
    """One account of an NGO: proposed, verified by a call-back, confirmed by another person, and active some days later."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="bank_accounts")
    state = FSMField(_("state"), choices=State, default=State.PROPOSED, protected=True)
    holder = models.CharField(_("account holder"), max_length=250)
    holder_note = models.CharField(_("why the holder differs"), max_length=400, blank=True)
    bank_name = models.CharField(_("bank"), max_length=200)
    country = models.CharField(_("country of the bank"), max_length=2, validators=[countries.validate])
    currency = models.CharField(_("currency of the account"), max_length=3)
    account_number = EncryptedTextField(_("IBAN or account number"))
    number_fingerprint = models.CharField(max_length=64, db_index=True, editable=False)
    swift = models.CharField(_("SWIFT code"), max_length=11)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    called_on = models.DateField(_("called on"), null=True, blank=True)
    called_person = models.CharField(_("whom we spoke to"), max_length=200, blank=True)
    called_number = models.CharField(_("number called"), max_length=60, blank=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    active_from = models.DateField(_("active from"), null=True, blank=True)
    superseded_on = models.DateField(null=True, blank=True)
    rejected_reason = models.CharField(_("reason"), max_length=600, blank=True)

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint("organisation", condition=Q(state="proposed"), name="bank_account_one_proposed"),
            models.UniqueConstraint("organisation", condition=Q(state="active"), name="bank_account_one_active"),
            models.CheckConstraint(
                name="bank_account_maker_is_not_checker", condition=Q(verified_by=None) | ~Q(verified_by=F("called_by"))
            ),
            models.CheckConstraint(
                name="bank_account_proposer_does_not_verify",
                condition=(Q(verified_by=None) | ~Q(verified_by=F("proposed_by"))) & (Q(called_by=None) | ~Q(called_by=F("proposed_by"))),
            ),
            models.CheckConstraint(
                name="bank_account_used_only_when_verified",
                condition=~Q(state__in=["verified", "active", "superseded"])
                | (
                    Q(called_by__isnull=False, called_on__isnull=False)
                    & Q(verified_by__isnull=False, verified_at__isnull=False, active_from__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="bank_account_superseded_has_its_day",
                condition=Q(state="superseded", superseded_on__isnull=False) | (~Q(state="superseded") & Q(superseded_on=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_name} {self.masked}"

    def get_absolute_url(self) -> str:
        return reverse("bank_accounts:detail", args=[self.pk])

    @property
    def masked(self) -> str:
        """The last four characters of the number; the only form that a page shows unasked."""
        return mask(self.account_number)

    @property
    def country_name(self) -> str:
        return countries.name(self.country)

    @property
    def in_its_own_name(self) -> bool:
        """Whether the holder is the organisation itself."""
        own = {self.organisation.name.casefold(), self.organisation.local_name.casefold()}
        return " ".join(self.holder.split()).casefold() in own

    def others_with_this_number(self) -> models.QuerySet[BankAccount]:
        """The same account number at other organisations: a sign of one person behind several."""
        return BankAccount.objects.filter(number_fingerprint=self.number_fingerprint).exclude(organisation=self.organisation_id)

    @transition(state, source=State.PROPOSED, target=State.PROPOSED, permission=permissions.can_record_call)
    def record_call(self, *, caller: Any, on: date, person: str, number: str) -> None:
        """Finance called the organisation on a number known from before."""
        self.called_by, self.called_on, self.called_person, self.called_number = caller, on, person, number

    @transition(state, source=State.PROPOSED, target=State.VERIFIED, permission=permissions.can_verify)
    def verify(self, *, verifier: Any, on: date, active_from: date, digest: str) -> None:
        """Another person confirms the call-back; the account waits out its cooling-off, until `active_from`."""
        self.verified_by, self.verified_at, self.active_from = verifier, clock.now(), active_from

    @transition(state, source=State.VERIFIED, target=State.ACTIVE, permission=permissions.can_activate)
    def activate(self, *, on: date) -> None:
        """The cooling-off is over (the action has looked at the day)."""

    @transition(state, source=[State.VERIFIED, State.ACTIVE], target=State.SUPERSEDED, permission=permissions.can_supersede)
    def supersede(self, *, on: date) -> None:
        """A newer account took its place."""
        self.superseded_on = on

    @transition(state, source=USABLE, target=State.REJECTED, permission=permissions.can_reject)
    def reject(self, *, reason: str) -> None:
        """Finance does not accept it, or stops it when it turns out to be wrong: nothing more is paid to it."""
        self.rejected_reason = reason

    @transition(state, source=USABLE, target=State.REJECTED, permission=permissions.can_withdraw)
    def withdraw(self, *, reason: str) -> None:
        """The organisation takes it back, or says that it never proposed it: nothing more is paid to it."""
        self.rejected_reason = reason
