"""What the tables of bank statements refuse by themselves."""

from django.db import migrations

from trustfund.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("banking", "0001_initial")]
    operations = [InstallGuards("banking")]
