"""What many tests begin with is built once per worker: `@remembered` keeps what building a scene wrote, and writes it again.

A factory runs the real actions of a dozen rooms; a paid tranche takes 700 statements, most of them questions. The first time that a test
begins with `make_payment("paid")` it is built so, and the statements that wrote are kept with their parameters, the files, and
what was returned. Whoever begins in the same way later gets the same rows by the same statements, through the same triggers.

Only a test that is rolled back, and only as long as nothing was written in it but remembered scenes: the *journal* of a test is what it
has built so far, and part of the key, beside the arguments, the day or the frozen moment, the language and the settings that the test
has changed. Any other write ends the journal, and from there everything is built anew. On PostgreSQL the counters of a test begin where
they began in all others, so that the same rows have the same numbers. SCENES=anew builds everything anew, always.
"""

from __future__ import annotations

import os
import pickle
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.utils import translation

from trustfund import clock
from trustfund.money import Money

MOST = 400
READS = ("SELECT", "WITH", "SAVEPOINT", "RELEASE", "SET", "PRAGMA", "EXPLAIN")
WRITING_FUNCTIONS = ("ledger_post(", "audit_record(")
ANEW = os.environ.get("SCENES") == "anew"


class NotPlainError(Exception):
    """An argument of which nobody can say whether it is the same again, or an act that was undone."""


@dataclass
class Scene:
    """What building it wrote, in order, the files it left, and what came back: pickled `(result, args, kwargs)`."""

    statements: list[tuple[str, Any, bool]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    returned: bytes = b""


@dataclass
class Stage:
    """One test: what it has built so far (None: something else was written), and the scene that is being built."""

    journal: tuple[Any, ...] | None = None
    building: Scene | None = None


_scenes: OrderedDict[Any, Scene] = OrderedDict()
_counters: list[tuple[str, int, bool]] = []
_stage = Stage()


@contextmanager
def stage(*, usable: bool) -> Iterator[None]:
    """Around a test. `usable` is false for one that changes code, as what a scene would write is then its own."""
    _stage.journal, _stage.building = (() if usable and not ANEW else None), None
    with connection.execute_wrapper(_watched):
        yield
    _stage.journal = None


def _watched(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    result = execute(sql, params, many, context)
    if _writes(sql):
        if _stage.building is not None:
            _stage.building.statements.append((sql, params, many))
        else:
            _stage.journal = None
    elif sql.startswith("ROLLBACK"):  # something that was built may be undone
        _stage.journal = None
    return result


def _writes(sql: str) -> bool:
    if not sql.startswith(READS):
        return not sql.startswith("ROLLBACK")
    return any(name in sql for name in WRITING_FUNCTIONS)


def remembered(build: Callable[..., Any]) -> Callable[..., Any]:
    """A factory whose scenes are kept. It must depend on nothing but its arguments and the database."""

    @wraps(build)
    def made(*args: Any, **kwargs: Any) -> Any:
        if _stage.journal is None or _stage.building is not None or not connection.in_atomic_block:
            return build(*args, **kwargs)
        try:
            key = (build.__module__, build.__name__, _plain(args), _plain(kwargs), _circumstances())
        except NotPlainError:
            return build(*args, **kwargs)
        return _made(build, (*_stage.journal, key), args, kwargs)

    return made


def _made(build: Callable[..., Any], journal: tuple[Any, ...], args: Any, kwargs: Any) -> Any:
    if len(journal) == 1:
        _counters_from_the_start()
    scene = _scenes.get(journal)
    if scene is None:
        return _built(build, journal, args, kwargs)
    _scenes.move_to_end(journal)
    _stage.journal = journal
    return _written_again(scene, args, kwargs)


def _built(build: Callable[..., Any], journal: tuple[Any, ...], args: Any, kwargs: Any) -> Any:
    """As always, and what it wrote is kept, if it can be written again."""
    scene, before = Scene(), _files()
    _stage.building = scene
    try:
        result = build(*args, **kwargs)
    except BaseException:
        _stage.journal = None
        raise
    finally:
        _stage.building = None
    if _stage.journal is None:
        return result
    try:
        scene.returned = pickle.dumps((result, args, kwargs))
    except (TypeError, AttributeError, pickle.PicklingError):
        _stage.journal = None
        return result
    scene.files = {name: path.read_bytes() for name, path in _files().items() if name not in before}
    _scenes[journal] = scene
    if len(_scenes) > MOST:
        _scenes.popitem(last=False)
    _stage.journal = journal
    return result


def _written_again(scene: Scene, args: Any, kwargs: Any) -> Any:
    """The same statements; whoever was handed to the factory is left as the factory left them."""
    result, args_then, kwargs_then = pickle.loads(scene.returned)
    with connection.cursor() as cursor:
        for sql, params, many in scene.statements:
            (cursor._executemany if many else cursor._execute)(sql, params)
    for name, content in scene.files.items():
        path = Path(settings.MEDIA_ROOT) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for here, there in zip(_objects([*args, *kwargs.values()]), _objects([*args_then, *kwargs_then.values()]), strict=True):
        vars(here).clear()
        vars(here).update(vars(there))
        result = here if result is there else result
    return result


def _objects(values: Iterable[Any]) -> Iterator[models.Model]:
    """What was handed over of the database, in lists too."""
    for each in values:
        if isinstance(each, models.Model):
            yield each
        elif isinstance(each, list | tuple):
            yield from _objects(each)


def _circumstances() -> tuple[Any, ...]:
    """What a scene depends on besides: the clock, the language, and the settings that this test has changed."""
    when = clock._frozen[-1] if clock._frozen else clock.today()
    changed: dict[str, str] = {}
    holder = settings._wrapped
    while hasattr(holder, "default_settings"):
        changed = {**{name: repr(value) for name, value in vars(holder).items() if name.isupper()}, **changed}
        holder = holder.default_settings
    changed.pop("MEDIA_ROOT", None), changed.pop("STORAGES", None)
    return when, translation.get_language(), tuple(sorted(changed.items()))


def _plain(value: Any) -> Any:
    """An argument as part of a key: objects of the database by what they are, everything else by its value."""
    if isinstance(value, models.Model):
        if value.pk is None:
            raise NotPlainError
        return value._meta.label, value.pk
    if isinstance(value, dict):
        return tuple(sorted((str(name), _plain(each)) for name, each in value.items()))
    if isinstance(value, list | tuple):
        return (type(value).__name__, *(_plain(each) for each in value))
    if value is None or isinstance(value, str | int | Decimal | Money | date | datetime | Enum | bytes):
        return type(value).__name__, value
    if is_dataclass(value):
        return type(value).__name__, *(_plain(getattr(value, each.name)) for each in fields(value))
    raise NotPlainError


def _files() -> dict[str, Path]:
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)): path for path in root.rglob("*") if path.is_file()} if root.exists() else {}


def _counters_from_the_start() -> None:
    """PostgreSQL doesn't roll back its counters: a test that begins sets them where they stood when the first one began."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        if not _counters:
            cursor._execute("SELECT quote_ident(sequencename), coalesce(last_value, 1), last_value IS NOT NULL FROM pg_sequences", None)
            _counters.extend(cursor.fetchall())
        values = ", ".join(f"('{name}', {value}, {called})" for name, value, called in _counters)
        cursor._execute(f"SELECT count(setval(name::regclass, value, called)) FROM (VALUES {values}) AS c (name, value, called)", None)
