"""What the tables of budgets refuse by themselves."""

from django.db import migrations

from trustfund.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("budgets", "0001_initial")]
    operations = [InstallGuards("budgets")]
