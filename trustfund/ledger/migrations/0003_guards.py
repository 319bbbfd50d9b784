"""What the ledger's tables refuse by themselves."""

from django.db import migrations

from trustfund.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_chart")]
    operations = [InstallGuards("ledger")]
