"""Put on record what rates had beside their value before all of a rate was: whence it came, when, and who added it.

Currency, day and value stay as they were put on record when each was added: what SQL changed of them since is still found.
"""

from django.db import migrations

from trustfund.audit import procedures
from trustfund.audit.recording import record
from trustfund.ledger import standing


def take_in(apps, schema_editor):
    procedures.install(schema_editor)
    for row in apps.get_model("ledger", "rate").objects.order_by("pk"):
        stored = standing.plain_of(row)
        columns = {name: stored[name] for name in ("added_at", "added_by_id")}
        record(standing.TAKE_IN, of=row, by=None, **columns, source=standing.digest_of(row, "source"))


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_on_record"), ("audit", "0003_guards")]
    operations = [migrations.RunPython(take_in, migrations.RunPython.noop)]
