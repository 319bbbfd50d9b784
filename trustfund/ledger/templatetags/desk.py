"""The tabs of the finance desk. `{% load desk %}{% desk_tabs "ledger:entries" %}`"""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from trustfund.ledger import desk

register = template.Library()


@register.inclusion_tag("ledger/desk.html", takes_context=True)
def desk_tabs(context: Any, here: str) -> dict[str, Any]:
    """The groups of the desk, and the pages of the group in which the page `here` stands."""
    groups = list(desk.groups_for(context["user"]))
    found = next((group for group in groups if any(page.name == here for page in group.pages)), None)
    tabs = [(group.label, _address(group.pages[0], context), group is found) for group in groups]
    pages = [(page.label, _address(page, context), page.name == here) for page in found.pages] if found else []
    return {"groups": tabs, "group": found, "pages": pages}


def _address(page: desk.Page, context: Any) -> str:
    address, point = reverse(page.name) + page.query, context.get("point")
    return str(point.at(address)) if point and page.dated else address
