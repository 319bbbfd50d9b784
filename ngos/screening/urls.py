from django.urls import path

from ngos.screening import views

app_name = "screening"
urlpatterns = [
    path("", views.index, name="list"),
    path("of/<int:organisation_pk>/", views.of, name="of"),
    path("of/<int:organisation_pk>/record/", views.screen, name="screen"),
]
