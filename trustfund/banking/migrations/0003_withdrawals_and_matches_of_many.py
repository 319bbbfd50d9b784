"""Statements can be withdrawn and put into sequence later; a match is of many lines on either side; the BIC of our banks."""

import django.db.models.deletion
import django_fsm
import trustfund.clock
from django.conf import settings
from django.db import migrations, models

from trustfund.guards import Guarded

from trustfund.migrating import Together


class Migration(migrations.Migration):

    dependencies = [
        ('banking', '0002_guards'),
        ('files', '0001_initial'),
        ('ledger', '0006_post_in_one_statement'),
        ('vouchers', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Guarded([
        Together([
            migrations.CreateModel(
                name='LineVoucher',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ],
                options={
                    'ordering': ['-pk'],
                },
            ),
            migrations.CreateModel(
                name='Withdrawal',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('state', django_fsm.FSMField(choices=[('asked', 'To be confirmed'), ('done', 'Withdrawn'), ('declined', 'Declined')], default='asked', max_length=50, protected=True, verbose_name='state')),
                    ('matched', models.PositiveIntegerField(verbose_name='matched lines')),
                    ('reason', models.CharField(max_length=500, verbose_name='reason')),
                    ('asked_at', models.DateTimeField(default=trustfund.clock.now)),
                ],
                options={
                    'ordering': ['-pk'],
                },
                bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
            ),
            migrations.AddField(
                model_name='linevoucher',
                name='bank_line',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vouchers', to='banking.bankline'),
            ),
            migrations.AddField(
                model_name='linevoucher',
                name='voucher',
                field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vouchers.voucher'),
            ),
            migrations.AddField(
                model_name='withdrawal',
                name='asked_by',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by'),
            ),
            migrations.AddField(
                model_name='withdrawal',
                name='decided_by',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
            ),
            migrations.AddField(
                model_name='withdrawal',
                name='statement',
                field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawals', to='banking.bankstatement'),
            ),
            migrations.AddConstraint(
                model_name='withdrawal',
                constraint=models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('statement',), name='withdrawal_asked_once'),
            ),
            migrations.AddConstraint(
                model_name='withdrawal',
                constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), ('matched', 0), models.Q(('decided_by__isnull', False), models.Q(('decided_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='withdrawal_two_people_where_lines_are_matched'),
            ),
        ]),
        migrations.RemoveConstraint(
                model_name='bankstatement',
                name='bank_statement_imported_once',
            ),
        migrations.RemoveConstraint(
                model_name='bankstatement',
                name='bank_statement_one_is_first',
            ),
        migrations.AddField(
                model_name='bankdetails',
                name='bic',
                field=models.CharField(blank=True, max_length=11, verbose_name='BIC of the bank'),
            ),
        migrations.AddField(
                model_name='bankline',
                name='match',
                field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bank_lines', to='banking.match'),
            ),
        migrations.AddField(
                model_name='bankstatement',
                name='withdrawal',
                field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='banking.withdrawal'),
            ),
        migrations.AddConstraint(
                model_name='bankstatement',
                constraint=models.UniqueConstraint(condition=models.Q(('withdrawal', None)), fields=('bank', 'number'), name='bank_statement_imported_once'),
            ),
        migrations.AddConstraint(
                model_name='bankstatement',
                constraint=models.UniqueConstraint(condition=models.Q(('previous', None), ('withdrawal', None)), fields=('bank',), name='bank_statement_one_is_first'),
            ),
        migrations.AddConstraint(
                model_name='bankstatement',
                constraint=models.CheckConstraint(condition=models.Q(('withdrawal', None), ('previous', None), _connector='OR'), name='bank_statement_withdrawn_follows_none'),
            ),
    ]),
    ]
