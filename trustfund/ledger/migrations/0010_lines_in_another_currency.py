from django.db import migrations, models


class Migration(migrations.Migration):
    """Which exchange rate was used where is looked up among the lines in another currency alone."""

    dependencies = [("ledger", "0006_post_in_one_statement")]

    operations = [
        migrations.AddIndex(
            model_name="line",
            index=models.Index(condition=models.Q(("currency", "USD"), _negated=True), fields=["currency", "date"], name="line_in_another_currency"),
        ),
    ]
