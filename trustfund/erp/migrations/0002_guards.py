"""What the tables of this room refuse by themselves."""

from django.db import migrations

from trustfund.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("erp", "0001_initial")]
    operations = [InstallGuards("erp")]
