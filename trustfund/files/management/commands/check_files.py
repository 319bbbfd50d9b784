"""Compare every stored file with the hash it was stored with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.files.storage import Storage, default_storage
from django.core.management.base import BaseCommand, CommandError

from trustfund.files.models import StoredFile
from trustfund.files.serving import intact


class Command(BaseCommand):
    help = "Compare every stored file with its size and hash; exit with 1 when one is missing or changed. Names files that no row knows."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints one line per finding and a last one that counts."""
        bad = sum(self._report(stored) for stored in StoredFile.objects.order_by("pk").iterator())
        known = set(StoredFile.objects.values_list("content", flat=True))
        strays = sorted(set(_everything(default_storage)) - known)
        for name in strays:
            self.stdout.write(f"{name}: no row knows it (an upload that was not finished)")
        self.stdout.write(f"{len(known)} files, {bad} missing or changed, {len(strays)} unknown")
        if bad:
            raise CommandError(f"{bad} files are missing or changed")

    def _report(self, stored: StoredFile) -> bool:
        content = intact(stored)
        if content is not None:
            content.close()
            return False
        self.stdout.write(f"{stored.content.name}: file {stored.pk} is missing or changed")
        return True


def _everything(storage: Storage, folder: str = "") -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" if folder else name for name in files)
    for each in folders:
        yield from _everything(storage, f"{folder}/{each}" if folder else each)
