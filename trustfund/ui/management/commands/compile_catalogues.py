"""Compile the message catalogues with Babel, so that no system gettext is needed to run."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compile locale/*/LC_MESSAGES/*.po to .mo."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        sources = [source for folder in settings.LOCALE_PATHS for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po"))]
        for source in sources:
            with source.open("rb") as file:
                catalogue = read_po(file, locale=source.parent.parent.name)
            with source.with_suffix(".mo").open("wb") as file:
                write_mo(file, catalogue)
        self.stdout.write(f"{len(sources)} catalogues compiled.")
