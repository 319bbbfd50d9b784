"""Entries are numbered by looking at the one before, not at all of the year; on PostgreSQL a function posts in one statement."""

import django.db.models.deletion
from django.db import migrations, models

from trustfund.guards import Guarded
from trustfund.ledger import procedures


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(procedures.POST, None)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION ledger_post(jsonb)", None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_rates_on_record"), ("audit", "0004_record_in_one_statement")]
    operations = [
        Guarded(
            [
                migrations.AlterField(
                    "entry",
                    "year",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.fiscalyear"
                    ),
                )
            ]
        ),
        migrations.RunPython(install, remove),
    ]
