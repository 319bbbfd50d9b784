"""Balances kept at closings, who certified a year, and the last seal of a period found at once."""

import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models

from trustfund.guards import Guarded

from trustfund.migrating import Together


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0006_post_in_one_statement"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Guarded(
            [
        Together([
            migrations.CreateModel(
                    name="Certification",
                    fields=[
                        (
                            "year",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="certification",
                                serialize=False,
                                to="ledger.fiscalyear",
                            ),
                        ),
                        (
                            "state",
                            django_fsm.FSMField(
                                choices=[
                                    ("prepared", "prepared"),
                                    ("certified", "certified"),
                                    ("approved", "approved"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                default="prepared",
                                max_length=50,
                                protected=True,
                            ),
                        ),
                        ("seq", models.BigIntegerField()),
                        ("prepared_on", models.DateField()),
                        ("certified_on", models.DateField(null=True)),
                        ("approved_on", models.DateField(null=True)),
                    ],
                    bases=(django_fsm.ConcurrentTransitionMixin, models.Model),
                ),
            migrations.CreateModel(
                    name="ClosedBalance",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("marks", models.CharField(max_length=300)),
                        ("debit", models.BigIntegerField()),
                        ("credit", models.BigIntegerField()),
                    ],
                ),
            migrations.CreateModel(
                    name="ClosedBooks",
                    fields=[
                        ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("as_of", models.DateField()),
                        ("seq", models.BigIntegerField()),
                        ("marks", models.CharField(max_length=300)),
                    ],
                    options={
                        "ordering": ["as_of", "seq"],
                    },
                ),
            migrations.CreateModel(
                    name="ClosedMovement",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("currency", models.CharField(max_length=3)),
                        ("marks", models.CharField(max_length=300)),
                        ("debit", models.BigIntegerField()),
                        ("credit", models.BigIntegerField()),
                        ("original", models.BigIntegerField()),
                    ],
                ),
            migrations.AddField(
                    model_name="certification",
                    name="approved_by",
                    field=models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            migrations.AddField(
                    model_name="certification",
                    name="certified_by",
                    field=models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            migrations.AddField(
                    model_name="certification",
                    name="prepared_by",
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            migrations.AddField(
                    model_name="closedbalance",
                    name="account",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account"
                    ),
                ),
            migrations.AddField(
                    model_name="closedbalance",
                    name="window",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.fundwindow"
                    ),
                ),
            migrations.AddField(
                    model_name="closedbooks",
                    name="base",
                    field=models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.closedbooks"
                    ),
                ),
            migrations.AddField(
                    model_name="closedbalance",
                    name="books",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="balances", to="ledger.closedbooks"
                    ),
                ),
            migrations.AddField(
                    model_name="closedmovement",
                    name="account",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.account"
                    ),
                ),
            migrations.AddField(
                    model_name="closedmovement",
                    name="books",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="movements", to="ledger.closedbooks"
                    ),
                ),
            migrations.AddField(
                    model_name="closedmovement",
                    name="subaccount",
                    field=models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.subaccount"
                    ),
                ),
            migrations.AddField(
                    model_name="closedmovement",
                    name="window",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.fundwindow"
                    ),
                ),
            migrations.AddConstraint(
                    model_name="certification",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("certified_by__isnull", True),
                                models.Q(("certified_by", models.F("prepared_by")), _negated=True),
                                _connector="OR",
                            ),
                            models.Q(
                                ("approved_by__isnull", True),
                                models.Q(("approved_by", models.F("prepared_by")), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="certification_by_others_than_the_preparer",
                    ),
                ),
            migrations.AddConstraint(
                    model_name="certification",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("approved_by__isnull", True),
                                ("approved_on__isnull", True),
                                ("certified_by__isnull", True),
                                ("certified_on__isnull", True),
                                ("state__in", ["prepared", "withdrawn"]),
                            ),
                            models.Q(
                                ("approved_by__isnull", True),
                                ("approved_on__isnull", True),
                                ("certified_by__isnull", False),
                                ("certified_on__isnull", False),
                                ("state", "certified"),
                            ),
                            models.Q(
                                ("approved_by__isnull", False),
                                ("approved_on__isnull", False),
                                ("certified_by__isnull", False),
                                ("certified_on__isnull", False),
                                ("state", "approved"),
                            ),
                            _connector="OR",
                        ),
                        name="certification_has_who_and_when",
                    ),
                ),
            migrations.AddConstraint(
                    model_name="closedbooks",
                    constraint=models.UniqueConstraint(fields=("as_of", "seq", "marks"), name="closed_books_kept_once"),
                ),
            migrations.AddConstraint(
                    model_name="closedbalance",
                    constraint=models.UniqueConstraint(fields=("books", "account", "window", "marks"), name="closed_balance_once"),
                ),
            migrations.AddIndex(
                    model_name="closedmovement",
                    index=models.Index(fields=["books", "account"], name="closed_movement_of_account"),
                ),
            migrations.AddIndex(
                    model_name="closedmovement",
                    index=models.Index(fields=["subaccount", "account"], name="closed_movement_of_subaccount"),
                ),
        ]),
        migrations.AlterField(
                    model_name="entry",
                    name="period",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="ledger.period"
                    ),
                ),
        migrations.AddIndex(
                    model_name="entry",
                    index=models.Index(fields=["period", "seal"], name="entry_by_period"),
                ),
    ]
        )
    ]
