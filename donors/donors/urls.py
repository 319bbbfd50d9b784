from django.urls import path

from donors.donors import views

app_name = "donors"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/change/", views.change, name="change"),
    path("<int:pk>/contacts/new/", views.invite, name="invite"),
    path("contacts/<int:pk>/end/", views.end_contact, name="end_contact"),
]
