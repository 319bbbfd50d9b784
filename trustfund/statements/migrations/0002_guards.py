"""What the tables of the year's texts refuse by themselves."""

from django.db import migrations

from trustfund.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("statements", "0001_initial")]
    operations = [InstallGuards("statements")]
