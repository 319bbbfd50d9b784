"""Every act that the code can record has words for the timeline, whatever room it is of."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django_fsm import FSMField

from trustfund.ui import acts
from trustfund.workflow import Stateful

OWN = {"trustfund", "grants", "donors", "ngos"}
FLOORS = {config.label: Path(config.path) for config in apps.get_app_configs() if config.name.split(".")[0] in OWN}
"""Every app of ours, and its folder."""

ACTING = {
    "grants", "donors", "ngos", "ledger", "vouchers", "budgets", "banking", "people", "auditor", "statements", "closings", "opening", "erp",
}  # fmt: skip
"""The apps in which something is done that is recorded."""


def transitions(floor):
    """`model.transition` of every state machine of an app."""
    for model in apps.get_app_config(floor).get_models():
        for field in [field for field in model._meta.fields if isinstance(field, FSMField) and issubclass(model, Stateful)]:
            yield from (f"{model._meta.model_name}.{each.name}" for each in field.get_all_transitions(model))


def recorded(floor):
    """What the actions of an app record by hand."""
    for path in FLOORS[floor].rglob("*.py"):
        yield from re.findall(r"\b(?:record|draft)\(\s*\"([a-z_]+\.[a-z_]+)\"", path.read_text())


FOUND = {floor: {*transitions(floor), *recorded(floor)} for floor in FLOORS}


@pytest.mark.parametrize("act", sorted(set().union(*FOUND.values())))
def test_it_has_words(act):
    assert act in acts._words


def test_every_room_that_acts_is_looked_at():
    assert {floor for floor, found in FOUND.items() if found} == ACTING
