"""The function that puts an act on record takes one argument and does less; the rules are looked at together."""

from django.db import migrations

from trustfund.audit import procedures
from trustfund.guards import InstallGuards


def install(apps, schema_editor):
    procedures.install(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_record_in_one_statement")]
    operations = [InstallGuards("audit"), migrations.RunPython(install, migrations.RunPython.noop)]
