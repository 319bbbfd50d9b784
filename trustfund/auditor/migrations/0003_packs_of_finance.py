"""Packs that were made before have samples in them, whoever asked for them: they are the auditor's."""

from django.db import migrations, models

from trustfund.guards import Guarded


class Migration(migrations.Migration):
    dependencies = [("auditor", "0002_guards")]
    operations = [
        Guarded([
            migrations.AddField("pack", "of_auditor", models.BooleanField(default=True, verbose_name="with samples and bank files")),
        ]),
    ]
