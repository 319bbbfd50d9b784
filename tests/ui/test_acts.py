"""Every act that the code can record about a grant, an NGO, a donor, a voucher or a bank's statement has words for the timeline."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django_fsm import FSMField

from trustfund.ui import acts
from trustfund.workflow import Stateful

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("auditor", "banking", "vouchers")
FLOORS = {**{name: name for name in ("grants", "ngos", "donors")}, **{name: f"trustfund/{name}" for name in ROOMS}}
FLOORS = {
    **{name: name for name in ("grants", "ngos", "donors")},
    **{name: f"trustfund/{name}" for name in ("banking", "vouchers", "opening", "erp", "ledger")},
}
FLOORS = {"grants": "grants", "ngos": "ngos", "donors": "donors", "banking": "trustfund/banking", "vouchers": "trustfund/vouchers",
          "budgets": "trustfund/budgets", "statements": "trustfund/statements"}  # fmt: skip
"""The apps whose acts stand on a timeline, and their folders."""


def transitions():
    """`model.transition` of every state machine of these apps."""
    for model in apps.get_models():
        if not issubclass(model, Stateful) or model._meta.app_label not in FLOORS:
            continue
        for field in [field for field in model._meta.fields if isinstance(field, FSMField)]:
            yield from (f"{model._meta.model_name}.{each.name}" for each in field.get_all_transitions(model))


def recorded():
    """What actions record by hand."""
    for folder in FLOORS.values():
        for path in (ROOT / folder).rglob("*.py"):
            yield from re.findall(r"\b(?:record|draft)\(\s*\"([a-z_]+\.[a-z_]+)\"", path.read_text())


@pytest.mark.parametrize("act", sorted({*transitions(), *recorded()}))
def test_it_has_words(act):
    assert act in acts._words
