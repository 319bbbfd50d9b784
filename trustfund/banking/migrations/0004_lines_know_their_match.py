"""Each line of a bank names its match, as each match named its one line before."""

from django.db import migrations

FORWARDS = "UPDATE banking_bankline SET match_id = (SELECT id FROM banking_match WHERE bank_line_id = banking_bankline.id)"


class Migration(migrations.Migration):
    dependencies = [("banking", "0003_withdrawals_and_matches_of_many")]
    operations = [migrations.RunSQL(FORWARDS, migrations.RunSQL.noop)]
