"""What people say at closings."""

import django.db.models.deletion
import django_fsm
import trustfund.clock
import trustfund.fields
from django.conf import settings
from django.db import migrations, models

from trustfund.guards import InstallGuards

from trustfund.migrating import Together


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('ledger', '0007_balances_of_closed_periods'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Together([
            migrations.CreateModel(
            name='Checklist',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=trustfund.clock.now)),
                ('items', models.JSONField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checklists', to='ledger.period')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
            migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=30)),
                ('note', models.CharField(max_length=500, verbose_name='what you looked at, and what you found')),
                ('at', models.DateTimeField(default=trustfund.clock.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='ledger.period')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
            migrations.CreateModel(
            name='Reopening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=500, verbose_name='why')),
                ('at', models.DateTimeField(default=trustfund.clock.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reopenings', to='ledger.period')),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='reopening_has_a_reason')],
            },
        ),
            migrations.CreateModel(
            name='YearEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', django_fsm.FSMField(choices=[('proposed', 'to be approved'), ('posted', 'posted'), ('refused', 'refused')], default='proposed', max_length=50, protected=True, verbose_name='state')),
                ('lines', models.PositiveIntegerField()),
                ('surplus', trustfund.fields.UsdField()),
                ('digest', models.CharField(max_length=64)),
                ('proposed_at', models.DateTimeField(default=trustfund.clock.now)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.entry')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('year', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closings', to='ledger.fiscalyear')),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='year_end_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('decided_by__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('decided_by__isnull', False)), _connector='OR'), name='year_end_decided_iff_not_proposed'), models.CheckConstraint(condition=models.Q(('entry__isnull', True), ('state', 'posted'), _connector='OR'), name='year_end_entry_only_when_posted'), models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('year',), name='year_end_proposed_once')],
            },
            bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
        ),
        ]),
        InstallGuards("closings"),
    ]
