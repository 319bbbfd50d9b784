"""The project's pages, the style guide (which itself is served with DEBUG only), and what an autosave posts to."""

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import RequestContext, Template
from django.urls import path
from django_cotton.compiler_regex import CottonCompiler

from trustfund.lists import Column, Filter, listing
from trustfund.people.navigation import Destination
from trustfund.ui import styleguide
from trustfund.urls import urlpatterns as pages

posted = []
answer = {"status": 200}
DRAFT = """{% extends "base.html" %}{% block title %}Draft{% endblock %}{% block content %}<h1>Draft</h1>
<form method="post" data-autosave="/draft/" data-guard="x">{% csrf_token %}
<input type="hidden" name="version" value="1">
<label for="a">A</label><input id="a" name="a"><label for="b">B</label><textarea id="b" name="b"></textarea>
<c-saved /><c-button label="Send" /></form>
<p><a href="/elsewhere/">Elsewhere</a></p>{% endblock %}"""


def draft(request):
    if request.method == "GET":
        return HttpResponse(Template(CottonCompiler().process(DRAFT)).render(RequestContext(request)))
    posted.append(request.POST.dict())
    if answer["status"] == 403:
        raise PermissionDenied
    return JsonResponse({"fields": {"version": str(len(posted) + 1)}}, status=answer["status"])


def board(request):
    """A staff member's page: destinations, small type, htmx."""
    places = [Destination("Home", "/home/"), Destination("Calls", "/board/"), Destination("Grants", "/g/"), Destination("Payments", "/p/")]
    return render(request, "styleguide.html", {**styleguide.context(), "destinations": places, "is_staff_page": True, "demo": True})


def people(request):
    """A list page over any table."""
    columns = [
        Column("email", "E-mail", "email", sort="email", url=lambda row: f"/styleguide/?{row.pk}"),
        Column("name", "Name", "name", sort="name"),
        Column("pk", "Number", "pk", kind="number", total="pk"),
    ]
    users = get_user_model().objects.all()
    kinds = [Filter("active", "Account", [("True", "Open"), ("False", "Closed")], "is_active")]
    return listing(request, users, title="People", columns=columns, search=["email", "name"], filters=kinds, empty={"text": "Nobody yet."})


urlpatterns = [path("styleguide/", styleguide.page), path("draft/", draft), path("board/", board), path("list/", people), *pages]
