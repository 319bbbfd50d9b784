"""Posting does less once more: both heads are locked in one statement, and one rule's function looks at a seal in place of three."""

from django.db import migrations

from trustfund.guards import InstallGuards
from trustfund.ledger import procedures


def install(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(procedures.POST, None)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0011_post_with_less_work"), ("audit", "0006_act_with_its_posting")]
    operations = [InstallGuards("ledger"), migrations.RunPython(install, migrations.RunPython.noop)]
