"""Acts of funding learn what moves of contributions with a transfer between windows: one act in each window, and what undoes them."""

from django.conf import settings
from django.db import migrations, models

from trustfund.guards import Guarded


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0012_post_and_record_at_once"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        Guarded(
            [
                migrations.RemoveConstraint(
                    model_name="allocation",
                    name="allocation_changes_something",
                ),
                migrations.RemoveConstraint(
                    model_name="funding",
                    name="funding_names_what_it_acts_on",
                ),
                migrations.AddField(
                    model_name="allocation",
                    name="moved",
                    field=models.BigIntegerField(db_default=0, default=0),
                ),
                migrations.AlterField(
                    model_name="funding",
                    name="kind",
                    field=models.CharField(
                        choices=[
                            ("reserve", "reserved"),
                            ("release", "released"),
                            ("confirm", "paid"),
                            ("restore", "returned by the bank"),
                            ("refund", "refunded"),
                            ("costs", "costs of a month"),
                            ("replace", "replaced from the pool"),
                            ("transfer", "moved between windows"),
                            ("takeback", "moved back"),
                        ],
                        max_length=8,
                    ),
                ),
                migrations.AddConstraint(
                    model_name="allocation",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("account__isnull", True),
                                ("charged", 0),
                                ("grant__isnull", False),
                                ("moved", 0),
                                models.Q(("allocated", 0), ("reserved", 0), _negated=True),
                            ),
                            models.Q(
                                ("account__isnull", False),
                                ("allocated", 0),
                                ("grant__isnull", True),
                                ("moved", 0),
                                ("reserved", 0),
                                models.Q(("charged", 0), _negated=True),
                            ),
                            models.Q(
                                ("account__isnull", True),
                                ("allocated", 0),
                                ("charged", 0),
                                ("grant__isnull", True),
                                ("payment__isnull", False),
                                ("reserved", 0),
                                models.Q(("moved", 0), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="allocation_changes_something",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="funding",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("entry__isnull", True),
                                ("grant__isnull", False),
                                ("kind", "reserve"),
                                ("period__isnull", True),
                                ("reservation__isnull", True),
                            ),
                            models.Q(
                                ("entry__isnull", True),
                                ("grant__isnull", False),
                                ("kind", "release"),
                                ("period__isnull", True),
                                ("reservation__isnull", False),
                            ),
                            models.Q(
                                ("entry__isnull", False),
                                ("grant__isnull", False),
                                ("kind", "confirm"),
                                ("period__isnull", True),
                                ("reservation__isnull", False),
                            ),
                            models.Q(
                                ("entry__isnull", False),
                                ("grant__isnull", False),
                                ("kind__in", ["restore", "refund"]),
                                ("period__isnull", True),
                            ),
                            models.Q(
                                ("entry__isnull", True),
                                ("grant__isnull", True),
                                ("kind", "costs"),
                                ("period__isnull", False),
                                ("reservation__isnull", True),
                            ),
                            models.Q(
                                ("entry__isnull", False), ("kind", "replace"), ("period__isnull", True), ("reservation__isnull", True)
                            ),
                            models.Q(
                                ("entry__isnull", False),
                                ("grant__isnull", True),
                                ("kind__in", ["transfer", "takeback"]),
                                ("period__isnull", True),
                                ("reservation__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="funding_names_what_it_acts_on",
                    ),
                ),
            ]
        )
    ]
