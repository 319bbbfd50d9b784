"""The home page: what waits for the person who signed in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from trustfund import clock
from trustfund.people import navigation
from trustfund.people.home import grouped, items_for
from trustfund.people.roles import welcomes_for


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Everything that waits, by when; and, when nothing does, one way on."""
    groups = grouped(items_for(request.user), clock.today())
    elsewhere = navigation.elsewhere_for(request.user)
    context = {"groups": groups, "welcomes": welcomes_for(request.user), "empty": _nothing(request.user), "elsewhere": elsewhere}
    return render(request, "people/home.html", context)


def _nothing(user: object) -> dict[str, str]:
    """The empty state: the first of the person's own destinations, or the open calls for who has none."""
    destinations = navigation.header_for(user)
    way = {"url": "/", "label": _("See what is open")}
    if destinations:
        way = {"url": destinations[0].url, "label": str(destinations[0].label)}
    return {"text": _("Nothing waits for you. You will be told by e-mail when something does."), **way}
