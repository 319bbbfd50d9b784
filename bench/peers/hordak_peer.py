"""django-hordak posting two-leg transactions by its own `transfer_to`; run by its own interpreter, see `peers`."""

import os
import statistics
import sys
import time
from datetime import date
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
from django.db import connection  # noqa: E402
from hordak.models import Account, Leg, Transaction  # noqa: E402
from moneyed import Money  # noqa: E402

call_command("migrate", verbosity=0)
bank = Account.objects.create(name="Bank", type="AS", code="1", currencies=["USD"])
income = Account.objects.create(name="Income", type="IN", code="2", currencies=["USD"])


def balance(legs):
    """The median time in milliseconds of an account's balance as of a day in the middle, after so many legs were put on two accounts."""
    other = Account.objects.create(name="Other bank", type="AS", code="3", currencies=["USD"])
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM hordak_transaction")
        last = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO hordak_transaction (id, uuid, timestamp, date, description) SELECT %s + n, gen_random_uuid(), now(), "
            "date '2016-01-01' + (n * 3650 / %s)::int, 'bench' FROM generate_series(1, %s) AS n",
            [last, legs // 2, legs // 2],
        )
    made = Transaction.objects.filter(id__gt=last).values_list("id", flat=True)
    Leg.objects.bulk_create((leg for pk in made for leg in _legs(pk, other)), batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("ANALYZE")
    times = []
    for _round in range(21):
        begin = time.perf_counter()
        other.get_balance(as_of=date(2024, 12, 31))
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def _legs(transaction, other):
    yield Leg(transaction_id=transaction, account=other, debit=Money(1, "USD"))
    yield Leg(transaction_id=transaction, account=income, credit=Money(1, "USD"))


for line in sys.stdin:
    if line.startswith("balance "):
        print(balance(int(line.split()[1])), flush=True)
        continue
    entries, begin = int(line), time.perf_counter()
    for _number in range(entries):
        income.transfer_to(bank, Money(1, "USD"), description="bench")
    print(entries / (time.perf_counter() - begin), flush=True)
