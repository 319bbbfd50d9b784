"""People who sign in, and the staff roles they were given."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.people.roles import Role, holds


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: Any) -> UserQuerySet:
        """Everybody to the administrator; oneself to everybody else."""
        if holds(user, Role.ADMINISTRATOR):
            return self
        return self.filter(pk=getattr(user, "pk", None) or 0)

    def holding(self, *roles: Role) -> UserQuerySet:
        """Who holds any of the roles today and may sign in."""
        granted = RoleGrant.objects.in_force(clock.today()).filter(role__in=roles)
        return self.filter(is_active=True, role_grants__in=granted).distinct()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    @transaction.atomic
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A person whose address somebody vouches for (it counts as verified); without a password only after a reset."""
        from allauth.account.models import EmailAddress

        user: User = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def get_by_natural_key(self, email: str | None) -> User:
        user: User = self.get(email__iexact=email)
        return user


class User(AbstractBaseUser):
    """A person. E-mail is the name to sign in with; language and time zone are theirs."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Vienna")
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=clock.now)
    session_epoch = models.PositiveIntegerField(default=0)  # counted up, every session of before is worth nothing

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_whatever_case")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("people:detail", args=[self.pk])

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django compares this at every request: a new password or a new epoch ends the sessions of before."""
        seed = f"{self.password}:{self.session_epoch}"
        return salted_hmac("trustfund.people.session", seed, secret=secret, algorithm="sha256").hexdigest()

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone, Vienna when what is stored is none."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return clock.VIENNA

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles in force today; one query, kept on the object."""
        active = self.role_grants.in_force(clock.today())
        return frozenset(Role(role) for role in active.values_list("role", flat=True))

    def has_role(self, *wanted: Role) -> bool:
        """Whether any of these roles is in force today."""
        return holds(self, *wanted)


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def in_force(self, day: date) -> RoleGrantQuerySet:
        return self.filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day)

    def overlapping(self, since: date, until: date | None) -> RoleGrantQuerySet:
        """In force on any day from `since` to `until` (None: for good)."""
        found = self.filter(Q(until__isnull=True) | Q(until__gte=since))
        return found if until is None else found.filter(since__lte=until)


class RoleGrant(models.Model):
    """A role given to a person from a day, until a day; a deputy is given one with both dates."""

    user = models.ForeignKey(User, models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=20, choices=Role)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        ordering = ["user", "role", "since"]
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], condition=Q(until=None), name="role_grant_for_good_once"),
            models.CheckConstraint(name="role_grant_ends_after_it_begins", condition=Q(until__isnull=True) | Q(until__gte=F("since"))),
            models.CheckConstraint(name="role_grant_not_to_oneself", condition=Q(given_by__isnull=True) | ~Q(given_by=F("user"))),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"

    @property
    def is_over(self) -> bool:
        return self.until is not None and self.until < clock.today()


INVITATION_LASTS = timedelta(days=7)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: Any) -> InvitationQuerySet:
        """The administrator's list; the rooms that invite show their own."""
        return self if holds(user, Role.ADMINISTRATOR) else self.none()

    def open(self, now: datetime) -> InvitationQuerySet:
        """Neither accepted nor withdrawn nor too old."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=now)


class Invitation(models.Model):
    """One letter with a link that makes an account (or asks an account's owner to take something on). Single use, seven days.

    `purpose` says what accepting does: "<accepter>:<reference>", e.g. "ngos.membership:12"; see `people.invitations`.
    Only the digest of the link's token is kept.
    """

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    purpose = models.CharField(max_length=100)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("invited by"))
    invited_at = models.DateTimeField(_("invited"), default=clock.now)
    expires_at = models.DateTimeField(_("open until"))
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invitation_accepted_by_somebody",
                condition=Q(accepted_at=None, accepted_by=None) | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
            models.CheckConstraint(name="invitation_accepted_or_withdrawn", condition=Q(accepted_at=None) | Q(withdrawn_at=None)),
        ]

    def __str__(self) -> str:
        return f"invitation #{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and self.expires_at > clock.now()


class Installation(models.Model):
    """What kind of database this is: there is a row only in one that `manage.py demo` made from nothing. See `people.demo`."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    kind = models.CharField(max_length=10, default="demo")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(name="installation_is_one_demo", condition=Q(id=1, kind="demo"))]

    def __str__(self) -> str:
        return self.kind


class CachedValue(models.Model):
    """The table of Django's database cache (see settings.CACHES): counts of sign-in attempts, shared by all processes."""

    cache_key = models.CharField(primary_key=True, max_length=255)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "people_cache"

    def __str__(self) -> str:
        return self.cache_key
