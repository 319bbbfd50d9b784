"""What happened: one append-only row per act, chained by hash. Ids and amounts only: what can't be erased never names a person."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trustfund.chain import canonical

if TYPE_CHECKING:
    Text = models.TextField[dict[str, Any] | str, dict[str, Any]]
else:
    Text = models.TextField


class CanonicalField(Text):
    """A dictionary kept as its canonical JSON text, so that the text that was hashed is the text that is stored."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else canonical(value)


class Event(models.Model):
    """One act: who did what to which object, when; `seq` runs without gaps, `hash` covers every column and the event before."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    act = models.CharField(_("what"), max_length=100)
    object_type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=64)
    details = CanonicalField()
    version = models.PositiveSmallIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["seq"]
        indexes = [models.Index(fields=["object_type", "object_id", "seq"], name="audit_event_of_object")]

    def __str__(self) -> str:
        return f"{self.seq} {self.act} {self.object_type}:{self.object_id}"


class AuditHead(models.Model):
    """The last link, kept apart: when the newest events vanish, the head still knows them. One row, moved by the database itself."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(name="audit_head_is_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"
