"""A file that was taken in or made: where it lies, what it is, and the hash it must still have."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trustfund import clock
from trustfund.files.kinds import Kind


def random_path(_stored: object = None, _name: str = "") -> str:
    """A storage name that says nothing and can't be guessed."""
    name = secrets.token_hex(20)
    return f"{name[:2]}/{name[2:]}"


class StoredFile(models.Model):
    """One file, never changed and never deleted by a page; a room keeps its own row that points here and decides who sees it."""

    content = models.FileField(upload_to=random_path, max_length=64, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=[(kind.name, kind.value.name) for kind in Kind])
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(max_length=64, db_index=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("sent by"))
    uploaded_at = models.DateTimeField(_("sent on"), default=clock.now)

    class Meta:
        constraints = [models.CheckConstraint(name="stored_file_not_empty", condition=Q(size__gt=0))]

    def __str__(self) -> str:
        return self.name

    @property
    def content_type(self) -> str:
        """The media type that the content has, whatever its name says."""
        return Kind[self.kind].value.content_type
