"""Where each account of an NGO is, is on record as a keyed digest from here on: `check_books` finds one that was exchanged."""

from django.db import migrations

from ngos.bank_accounts.verification import digest_of
from trustfund.audit import procedures
from trustfund.audit.recording import record
from trustfund.ledger.standing import TAKE_IN


def take_in(apps, schema_editor):
    procedures.install(schema_editor)
    for row in apps.get_model("ngos", "bankaccount").objects.order_by("pk"):
        record(TAKE_IN, of=row, by=None, digest=digest_of(row))


class Migration(migrations.Migration):
    dependencies = [("ngos", "0001_initial"), ("audit", "0005_record_with_less_work")]
    operations = [migrations.RunPython(take_in, migrations.RunPython.noop)]
