"""Statements that were issued, with their hashes."""

import django.db.models.deletion
import trustfund.clock
from django.conf import settings
from django.db import migrations, models

from trustfund.guards import InstallGuards


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0011_post_with_less_work'),
        ('statements', '0003_on_both_chains'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Issue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(blank=True, max_length=40)),
                ('format', models.CharField(choices=[('pdf', 'PDF'), ('xlsx', 'XLSX')], max_length=4, verbose_name='format')),
                ('language', models.CharField(max_length=8, verbose_name='language')),
                ('since', models.DateField(null=True, verbose_name='from')),
                ('as_of', models.DateField(verbose_name='as of')),
                ('head', models.BigIntegerField(verbose_name='ledger head')),
                ('head_hash', models.CharField(max_length=64)),
                ('act', models.BigIntegerField(verbose_name='act on record')),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveBigIntegerField(verbose_name='size')),
                ('purpose', models.CharField(max_length=200, verbose_name='what for')),
                ('at', models.DateTimeField(default=trustfund.clock.now, verbose_name='issued on')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='issued by')),
                ('subaccount', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.subaccount')),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(fields=('sha256', 'purpose'), name='issue_once_for_a_purpose'), models.CheckConstraint(condition=models.Q(models.Q(('subaccount', None), models.Q(('code', ''), _negated=True)), models.Q(('code', ''), ('subaccount__isnull', False)), _connector='OR'), name='issue_of_the_fund_or_of_one'), models.CheckConstraint(condition=models.Q(('purpose', ''), _negated=True), name='issue_has_a_purpose')],
            },
        ),
        InstallGuards('statements'),
    ]
