"""Migrations that take a moment: many tables in one operation, and models of the past without transitions.

Django renders the models of a whole state anew after every operation, a tenth of a second each time with as many models as here: that is
most of what setting up a database costs. The tables of a room are made together, from the state after all of their operations.

A state field of django-fsm looks for the transitions of every model that is prepared after it, to the end of the process; with a field
for each model of each state that a migration renders, these are millions of looks. The models of the past have no methods, so no
transitions, and their fields do not look for any.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.models.signals import class_prepared
from django_fsm import FSMFieldMixin

OF_THE_PAST = "__fake__"
"""The module of models that a migration renders."""
_contribute = FSMFieldMixin.contribute_to_class


def _contribute_without_looking(field: Any, cls: Any, name: str, private_only: bool = False, **kwargs: Any) -> None:
    _contribute(field, cls, name, private_only, **kwargs)
    if cls.__module__ == OF_THE_PAST:
        class_prepared.disconnect(field._collect_transitions)


FSMFieldMixin.contribute_to_class = _contribute_without_looking  # type: ignore[method-assign]


class Together(Operation):
    """CreateModel operations, and what is added to these same models by others (fields, indexes, constraints)."""

    reversible = True

    def __init__(self, operations: Sequence[Any]):
        self.operations = list(operations)

    @property
    def _made(self) -> list[str]:
        return [operation.name for operation in self.operations if isinstance(operation, CreateModel)]

    def state_forwards(self, app_label: str, state: Any) -> None:
        vars(state).pop("apps", None)  # rendered once, by whoever asks for a model
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for model in self._models(app_label, schema_editor, to_state):
            schema_editor.create_model(model)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for model in reversed(self._models(app_label, schema_editor, from_state)):
            schema_editor.delete_model(model)

    def _models(self, app_label: str, schema_editor: Any, state: Any) -> list[Any]:
        found = [state.apps.get_model(app_label, name) for name in self._made]
        return [model for model in found if self.allow_migrate_model(schema_editor.connection.alias, model)]

    def describe(self) -> str:
        return f"Create {', '.join(self._made)}"
