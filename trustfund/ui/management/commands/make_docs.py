"""Write the generated documents: states, roles, floors, rooms, decisions, GENERATED_DOCS. `--check` fails when one is not fresh."""

from __future__ import annotations

import importlib
import inspect
import tomllib
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.module_loading import import_string
from django_fsm import FSMFieldMixin, State

from trustfund.ui import floors, matrix, rooms

OWN = ("trustfund", "ngos", "donors", "grants")


class Command(BaseCommand):
    help = "Write the generated documents of docs/ from the code."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when a document is not fresh")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "docs"
        with translation.override("en"):
            wanted = {"states.md": states(), "roles.md": matrix.page(predicates()), "floors.svg": floors.picture(layers())}
            wanted |= {"rooms.md": rooms.page(), "adr/README.md": rooms.decisions()}
            wanted |= {name: import_string(page)() for name, page in settings.GENERATED_DOCS.items()}
        stale = [name for name, text in wanted.items() if not (folder / name).exists() or (folder / name).read_text() != text]
        if check and stale:
            raise CommandError(f"Not fresh: {', '.join(stale)}. Run: python manage.py make_docs")
        for name in stale:
            (folder / name).write_text(wanted[name])
        self.stdout.write(f"{len(wanted)} documents, {len(stale)} written anew." if not check else "The generated documents are fresh.")


def stateful_models() -> list[Any]:
    """Every model of ours that has a state machine, by name."""
    found = [model for model in apps.get_models() if model.__module__.split(".")[0] in OWN and _state_field(model)]
    return sorted(found, key=lambda model: model.__module__ + model.__name__)


def _state_field(model: Any) -> Any:
    return next((field for field in model._meta.get_fields() if isinstance(field, FSMFieldMixin)), None)


def states() -> str:
    """All state machines as Mermaid diagrams."""
    parts = ["# State diagrams\n\nDrawn from the code by `python manage.py make_docs`; CI fails when they are not fresh.\n"]
    for model in stateful_models():
        parts.append(f"## {model.__name__}\n\n`{model.__module__}`: {_first_line(model)}\n\n```mermaid\n{_diagram(model)}\n```\n")
    return "\n".join(parts)


def _first_line(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").split("\n")[0]


def _diagram(model: Any) -> str:
    field = _state_field(model)
    transitions = field.get_all_transitions(model)
    arrows = sorted({(str(t.source), target, t.name) for t in transitions for target in _targets(t, field)})
    lines = ["stateDiagram-v2", f"    [*] --> {field.default!s}"]
    return "\n".join(lines + [f"    {source} --> {target}: {name}" for source, target, name in arrows])


def _targets(transition: Any, field: Any) -> list[str]:
    """Where a transition leads: to one state, or to those that its body may choose from (any, where it does not say), or nowhere."""
    if isinstance(transition.target, State):
        return [str(each) for each in transition.target.allowed_states or [value for value, _label in field.choices]]
    return [str(transition.source if transition.target is None else transition.target)]


def predicates() -> Iterator[tuple[str, ModuleType, dict[str, Callable[..., Any]]]]:
    """Each room that has predicates: its dotted name, the module, and its predicates `can_x(obj, user)` by name."""
    root = Path(settings.BASE_DIR)
    for path in sorted(path for app in OWN for path in (root / app).rglob("permissions.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts)
        module = importlib.import_module(name)
        own = {each: thing for each, thing in vars(module).items() if each.startswith("can_") and callable(thing)}
        yield name.removesuffix(".permissions"), module, own


def layers() -> list[tuple[str, list[list[str]]]]:
    """The floors, from the import contracts themselves: [(title, [[modules side by side], ...])], the highest first."""
    config = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text())
    contracts = config["tool"]["importlinter"]["contracts"]
    return [(c["name"], [_beside(layer) for layer in c["layers"]]) for c in contracts[:3]]


def _beside(layer: str) -> list[str]:
    return [part.strip(" ()").removeprefix("grants.") for part in layer.replace(":", "|").split("|")]
