"""What an act of the audit trail is called on a timeline. Rooms name theirs in `AppConfig.ready()`; the trail keeps the code's word."""

from collections.abc import Mapping
from typing import Any

_words: dict[str, Any] = {}


def name_acts(words: Mapping[str, Any]) -> None:
    """Register what acts are called: {"payment.settle": _("Payment made by the bank")} (lazy texts)."""
    _words.update(words)


def words_of(act: str) -> str:
    """The act in the reader's language; unnamed ones readably: "grant.ngo_sign" is "Grant: ngo sign"."""
    if act in _words:
        return str(_words[act])
    noun, _dot, verb = act.partition(".")
    return ": ".join(part.replace("_", " ") for part in (noun.capitalize(), verb) if part)
