"""django-hordak posting two-leg transactions by its own `transfer_to`; run by its own interpreter, see `peers`."""

import os
import sys
import time
from urllib.parse import urlsplit

import django
from django.conf import settings

url = urlsplit(os.environ["PEER_DATABASE"])
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": url.path.strip("/"),
            "USER": url.username,
            "PASSWORD": url.password,
            "HOST": url.hostname,
            "PORT": url.port,
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DEFAULT_CURRENCY="USD",
    CURRENCIES=["USD"],
    USE_TZ=True,
)
django.setup()

from django.core.management import call_command  # noqa: E402
from hordak.models import Account  # noqa: E402
from moneyed import Money  # noqa: E402

call_command("migrate", verbosity=0)
bank = Account.objects.create(name="Bank", type="AS", code="1", currencies=["USD"])
income = Account.objects.create(name="Income", type="IN", code="2", currencies=["USD"])
for line in sys.stdin:
    entries, begin = int(line), time.perf_counter()
    for _number in range(entries):
        income.transfer_to(bank, Money(1, "USD"), description="bench")
    print(entries / (time.perf_counter() - begin), flush=True)
