"""The rules of a table are looked at together."""

from django.db import migrations

from trustfund.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("banking", "0002_guards")]
    operations = [InstallGuards("banking")]
