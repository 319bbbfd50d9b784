"""What applicants are told because of their call: its deadline is near or was moved, or it was cancelled."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from grants.applications.models import UNDECIDED, Application, State
from grants.calls import models as calls
from grants.calls.models import Call
from trustfund.mail import outbox

NEAR = timedelta(days=3)


def remind(now: datetime) -> None:
    """The tick's job: whoever has a draft is told once that the call closes within three days. Safe to repeat."""
    closing = Application.objects.filter(state=State.DRAFT, call__state=calls.State.PUBLISHED, call__closes_at__gt=now)
    for application in closing.filter(call__closes_at__lte=now + NEAR).select_related("call", "organisation"):
        _tell(application, "application_deadline", f"application-deadline:{application.pk}:{application.call.closes_at:%Y%m%d%H%M}")


def extended(call: Call) -> None:
    """Whoever writes at an application is told the new deadline, and why."""
    extension = call.extensions.latest("pk")
    for application in call.applications.filter(state=State.DRAFT).select_related("organisation"):
        _tell(application, "application_extended", f"application-extended:{application.pk}:{extension.pk}", extension=extension)


def cancelled(call: Call) -> None:
    """Whoever writes at one or waits for a decision is told that there will be none."""
    for application in call.applications.filter(state__in=[State.DRAFT, *UNDECIDED]).select_related("organisation"):
        _tell(application, "application_call_cancelled", f"application-call-cancelled:{application.pk}")


def _tell(application: Application, template: str, key: str, **context: Any) -> None:
    to, path = application.organisation.contacts(), application.get_absolute_url()
    outbox.queue(template, to=to, key=key, path=path, application=application, call=application.call, **context)
