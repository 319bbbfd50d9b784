"""How the pages find an application: invisible is 404, visible but not allowed is 403, out of order is 409."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from grants.applications import permissions
from grants.applications.models import Application
from trustfund.workflow import require


def find(request: HttpRequest, pk: int) -> Application:
    """An application that the reader may see."""
    visible = Application.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("call", "organisation", "submitted_by", "started_by", "screened_by"), pk=pk)


def find_draft(request: HttpRequest, pk: int) -> Application:
    """A draft that the reader may write in."""
    application = find(request, pk)
    require(application.submit, by=request.user)
    return application


def find_with_identity(request: HttpRequest, pk: int) -> Application:
    """An application whose applicant the reader may know; 403 for a reviewer of a blind call."""
    application = find(request, pk)
    if not permissions.sees_identity(application, request.user):
        raise PermissionDenied
    return application
