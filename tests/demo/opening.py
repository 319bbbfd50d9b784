"""Open every page of a demo database outside of a test run: `python -m tests.demo.opening everybody`, or `even` or `odd` for half of them.

Run by tests/upgrade.py on the upgraded database, on both engines: none of them may break, whatever was in the data before.
"""

from __future__ import annotations

import os
import sys

import django

WHOSE = {"everybody": slice(None), "even": slice(0, None, 2), "odd": slice(1, None, 2)}
"""Which of the people open the pages."""


def main(whose: str) -> int:
    """The number of pages that broke; each is printed with who opened it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustfund.settings")
    django.setup()
    from django.core.exceptions import ObjectDoesNotExist
    from django.test import Client
    from django.urls import reverse

    from tests.demo import doors
    from tests.demo.personas import PERSONAS, user_of
    from tests.demo.test_matrix import names
    from tests.factories.people import sign_in

    opened, broken, missing = 0, [], set()
    for persona in PERSONAS[WHOSE[whose]]:
        user = user_of(persona)
        client = Client(raise_request_exception=False)
        cookies = sign_in(client, user).cookies if user else client.cookies
        for name in (name for name in names() if "logout" not in name):
            client.cookies = cookies
            try:
                path = reverse(name, kwargs=doors.kwargs_of(name))
            except ObjectDoesNotExist:  # an older demo has nothing in a room that is new
                missing.add(name)
                continue
            status = client.get(path).status_code
            opened += status == 200
            broken += [f"{persona} {name}: {status}"] if status >= 500 else []
    print(f"{opened} pages opened, {len(broken)} broke; nothing to open at {len(missing)} addresses.", *broken, sep="\n")
    return len(broken)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1]), 1))
