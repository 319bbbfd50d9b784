"""Letters to the applicant: sent through the outbox, and kept as written for the page of the application."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from grants.applications.models import Application
from grants.applications.records import Letter
from trustfund.mail import outbox
from trustfund.ui.formatting import VIENNA


def write(application: Application, template: str, kind: str, *, key: str, **context: Any) -> Letter:
    """Tell the applicant's owners and editors `templates/emails/<template>.txt` once, and keep it in the language of who submitted.

    `kind` is one of `Letter.Kind`; the template sees `application`, `call`, `organisation`, `context`, and `recipient` by name.
    """
    organisation = application.organisation
    shared = {"application": application, "call": application.call, "organisation": organisation, **context}
    path = reverse("applications:detail", args=[application.pk])
    writer = application.submitted_by or application.started_by
    with timezone.override(VIENNA):
        subject, body = outbox.render(template, writer.language, {**shared, "recipient": organisation, "url": outbox.absolute(path)})
    outbox.queue(template, to=organisation.contacts(), key=key, path=path, **shared)
    return Letter.objects.create(application=application, kind=kind, subject=subject, body=body)
