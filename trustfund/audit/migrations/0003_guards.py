"""What the audit tables refuse by themselves."""

from django.db import migrations

from trustfund.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_head")]
    operations = [InstallGuards("audit")]
