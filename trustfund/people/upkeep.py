"""What the tick does about people: sessions and counts of attempts that are over are forgotten."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session

from trustfund.people.models import CachedValue


def forget_what_is_over(now: datetime) -> None:
    """Expired rows go."""
    Session.objects.filter(expire_date__lt=now).delete()
    CachedValue.objects.filter(expires__lt=now).delete()
