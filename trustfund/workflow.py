"""The one place that runs a state transition.

A model with a life inherits `Stateful`; an action calls `advance(payment.settle, by=user, on=day)`. Everything
that must be true of every act is here, once: the row is locked and read again, the predicate is asked, the
transition is run, saved and put on record, in one transaction.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django_fsm import ConcurrentTransitionMixin, TransitionNotAllowed

from trustfund.audit import recording
from trustfund.money import Money


class Stateful(ConcurrentTransitionMixin, models.Model):
    """A model with protected state fields that only `advance` moves.

    django-fsm-2 4.2 lifts the protection of the class's field while one object refreshes, so that with threads an
    assignment elsewhere slips through; here a refresh never touches the shared field.
    """

    class Meta:
        abstract = True

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        for field in self.state_fields:
            self.__dict__.pop(field.attname, None)
        models.Model.refresh_from_db(self, *args, **kwargs)
        self._update_initial_state()

    def clean_fields(self, exclude: Any = None) -> None:
        """`full_clean` assigns every field it cleans; a state is no one's to assign, not even to the same value."""
        super().clean_fields(exclude={*(exclude or ()), *(field.name for field in self.state_fields)})


class Digest(str):
    """A hash among the details of an act: unlike free text it goes on record."""


def lock(*objects: models.Model) -> None:
    """Lock the rows of `objects` and read them again, in one order for everybody: by table, then by primary key.

    An action that touches several rows calls this first, so that two people never wait for each other.
    On SQLite an IMMEDIATE transaction has locked everything already. NO KEY: a plain FOR UPDATE would make the foreign keys that
    somebody else's COMMIT checks wait for us while we wait for the audit head that they hold.
    """
    for obj in sorted(objects, key=lambda each: (each._meta.db_table, each.pk)):
        obj.refresh_from_db(from_queryset=type(obj)._base_manager.select_for_update(no_key=True))


def advance(transition: Callable[..., Any], *, by: Any, **details: Any) -> Any:
    """Run a bound transition of a `Stateful` for `by` (None is the clock) and return the object.

    A body that asks for `by` is given it. Raises `PermissionDenied` when the predicate says no, `TransitionNotAllowed` when it is
    out of order.
    """
    obj: Any = transition.__self__  # type: ignore[attr-defined]
    fsm = transition._django_fsm  # type: ignore[attr-defined]
    with transaction.atomic():
        lock(obj)
        source = getattr(obj, fsm.field.name)
        require(transition, by=by)
        person = {"by": by} if "by" in inspect.signature(transition).parameters else {}
        transition(**person, **details)
        obj.save()
        recording.record(
            f"{obj._meta.model_name}.{transition.__name__}",
            of=obj,
            by=by,
            source=str(source),
            target=str(getattr(obj, fsm.field.name)),
            **{key: _plain(value) for key, value in details.items() if _plain(value) is not None},
        )
    return obj


def require(transition: Callable[..., Any], *, by: Any) -> None:
    """What `advance` asks first: raises `PermissionDenied` (403), then `TransitionNotAllowed` (409). A page with a form asks it on GET."""
    obj: Any = transition.__self__  # type: ignore[attr-defined]
    fsm = transition._django_fsm  # type: ignore[attr-defined]
    source = getattr(obj, fsm.field.name)
    found = fsm.get_transition(source)
    _ask(fsm, found, obj, by)
    if found is None or not fsm.conditions_met(obj, source):
        name = transition.__name__
        raise TransitionNotAllowed(f"{name} is not possible from {source}", object=obj, method=transition)


def possible(transition: Callable[..., Any], *, by: Any) -> bool:
    """Whether `by` could do it now, as far as person and state go: for the buttons of a page."""
    try:
        require(transition, by=by)
    except (PermissionDenied, TransitionNotAllowed):
        return False
    return True


def possibilities(obj: Any, acts: Iterable[str], *, by: Any) -> dict[str, bool]:
    """Of each of these transitions, by name, whether `by` could do it now: what a page calls `can`."""
    return {act: possible(getattr(obj, act), by=by) for act in acts}


def _ask(fsm: Any, found: Any, obj: Any, by: Any) -> None:
    """The predicate is the same for every source of a transition, so it answers out of order too: 403 before 409."""
    predicate = (found or next(iter(fsm.transitions.values()))).permission
    if predicate is None or not predicate(obj, by):
        raise PermissionDenied


def _plain(value: Any) -> str | int | bool | None:
    """What of a detail goes on record: numbers, days, amounts and ids; never free text, which can't be erased."""
    if isinstance(value, models.Model):
        return f"{value._meta.label_lower}:{value.pk}"
    if isinstance(value, bool | int):
        return value
    if isinstance(value, date | Decimal | Money | Digest):
        return str(value)
    return None
