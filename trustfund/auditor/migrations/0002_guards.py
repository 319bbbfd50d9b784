from django.db import migrations

from trustfund.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("auditor", "0001_initial")]

    operations = [InstallGuards("auditor")]
