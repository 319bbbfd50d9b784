"""Taking a file in: its size, its kind and its name are checked, then it lies under a random name with its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import DatabaseError, transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from trustfund.files.kinds import DOCUMENTS, Kind, Refused, kind_of
from trustfund.files.models import StoredFile, random_path
from trustfund.files.naming import cleaned

CHUNK = 256 * 1024


def check(upload: File[Any], *, kinds: Collection[Kind] = DOCUMENTS) -> Kind:
    """The kind of an upload; ValidationError says what is wrong with it (empty, too large, of a kind not in `kinds`, macros ...)."""
    if not upload.size:
        raise ValidationError(_("The file is empty."), code="empty")
    if upload.size > settings.DOCUMENT_MAX_BYTES:
        message = _("The file is larger than %(limit)s.")
        raise ValidationError(message, code="too_large", params={"limit": filesizeformat(settings.DOCUMENT_MAX_BYTES)})
    try:
        kind = kind_of(upload.file or upload)
    except Refused as reason:
        raise ValidationError(str(reason), code="kind") from reason
    if kind not in kinds:
        raise ValidationError(_("Send one of these kinds of files: %(kinds)s."), code="kind", params={"kinds": names_of(kinds)})
    return kind


def names_of(kinds: Collection[Kind]) -> str:
    """ "PDF, JPEG, DOCX", in the order in which the kinds are declared."""
    return ", ".join(kind.value.name for kind in Kind if kind in kinds)


@transaction.atomic
def store(upload: File[Any], *, by: Any, kinds: Collection[Kind] = DOCUMENTS) -> StoredFile:
    """Keep an upload that is one of `kinds`; raises ValidationError otherwise. `by` is a User, or None for the clock."""
    kind = check(upload, kinds=kinds)
    return _keep(upload, cleaned(upload.name or "", kind), kind, by)


@transaction.atomic
def store_bytes(content: bytes, name: str, *, by: Any, kinds: Collection[Kind] = DOCUMENTS) -> StoredFile:
    """Keep what was made here, as the PDF of an agreement; checked like an upload, whatever its size."""
    made = ContentFile(content, name=name)
    kind = kind_of(made.file)
    if kind not in kinds:
        raise ValidationError(_("Send one of these kinds of files: %(kinds)s."), code="kind", params={"kinds": names_of(kinds)})
    return _keep(made, cleaned(name, kind), kind, by)


@transaction.atomic
def store_read(content: bytes, name: str, kind: Kind, *, by: Any) -> StoredFile:
    """Keep what its room has read itself, byte for byte: a bank's statement in the bank's own encoding."""
    return _keep(ContentFile(content, name=name), cleaned(name, kind), kind, by)


@transaction.atomic
def store_made(content: File[Any], name: str, kind: Kind, *, by: Any) -> StoredFile:
    """Keep a file that was made here and may be larger than memory: an archive."""
    return _keep(content, cleaned(name, kind), kind, by)


def _keep(content: File[Any], name: str, kind: Kind, by: Any) -> StoredFile:
    content.seek(0)
    digest = digest_of(content)
    stored = StoredFile(name=name, kind=kind.name, size=content.size, sha256=digest, uploaded_by=by)
    content.seek(0)
    place, storage = random_path(), stored.content.storage
    try:
        stored.content = storage.save(place, content)
        stored.save()
    except (OSError, DatabaseError):  # a full disk: the part that was written would only hold on to what is left
        storage.delete(place)
        raise
    return stored


def digest_of(content: IO[bytes] | File[Any]) -> str:
    """The SHA-256 of a stream from where it stands, in hexadecimal."""
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
