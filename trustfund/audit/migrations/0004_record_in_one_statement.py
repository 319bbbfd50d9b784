"""On PostgreSQL a function puts an act on record in one statement; the rules are installed anew, because one of them reads less."""

from django.db import migrations

from trustfund.audit import procedures
from trustfund.guards import InstallGuards


def install(apps, schema_editor):
    procedures.install(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_guards")]
    operations = [InstallGuards("audit"), migrations.RunPython(install, migrations.RunPython.noop)]
