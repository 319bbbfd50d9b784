"""Of what was issued, size, moment and a digest of its purpose are on record too."""

from django.db import migrations, models

import trustfund.ledger.versions
from trustfund.audit import procedures
from trustfund.audit.recording import record
from trustfund.guards import Guarded
from trustfund.ledger.standing import TAKE_IN
from trustfund.statements.content import handed_out


def take_in(apps, schema_editor):
    """Each has a salt of its own; what was issued before is put on record as it stands."""
    procedures.install(schema_editor)
    for row in apps.get_model("statements", "issue").objects.order_by("pk"):
        row.salt = trustfund.ledger.versions.new_salt()
        row.save(update_fields=["salt"])
        record(TAKE_IN, of=row, by=None, **handed_out(row))


class Migration(migrations.Migration):
    dependencies = [("statements", "0004_issued"), ("audit", "0005_record_with_less_work")]
    operations = [
        Guarded([
            migrations.AddField("issue", "salt", models.CharField(default=trustfund.ledger.versions.new_salt, max_length=32)),
            migrations.RunPython(take_in, migrations.RunPython.noop),
        ]),
    ]
