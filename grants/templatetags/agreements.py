"""What the frame of a grant's page needs, so that every room only gives it the grant. `{% load agreements %}`"""

from __future__ import annotations

from typing import Any

from django import template

from grants.agreements import acts, tabs

register = template.Library()


@register.simple_tag
def grant_tabs(grant: Any, user: Any) -> list[tabs.Tab]:
    """The tabs of the grant's page for the reader, in their order."""
    return tabs.tabs_of(grant, user)


@register.simple_tag
def next_step(grant: Any) -> str:
    """What happens next with the grant, and who does it: one sentence."""
    return acts.next_step(grant)
