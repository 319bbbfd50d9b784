"""The function that puts an act on record may be told of nothing; hashes are looked up whole, so one index of theirs goes."""

from django.db import migrations

from trustfund.audit import procedures

LIKE = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'audit_event' AND indexname LIKE '%hash%like'"


def install(apps, schema_editor):
    procedures.install(schema_editor)
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(LIKE)
            for (name,) in cursor.fetchall():
                schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}", None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_record_with_less_work")]
    operations = [migrations.RunPython(install, migrations.RunPython.noop)]
