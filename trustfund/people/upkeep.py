"""What the tick does about people: sessions that are over are forgotten."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session


def forget_sessions(now: datetime) -> None:
    """Expired rows go."""
    Session.objects.filter(expire_date__lt=now).delete()
