"""What a match is of stands with the lines from now on."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("banking", "0004_lines_know_their_match")]
    operations = [migrations.RemoveField(model_name="match", name="bank_line")]
