"""The donors: States, organisations and persons, and the people who act for them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from donors.donors import permissions
from trustfund import clock, countries
from trustfund.people.models import User

ANONYMOUS = "Anonymous donor"
"""The public label of a donor who wants no name; stored in English, as all labels of the ledger are."""


class DonorQuerySet(models.QuerySet["Donor"]):
    def visible_to(self, user: Any) -> DonorQuerySet:
        """All for whoever works with the money; one's own for a contact; nothing for anybody else."""
        if permissions.sees_all(user):
            return self
        return self.filter(pk__in=ids_for(user))


class Donor(models.Model):
    """Who gives: its kind decides the revenue account, its anonymity what the public reads."""

    class Kind(models.TextChoices):
        STATE = "state", _("State")
        ORGANISATION = "organisation", _("Organisation")
        PERSON = "person", _("Person")

    name = models.CharField(_("name"), max_length=250)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    country = models.CharField(_("country"), max_length=2, validators=[countries.validate])
    anonymous_in_public = models.BooleanField(_("wants no name in public"), default=False)
    subaccount = models.OneToOneField("ledger.Subaccount", models.PROTECT, null=True, editable=False, related_name="donor")
    registered_at = models.DateTimeField(default=clock.now, editable=False)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)

    objects = DonorQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "country",
                condition=Q(kind="state"),
                name="donor_one_per_state",
                violation_error_message=_("This State is registered already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("donors:detail", args=[self.pk])

    @property
    def code(self) -> str:
        """The neutral code by which the ledger knows the donor."""
        return f"D{self.pk:05d}"

    @property
    def account(self) -> Any:
        """The donor's subaccount in the ledger; every registered donor has one."""
        return self.subaccount

    @property
    def public_label(self) -> str:
        """What the public may read for this donor."""
        return ANONYMOUS if self.anonymous_in_public else self.name

    @property
    def internal_name(self) -> str:
        """The name in the ledger: a person's stays out of it, for what is posted can't be erased."""
        return self.code if self.kind == self.Kind.PERSON else self.name

    @property
    def country_name(self) -> str:
        """The country in the reader's language."""
        return countries.name(self.country)

    def people(self) -> models.QuerySet[User]:
        """The active contacts: who is written to."""
        return User.objects.filter(donor_contacts__donor=self, donor_contacts__active=True, is_active=True).order_by("pk")


class Contact(models.Model):
    """A person acting for a donor. A contact holds no staff role."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="donor_contacts")
    donor = models.ForeignKey(Donor, models.PROTECT, related_name="contacts")
    active = models.BooleanField(_("active"), default=True)
    since = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["-active", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "donor"], name="contact_once_per_donor")]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.donor_id}"


def ids_for(user: Any) -> models.QuerySet[Contact, int]:
    """The primary keys of the donors that the user acts for (as a subquery); none for the anonymous."""
    contacts = Contact.objects.filter(active=True)
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        contacts = contacts.none()
    else:
        contacts = contacts.filter(user=user)
    return contacts.values_list("donor_id", flat=True)


def acts_for_a_donor(user: Any) -> bool:
    """Whether the user is a donor's contact; asked once per user object."""
    if not getattr(user, "is_authenticated", False):
        return False
    if "_acts_for_a_donor" not in user.__dict__:
        user.__dict__["_acts_for_a_donor"] = ids_for(user).exists()
    return user.__dict__["_acts_for_a_donor"]
