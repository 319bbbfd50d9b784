"""The home page and the pages about people."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from trustfund.people.home import items_for


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the person who signed in."""
    return render(request, "people/home.html", {"items": items_for(request.user)})
