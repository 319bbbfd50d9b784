"""The chart of accounts, the general window, the first funding rule and the head of the empty chain."""

import datetime

from django.db import migrations

from trustfund.chain import GENESIS
from trustfund.ledger import chart


def begin(apps, schema_editor):
    account = apps.get_model("ledger", "Account")
    account.objects.bulk_create([account(**row) for row in chart.rows()])
    apps.get_model("ledger", "FundWindow").objects.create(code="general", name="General window")
    apps.get_model("ledger", "LedgerHead").objects.create(id=1, seq=0, hash=GENESIS)
    apps.get_model("ledger", "FundingRule").objects.create(effective_on=datetime.date(2000, 1, 1), split="pro_rata", reserve_share="0")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
