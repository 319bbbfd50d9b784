"""What the tick does about people: sessions that are over are forgotten."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session
from django.utils import timezone


def forget_sessions(now: datetime) -> None:
    """Expired rows go, by the wall clock that Django wrote them with."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
