"""The ground's own pages, and pages that go wrong in every way, without the rooms above."""

from io import BytesIO

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.urls import include, path
from django_fsm import TransitionNotAllowed

from trustfund import health
from trustfund.people import account_views, views
from trustfund.people.sessions import fresh_sign_in


def broken(request):
    raise RuntimeError("secret detail")


def forbidden(request):
    raise PermissionDenied


def out_of_order(request):
    raise TransitionNotAllowed


@fresh_sign_in
def sensitive(request):
    return HttpResponse("done" if request.method == "POST" else "form")


urlpatterns = [
    path("", lambda request: HttpResponse("front")),
    path("healthz", health.healthz, name="healthz"),
    path("home/", views.home, name="home"),
    path("people/", include("trustfund.people.urls")),
    path("accounts/", include("trustfund.people.account_urls")),
    path("language/", account_views.set_language, name="set_language"),
    path("broken/", broken),
    path("forbidden/", forbidden),
    path("out-of-order/", out_of_order),
    path("download/", lambda request: FileResponse(BytesIO(b"%PDF-"), as_attachment=True, filename="a.pdf")),
    path("sensitive/", sensitive),
]
