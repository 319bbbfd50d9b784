"""Approved versions are bound to the act that approved them, and what they say is on record as a digest."""

from django.db import migrations, models

import trustfund.ledger.versions
from trustfund.audit import procedures
from trustfund.audit.recording import record
from trustfund.statements.content import content_of
from trustfund.guards import Guarded
from trustfund.ledger.versions import take_in


def bind(apps, schema_editor):
    procedures.install(schema_editor)
    take_in(apps.get_model("statements", "disclosure"), content_of, record)


class Migration(migrations.Migration):
    dependencies = [("statements", "0002_guards"), ("audit", "0005_record_with_less_work"), ("files", "0002_archives")]
    operations = [
        Guarded([
            migrations.AddField("disclosure", "act", models.BigIntegerField(null=True)),
            migrations.AddField("disclosure", "salt", models.CharField(default=trustfund.ledger.versions.new_salt, max_length=32)),
            migrations.RunPython(bind, migrations.RunPython.noop),
            migrations.AddConstraint(
                "disclosure",
                models.CheckConstraint(
                    name="disclosure_approved_iff_on_record",
                    condition=models.Q(state="approved", act__isnull=False) | (~models.Q(state="approved") & models.Q(act__isnull=True)),
                ),
            ),
        ]),
    ]
