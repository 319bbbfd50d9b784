"""What was approved of a disallowance is on record as a digest, and its rows are guarded; a grant in the books keeps its window."""

from django.db import migrations, models

import trustfund.ledger.versions
from grants.reports.disallowances.content import digest_of
from trustfund.audit import procedures
from trustfund.audit.recording import record
from trustfund.guards import InstallGuards
from trustfund.ledger.standing import TAKE_IN


def take_in(apps, schema_editor):
    """Each has a salt of its own; what was approved before is put on record now."""
    procedures.install(schema_editor)
    for row in apps.get_model("grants", "disallowance").objects.order_by("pk"):
        row.salt = trustfund.ledger.versions.new_salt()
        row.save(update_fields=["salt"])
        if row.state == "approved":
            record(TAKE_IN, of=row, by=None, digest=digest_of(row))


class Migration(migrations.Migration):
    dependencies = [("grants", "0005_grants_of_a_window"), ("audit", "0005_record_with_less_work")]
    operations = [
        migrations.AddField("disallowance", "salt", models.CharField(default=trustfund.ledger.versions.new_salt, max_length=32)),
        migrations.RunPython(take_in, migrations.RunPython.noop),
        InstallGuards("grants"),
    ]
