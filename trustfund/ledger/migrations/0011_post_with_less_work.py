"""Posting does less: the function, the rules of a table looked at together, and no index that another one covers."""

import django.db.models.deletion
from django.db import migrations, models

from trustfund.guards import Guarded
from trustfund.ledger import procedures

LIKE = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'ledger_seal' AND indexname LIKE '%%hash%%like'"
"""Hashes are looked up whole, never by their beginning."""


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(procedures.POST, None)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(LIKE.replace("%%", "%"))
            for (name,) in cursor.fetchall():
                schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}", None)


def plain(to, **more):
    """A foreign key of a line that needs no index of its own."""
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=to, db_index=False, **more)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0010_windows_rules_and_rates"), ("audit", "0005_record_with_less_work")]
    operations = [
        Guarded(
            [
                migrations.AlterField("line", "entry", plain("ledger.entry", related_name="lines")),
                migrations.AlterField("line", "account", plain("ledger.account", related_name="lines")),
                migrations.AlterField("line", "window", plain("ledger.fundwindow", related_name="+")),
                migrations.AlterField("line", "subaccount", plain("ledger.subaccount", null=True, related_name="lines")),
            ]
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
