"""The pages of tranches."""

from django.urls import path

from grants.tranches import views

app_name = "tranches"
urlpatterns = [
    path("", views.index, name="index"),
    path("grant/<int:grant_pk>/", views.of_grant, name="of_grant"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/request/", views.request_, name="request"),
    path("<int:pk>/ready/", views.ready, name="ready"),
    path("<int:pk>/return/", views.return_, name="return"),
    path("<int:pk>/receipt/", views.receipt, name="receipt"),
]
