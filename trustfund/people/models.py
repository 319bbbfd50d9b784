"""People who sign in, and the staff roles they were given."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.people.roles import Role, holds


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person who can sign in; without a password only after a reset or an invitation."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """A person. E-mail is the name to sign in with; language and time zone are theirs."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Vienna")
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=clock.now)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_whatever_case")]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles in force today; one query, kept on the object."""
        today = clock.today()
        active = self.role_grants.filter(Q(until__isnull=True) | Q(until__gte=today), since__lte=today)
        return frozenset(Role(role) for role in active.values_list("role", flat=True))

    def has_role(self, *wanted: Role) -> bool:
        """Whether any of these roles is in force today."""
        return holds(self, *wanted)

    @property
    def is_staff_member(self) -> bool:
        """Works for the Fund, sits on its Board or audits it: needs a second factor."""
        return bool(self.roles)


class RoleGrant(models.Model):
    """A role given to a person from a day, until a day; a deputy is given one with both dates."""

    user = models.ForeignKey(User, models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=20, choices=Role)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["user", "role", "since"]
        constraints = [
            models.CheckConstraint(name="role_grant_ends_after_it_begins", condition=Q(until__isnull=True) | Q(until__gte=F("since"))),
            models.CheckConstraint(name="role_grant_not_to_oneself", condition=Q(given_by__isnull=True) | ~Q(given_by=F("user"))),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"
