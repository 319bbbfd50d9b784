"""Put on record what was there before subaccounts, earmarks, windows and funding rules were: `check_books` compares them from here on."""

from django.db import migrations

from trustfund.audit import procedures
from trustfund.ledger import standing


def take_in(apps, schema_editor):
    procedures.install(schema_editor)
    first = {(row._meta.model_name, row.pk) for row in standing.ORIGINAL}
    for name in ("tag", "subaccount", "fundwindow", "fundingrule"):
        for row in apps.get_model("ledger", name).objects.order_by("pk"):
            if (name, row.pk) not in first:
                standing.put(standing.TAKE_IN, row, by=None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_guards"), ("audit", "0003_guards")]
    operations = [migrations.RunPython(take_in, migrations.RunPython.noop)]
