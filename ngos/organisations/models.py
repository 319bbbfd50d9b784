"""The NGOs, the people who act for them, and the papers they keep with the Fund."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ngos.organisations import permissions
from trustfund import clock, countries
from trustfund.files.models import StoredFile
from trustfund.people.models import User


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def visible_to(self, user: Any) -> OrganisationQuerySet:
        """All for the staff who look after NGOs; one's own for a member; nothing for anybody else."""
        if permissions.sees_all(user):
            return self
        if not getattr(user, "is_authenticated", False):
            return self.none()
        return self.filter(Q(memberships__user=user, memberships__active=True))


class Organisation(models.Model):
    """An NGO, registered once and used for every application. Its address and people are never published."""

    name = models.CharField(_("name"), max_length=250, help_text=_("As registered, in Latin letters."))
    local_name = models.CharField(_("name in its own script"), max_length=250, blank=True)
    acronym = models.CharField(_("acronym"), max_length=30, blank=True)
    country = models.CharField(_("country of registration"), max_length=2, validators=[countries.validate])
    city = models.CharField(_("city"), max_length=120, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=80, blank=True)
    founded_on = models.DateField(_("registered on"), null=True, blank=True, help_text=_("The date on the registration certificate."))
    partner_number = models.CharField(_("UN Partner Portal number"), max_length=40, blank=True)
    address = models.TextField(
        _("postal address"), blank=True, max_length=600, help_text=_("Where letters reach you. It is never published.")
    )
    phone = models.CharField(_("telephone"), max_length=40, blank=True, help_text=_("We call this number back. It is never published."))
    website = models.URLField(_("website"), blank=True)
    description = models.TextField(_("what the organisation does"), blank=True, max_length=2000)
    public_name_ok = models.BooleanField(_("our name may be published with a grant"), default=True)
    registered_at = models.DateTimeField(default=clock.now, editable=False)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "country",
                Lower("registration_number"),
                condition=~Q(registration_number=""),
                name="organisation_registered_once",
                violation_error_message=_("An organisation with this registration number is here already. Ask its owner to invite you."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organisations:detail", args=[self.pk])

    @property
    def country_name(self) -> str:
        """The country in the reader's language."""
        return countries.name(self.country)

    def membership_of(self, user: Any) -> Membership | None:
        """The user's active membership here, or None; asked once per user and object."""
        if not getattr(user, "is_authenticated", False):
            return None
        known: dict[int, Membership | None] = self.__dict__.setdefault("_membership_of", {})
        if user.pk not in known:
            known[user.pk] = self.memberships.filter(user=user, active=True).first()
        return known[user.pk]

    def contacts(self) -> models.QuerySet[User]:
        """The active owners and editors: who is written to."""
        rights = [Membership.Right.OWNER, Membership.Right.EDITOR]
        return self._people(memberships__right__in=rights)

    def signatories(self) -> models.QuerySet[User]:
        """The active members who may bind the organisation."""
        return self._people(memberships__signatory=True)

    def _people(self, **condition: Any) -> models.QuerySet[User]:
        active = {"memberships__organisation": self, "memberships__active": True, "is_active": True}
        return User.objects.filter(**active, **condition).order_by("pk")

    def missing(self) -> list[str]:
        """The labels of the profile's fields that an application needs and that are still empty."""
        needed = ("registration_number", "founded_on", "address", "phone", "description")
        return [str(self._meta.get_field(name).verbose_name) for name in needed if not getattr(self, name)]  # type: ignore[union-attr]


class Membership(models.Model):
    """A person acting for an organisation, with one right; a person acts for one organisation at a time."""

    class Right(models.TextChoices):
        OWNER = permissions.OWNER, _("Owner: changes everything and manages people")
        EDITOR = permissions.EDITOR, _("Editor: changes profile, documents and drafts")
        VIEWER = permissions.VIEWER, _("Viewer: reads")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    right = models.CharField(_("right"), max_length=10, choices=Right)
    signatory = models.BooleanField(_("may sign for the organisation"), default=False)
    active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=clock.now)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-active", "pk"]
        constraints = [
            models.UniqueConstraint("user", condition=Q(active=True), name="membership_of_one_organisation_at_a_time"),
            models.CheckConstraint(
                name="membership_left_iff_inactive",
                condition=Q(active=True, left_at=None) | Q(active=False, left_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organisation_id}: {self.right}"

    @property
    def short_right(self) -> str:
        """The right in one word."""
        return str({"owner": _("Owner"), "editor": _("Editor"), "viewer": _("Viewer")}[self.right])


def membership_of(user: Any) -> Membership | None:
    """The user's one active membership with its organisation, or None (also for the anonymous)."""
    if not getattr(user, "is_authenticated", False):
        return None
    return Membership.objects.filter(user=user, active=True).select_related("organisation").first()


def organisation_of(user: Any) -> Organisation | None:
    """The organisation the user acts for, or None."""
    membership = membership_of(user)
    return membership.organisation if membership else None


class DocumentQuerySet(models.QuerySet["OrganisationDocument"]):
    def visible_to(self, user: Any) -> DocumentQuerySet:
        """The documents of the organisations that the user sees."""
        return self.filter(organisation__in=Organisation.objects.visible_to(user).order_by())

    def current(self) -> DocumentQuerySet:
        """Those that no newer one replaced."""
        return self.filter(superseded_by=None)


class OrganisationDocument(models.Model):
    """A paper of an organisation; a newer one supersedes it, nothing is ever deleted."""

    class Kind(models.TextChoices):
        REGISTRATION = "registration", _("Registration certificate")
        STATUTES = "statutes", _("Statutes")
        ACCOUNTS = "accounts", _("Audited accounts")
        PSEA = "psea", _("Policy against sexual exploitation and abuse")
        REFERENCE = "reference", _("Reference letter")
        BANK_LETTER = "bank_letter", _("Letter of the bank")
        ANNUAL_REPORT = "annual_report", _("Annual report")
        OTHER = "other", _("Other document")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind of document"), max_length=20, choices=Kind)
    title = models.CharField(_("title"), max_length=200, blank=True, help_text=_("For example the year of the accounts."))
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+", verbose_name=_("file"))
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    expires_on = models.DateField(_("valid until"), null=True, blank=True, help_text=_("Leave empty if it does not expire."))
    superseded_by = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="supersedes", editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="organisation_document_expires_after_issue",
                condition=Q(issued_on=None) | Q(expires_on=None) | Q(expires_on__gte=F("issued_on")),
                violation_error_message=_("A document can't expire before it was issued."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title}".strip()

    def get_absolute_url(self) -> str:
        return reverse("organisations:document", args=[self.pk])
