"""What can be done with a tranche now; the room of payments adds its own through `register`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from grants.agreements.acts import Act, possible_acts

if TYPE_CHECKING:
    from grants.tranches.models import Tranche

Provider = Callable[[Any, Any], Iterable[Act]]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Called from `AppConfig.ready()`: `provider(tranche, user)` gives the acts of a later room."""
    if provider not in _providers:
        _providers.append(provider)


def acts_of(tranche: Tranche, user: Any) -> list[Act]:
    """The acts that the user can do with the tranche in its state."""
    offered = [
        (tranche.request, "request", _("Request this tranche"), ""),
        (tranche.make_ready, "ready", _("Accept the request"), ""),
        (tranche.send_back, "return", _("Return to the NGO"), "secondary"),
        (tranche.confirm_receipt, "receipt", _("Confirm that it arrived"), ""),
    ]
    own = possible_acts(tranche, "tranches", offered, user)
    return own + [act for provider in _providers for act in provider(tranche, user)]
