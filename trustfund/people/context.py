"""What every page needs: who is reading, where they can go, and whether this is the demo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from trustfund.people import demo, navigation
from trustfund.people.roles import roles_of


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: fund, destinations (lazy), is_staff_page, demo."""
    user = getattr(request, "user", None)
    return {
        "fund": settings.FUND_NAME,
        "destinations": SimpleLazyObject(lambda: navigation.header_for(user)),
        "is_staff_page": bool(roles_of(user)),
        "demo": demo.is_demo(),
    }
