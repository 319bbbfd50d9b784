"""Writing the archive: files in a fixed order, dated 1 January 2000, with the hash of each in SHA256SUMS."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import translation

from trustfund import clock
from trustfund.audit.recording import record
from trustfund.auditor.models import Asked, Pack
from trustfund.auditor.packing.contents import STEPS, Asks, Content, Files
from trustfund.files.kinds import Kind
from trustfund.files.storing import CHUNK, store_made
from trustfund.statements.books import snapshot

DATED = (2000, 1, 1, 0, 0, 0)
MODE = 0o644 << 16
LANGUAGE = "en"
"""A pack is in English, whoever asked for it, so that it is the same for everybody."""
KEPT = timedelta(days=90)
"""How long a pack is kept; it can be made again, byte for byte."""

Progress = Callable[[str, int, int], None]


class Archive:
    """A ZIP that is being written."""

    def __init__(self, path: Path) -> None:
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.sums: dict[str, str] = {}

    def add(self, name: str, content: Content) -> None:
        """Add a file, bytes or one that lies on the disk; the second of a name gets a number."""
        name, digest = self._free(name), hashlib.sha256()
        info = zipfile.ZipInfo(name, DATED)
        info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, MODE, 3
        with self.zip.open(info, "w", force_zip64=True) as target:
            for piece in _pieces(content):
                digest.update(piece)
                target.write(piece)
        self.sums[name] = digest.hexdigest()

    def add_all(self, files: Files) -> None:
        """Add each of them as it is made."""
        for name, content in files:
            self.add(name, content)

    def _free(self, name: str) -> str:
        stem, dot, ending = name.rpartition(".")
        number, free = 1, name
        while free in self.sums:
            number += 1
            free = f"{stem}-{number}.{ending}" if dot else f"{name}-{number}"
        return free

    def close(self) -> None:
        """Write the sums, and be done."""
        sums = "".join(f"{digest}  {name}\n" for name, digest in sorted(self.sums.items()))
        self.add("SHA256SUMS", sums.encode())
        self.zip.close()


def _pieces(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece


def write(pack: Pack, path: Path, progress: Progress) -> None:
    """The whole pack as an archive on the disk; each step reads one snapshot, and all of them the same head."""
    with tempfile.TemporaryDirectory() as folder, translation.override(LANGUAGE):
        asks, archive = Asks(pack, Path(folder)), Archive(path)
        for number, (label, step) in enumerate(STEPS):
            progress(label, number, len(STEPS))
            with snapshot():
                archive.add_all(step(asks))
        archive.close()
    progress("", len(STEPS), len(STEPS))


def make(pack: Pack, progress: Progress) -> None:
    """Make the pack, keep it as a stored file, and put that on record."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / pack.name
        write(pack, path, progress)
        with path.open("rb") as content:
            _keep(pack, File(content, name=pack.name))


@transaction.atomic
def _keep(pack: Pack, content: File[bytes]) -> None:
    stored = store_made(content, pack.name, Kind.ZIP, by=pack.asked_by)
    now, kept_until = clock.now(), clock.today() + KEPT
    about: dict[str, Any] = {"file": stored, "sha256": stored.sha256, "size": stored.size, "expires_on": kept_until}
    pack.move(Asked.State.DONE, finished_at=now, error="", **about)
    record("pack.make", of=pack, by=None, sha256=stored.sha256, size=stored.size)
