"""Giving a file out: as an attachment that a browser neither guesses about nor runs, and only if it is what was taken in."""

from __future__ import annotations

import logging
from typing import IO, TypeVar

from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header

from trustfund.files.kinds import Kind
from trustfund.files.models import StoredFile
from trustfund.files.storing import digest_of

logger = logging.getLogger(__name__)


def serve(stored: StoredFile) -> HttpResponseBase:
    """The file as a download; a page with status 500, and a line in the log, when it is missing or no longer what it was.

    The caller has made sure that the reader may see it. With `FILES_ACCEL_PREFIX` set, nginx sends the bytes.
    """
    content = intact(stored)
    if content is None:
        logger.critical("Stored file %s is missing or changed.", stored.pk)
        return _with_safety(HttpResponse(render_to_string("files/damaged.html", {"stored": stored}), status=500))
    prefix = getattr(settings, "FILES_ACCEL_PREFIX", "")
    if not prefix:
        return _with_safety(FileResponse(content, as_attachment=True, filename=stored.name, content_type=stored.content_type))
    content.close()
    response = HttpResponse(content_type=stored.content_type)
    response["X-Accel-Redirect"] = f"{prefix}{stored.content.name}"
    response["Content-Disposition"] = content_disposition_header(True, stored.name) or "attachment"
    return _with_safety(response)


def intact(stored: StoredFile) -> IO[bytes] | None:
    """The open file if it has the size and the hash that it was stored with, else None."""
    try:
        content: IO[bytes] = stored.content.storage.open(str(stored.content.name), "rb")
    except OSError:
        return None
    if digest_of(content) != stored.sha256:
        content.close()
        return None
    content.seek(0)
    return content


def download(content: bytes, name: str, kind: Kind) -> HttpResponse:
    """What was made just now, as a download: nothing of it is kept."""
    response = HttpResponse(content, content_type=kind.value.content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return _with_safety(response)


Response = TypeVar("Response", bound=HttpResponseBase)


def _with_safety(response: Response) -> Response:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'self'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
